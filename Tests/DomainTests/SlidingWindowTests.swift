import Domain
import Testing
import Time

@Suite struct SlidingWindowTests {
  /// What the window promises, counted by hand: every post it let through, and the fullest span.
  struct Door {
    var posts: [Timestamp] = []

    func fullest(_ interval: Duration) -> Int {
      var worst = 0
      var first = 0
      for last in posts.indices {
        while posts[last] - posts[first] >= interval { first += 1 }
        worst = max(worst, last - first + 1)
      }
      return worst
    }
  }

  @Test(
    "however posts fall, no span of the interval ever holds more than the limit",
    arguments: [
      (Rate(1, per: .seconds(3)), 1), (Rate(5, per: .seconds(1)), 2),
      (Rate(80, per: .seconds(1)), 3),
      (Rate(1000, per: .seconds(1)), 4), (Rate(7, per: .milliseconds(10)), 5),
      (Rate(1000, per: .seconds(86400)), 6),
    ] as [(Rate, UInt64)])
  func neverOver(rate: Rate, seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var window = SlidingWindow(limit: rate.count, interval: rate.interval)
    var door = Door()
    var now = Timestamp(seconds: 1_000_000_007)
    for _ in 0..<4000 {
      window.forget(before: now)
      let room = window.room(at: now)
      let next = window.nextRoom(after: now)
      #expect((room > 0) == (next == now))
      let count = room > 0 ? Int.random(in: 0...min(room, 20), using: &random) : 0
      window.take(count, at: now)
      door.posts.append(contentsOf: repeatElement(now, count: count))
      let pause = Int64.random(in: 0...rate.interval.microseconds / 7, using: &random)
      now =
        Bool.random(using: &random)
        ? max(now, window.nextRoom(after: now)) : now + .microseconds(pause)
    }
    #expect(door.fullest(rate.interval) <= rate.count)
    #expect(door.posts.count > rate.count)
  }

  @Test("a slot is free again 25 ms after its interval, and no sooner")
  func guarded() {
    var window = SlidingWindow(limit: 1, interval: .seconds(1))
    let post = Timestamp(seconds: 1_000)
    window.take(at: post)
    let free = window.nextRoom(after: post)
    // The grid of a thousandth may round up.
    #expect(free >= post + .milliseconds(1025) && free <= post + .milliseconds(1027))
    #expect(window.room(at: post + .milliseconds(1024)) == 0)
    #expect(window.room(at: free) == 1)
  }

  @Test("posts that happen later than planned still keep the limit once they are put right")
  func settling() {
    var random = SeededRandom(seed: 11)
    var window = SlidingWindow(limit: 10, interval: .seconds(1))
    var door = Door()
    var now = Timestamp(seconds: 1_000)
    for _ in 0..<500 {
      let count = window.room(at: now)
      let postBy = now + .seconds(2)
      window.take(count, at: postBy)
      var last = now
      for _ in 0..<count {
        let actual = now + .microseconds(Int64.random(in: 0...2_000_000, using: &random))
        window.giveBack(takenAt: postBy)
        window.take(at: actual)
        door.posts.append(actual)
        last = max(last, actual)
      }
      now = max(last, window.nextRoom(after: last))
    }
    door.posts.sort()
    #expect(door.fullest(.seconds(1)) <= 10)
  }

  @Test("at full use nothing but the guard and the grid is lost")
  func usesItsBudget() {
    var window = SlidingWindow(limit: 80, interval: .seconds(1))
    let start = Timestamp(seconds: 50)
    var now = start
    var posts = 0
    while now < start + .seconds(60) {
      let room = window.room(at: now)
      window.take(room, at: now)
      posts += room
      now = window.nextRoom(after: now)
    }
    #expect(posts >= 80 * 58)
  }

  @Test("what did not happen is given back, and only that")
  func givingBack() {
    var window = SlidingWindow(limit: 2, interval: .seconds(1))
    let now = Timestamp(seconds: 9)
    window.take(2, at: now)
    #expect(window.room(at: now) == 0)
    window.giveBack(takenAt: now)
    #expect(window.room(at: now) == 1)
    window.giveBack(takenAt: now + .seconds(5))
    #expect(window.room(at: now) == 1)
  }

  @Test("a limit that was lowered holds until enough slots are free")
  func lowered() throws {
    var window = SlidingWindow(limit: 10, interval: .seconds(10))
    for second in 0..<10 { window.take(at: Timestamp(seconds: Int64(second))) }
    var writer = ByteWriter()
    window.write(to: &writer)
    var reader = ByteReader(writer.bytes)
    let lower = try SlidingWindow(limit: 3, interval: .seconds(10), reading: &reader)
    let now = Timestamp(seconds: 9)
    #expect(lower.room(at: now) == 0)
    let next = lower.nextRoom(after: now)
    #expect(lower.room(at: next) == 1)
    #expect(next >= Timestamp(seconds: 17))
  }

  @Test("comes back from its kept form as it was, and on a coarser grid never fuller of room")
  func keptForm() throws {
    var random = SeededRandom(seed: 5)
    var window = SlidingWindow(limit: 100, interval: .seconds(1))
    for _ in 0..<50 {
      window.take(at: Timestamp(microseconds: Int64.random(in: 0...900_000, using: &random)))
    }
    var writer = ByteWriter()
    window.write(to: &writer)
    var same = ByteReader(writer.bytes)
    #expect(try SlidingWindow(limit: 100, interval: .seconds(1), reading: &same) == window)
    var coarse = ByteReader(writer.bytes)
    let longer = try SlidingWindow(limit: 100, interval: .seconds(100), reading: &coarse)
    #expect(longer.room(at: Timestamp(seconds: 1)) == 50)
  }

  @Test(
    "bytes that nobody wrote are refused",
    arguments: [[0], [1], [2, 0xFF], [2, 4, 2]] as [[UInt8]])
  func unreadable(bytes: [UInt8]) {
    #expect(throws: Unreadable.self) {
      var reader = ByteReader(bytes)
      _ = try SlidingWindow(limit: 1, interval: .seconds(1), reading: &reader)
    }
  }

  @Test(
    "numbers of every size come back from their bytes",
    arguments: [0, 1, -1, 63, 64, -65, .max, .min])
  func numbers(number: Int64) throws {
    var writer = ByteWriter()
    writer.number(number)
    var reader = ByteReader(writer.bytes)
    #expect(try reader.number() == number)
  }
}

/// SplitMix64: the same seed, the same run.
struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}
