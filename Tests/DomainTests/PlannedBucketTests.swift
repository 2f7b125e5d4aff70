import Domain
import Testing
import Time

@Suite struct PlannedBucketTests {
  let start = Timestamp(microseconds: 1_000_000_000_000)
  let rate = Rate(200, per: .seconds(1), burst: 5)

  @Test("what is planned holds the bucket until it is known when it went")
  func settling() {
    var bucket = PlannedBucket(rate)
    let postBy = start + .seconds(2)
    bucket.take(5, at: postBy)
    #expect(bucket.room(at: start) == 0)
    #expect(bucket.nextRoom(after: start) > start + .seconds(2))
    for _ in 0..<5 { bucket.settle(plannedAt: postBy, actual: start) }
    var plain = TokenBucket(rate)
    plain.take(5, at: start)
    #expect(bucket.nextRoom(after: start) == plain.nextRoom(after: start))
  }

  @Test("what never went is given back, and what is told twice counts once")
  func givingBack() {
    var bucket = PlannedBucket(rate)
    bucket.take(2, at: start)
    bucket.giveBack(plannedAt: start)
    bucket.giveBack(plannedAt: start)
    let isThere = bucket.giveBack(plannedAt: start)
    #expect(!isThere)
    #expect(bucket.room(at: start) == 5)
    bucket.settle(plannedAt: start, actual: start)
    #expect(bucket.room(at: start) == 5)
  }

  @Test("what nobody told of counts as planned, and is forgotten as a plan in the end")
  func untold() throws {
    var bucket = PlannedBucket(Rate(1, per: .seconds(3600), burst: 2))
    bucket.take(2, at: start)
    bucket.forget(before: start + .seconds(600))
    #expect(bucket.room(at: start + .seconds(600)) == 0)
    let isThere = bucket.giveBack(plannedAt: start)
    #expect(!isThere)
  }

  @Test("is kept and read again as it was")
  func kept() throws {
    var bucket = PlannedBucket(rate)
    bucket.take(3, at: start)
    bucket.take(1, at: start + .seconds(1))
    bucket.settle(plannedAt: start, actual: start - .seconds(1))
    var writer = ByteWriter()
    bucket.write(to: &writer)
    var reader = ByteReader(writer.bytes)
    #expect(try PlannedBucket(rate, reading: &reader) == bucket)
  }

  @Test("a lane with a burst of its own goes at its rate, not once in two seconds")
  func lane() {
    var lane = LaneBudget(
      Budget(rate: Rate(200, per: .seconds(1), burst: 20), daily: nil, pair: nil))
    var (now, sent) = (start, 0)
    while now < start + .seconds(1) {
      let count = min(lane.room(at: now), 5)
      lane.take(count, at: now + .seconds(2))
      for _ in 0..<count { lane.settle(plannedAt: now + .seconds(2), actual: now) }
      sent += count
      now += .milliseconds(5)
    }
    #expect((180...205).contains(sent), "\(sent)")
  }
}
