import Domain
import Testing
import Time

/// What stops a campaign for a time, or for good.
@Suite struct ForecastHoursTests {
  /// Open from `from` to `until`, in hours of a day that many hours ahead of UTC.
  static func openings(ahead: Int, from: Int, until: Int) -> ForecastCrowd.Openings {
    .from { time in
      let day = (time.microseconds / 1_000_000 + Int64(ahead) * 3600) / 86400
      let midnight = Timestamp(seconds: day * 86400 - Int64(ahead) * 3600)
      for day in [midnight, midnight + .hours(24)] where day + .hours(until) > time {
        return day + .hours(from)..<day + .hours(until)
      }
      return nil
    }
  }

  static func crowd(_ count: Int, ahead: Int) -> ForecastCrowd {
    var crowd = ForecastCrowd(SenderID("main"), count: count)
    crowd.openings = openings(ahead: ahead, from: 8, until: 20)
    return crowd
  }

  @Test("people of several zones are written to while their own hours are open")
  func zones() throws {
    // It is 10:00 in UTC, 20:00 in Sydney (quiet until 22:00 UTC), 02:00 in Los Angeles (quiet until 16:00 UTC).
    var test = ForecastUnderTest(0, .only(Rate(100, per: .seconds(10))))
    test.input.crowds = [0, 10, -8].map { Self.crowd(36_000, ahead: $0) }
    let course = test.course
    // An hour for each, each at the beginning of its own day.
    #expect(try #require(test.span).isAbout(.hours(13)))
    #expect(
      course.stretches.map(\.limitedBy) == [.rate, .quietHours, .rate, .quietHours, .rate])
    #expect(course.isConsistent)
    // So many are not done with on the first day.
    test.input.crowds = [Self.crowd(500_000, ahead: 0)]
    // Ten hours of 10.025 s for 100: 359,100. The other 140,900 take 14,125 s of the next day.
    #expect(try #require(test.span).isAbout(.seconds(22 * 3600 + 14_125)))
    let days = test.course.days.map(\.sent)
    #expect(days.count == 2 && abs(days[0] - 359_100) < 500)
  }

  @Test("who has no hours any more is left out, and told")
  func noHours() throws {
    var test = ForecastUnderTest(100, .only(Rate(10, per: .seconds(1))))
    let start = ForecastUnderTest.start
    test.input.crowds[0].openings = .during([start..<start + .seconds(5)])
    let course = test.course
    #expect(course.finish == nil && (40...60).contains(course.sent))
    #expect(course.losses == [.noOpening: 100 - course.sent])
    #expect(try #require(course.refusal(at: start)).contains("have no hours any more"))
  }

  @Test("the rest waits until the first wave has been looked at")
  func firstWave() throws {
    var test = ForecastUnderTest(2_000, .only(Rate(10, per: .seconds(1))))
    test.input.firstWave = .init(left: 500, look: .hours(1))
    // 50 s, an hour, 150 s; and 2.5 %.
    #expect(try #require(test.span).isAbout(.seconds(3600 + 205)))
    #expect(test.course.stretches.map(\.limitedBy) == [.rate, .firstWave, .rate])
    #expect(test.course.stretches.first?.sent == 490)
    // It is all sent, and is looked at from now on.
    test.input.firstWave = .init(left: 0, look: .hours(1))
    #expect(try #require(test.span).isAbout(.seconds(3600 + 205)))
    // The last answer begins the look. Until it is there a post counts at its latest moment, two seconds later.
    test.input.firstWave = .init(left: 500, look: .hours(1))
    test.input.lanes[0].answer = .seconds(60)
    #expect(try #require(test.span).isAbout(.milliseconds(3_660_000 + (49 + 149) * 3025)))
    // One that is larger than the campaign holds nothing.
    test.input.firstWave = .init(left: 5_000, look: .hours(1))
    #expect(try #require(test.span) < .seconds(700))
  }

  @Test("an expiry that is missed says how many are left, and what would help")
  func expiry() throws {
    var test = ForecastUnderTest(
      1_000, .only(Rate(80, per: .seconds(1)), daily: .recipients(250)))
    let start = ForecastUnderTest.start
    test.input.expires = start + .hours(36)
    test.input.crowds[0].price = MessagePrice(least: 10_000, most: 25_000)
    let course = test.course
    #expect(course.sent == 500 && course.losses == [.expiry: 500] && course.leftAtExpiry == 500)
    // What is not sent costs nothing; when it would end is told all the same.
    #expect(course.price.least == 5_000_000 && course.price.most == 12_500_000)
    #expect((try #require(course.finish) - start).isAbout(.hours(72), plus: .seconds(300)))
    #expect(try #require(course.stretches.last).until == start + .hours(36))
    #expect(course.isConsistent)
    let refusal = try #require(course.refusal(at: start))
    #expect(refusal.contains("500 are still to come when the campaign expires"))
    #expect(refusal.contains("an expiry after 2027-01-18"))
    #expect(refusal.contains("a higher limit of recipients, a sender of another portfolio"))
    test.input.expires = start + .hours(73)
    #expect(test.course.refusal(at: start) == nil && test.course.isComplete)
    test.input.expires = start - .seconds(1)
    #expect(test.course.sent == 0 && test.course.leftAtExpiry == 1_000)
  }

  @Test("a lane that is stopped never ends, and the others do not wait for it")
  func stopped() throws {
    var test = ForecastUnderTest(100, .only(Rate(10, per: .seconds(1))))
    test.input.lanes.append(ForecastLane(sender: SenderID("b"), budget: .only()))
    test.input.lanes[1].isStopped = true
    test.input.crowds.append(ForecastCrowd(SenderID("b"), count: 40))
    let course = test.course
    #expect(course.finish == nil && course.sent == 100 && course.losses == [.laneStopped: 40])
    #expect(course.lanes.map { $0.finish == nil } == [false, true])
    #expect(
      course.refusal(at: ForecastUnderTest.start)
        == "40 wait in a lane that is stopped; what would help: lifting the lane's stop")
    // A sender that is not there at all is one that does not send.
    test.input.crowds[1].sender = SenderID("gone")
    #expect(test.course.losses == [.laneStopped: 40] && test.course.finish == nil)
    test.input.crowds.removeLast()
    #expect(test.course.isComplete && test.course.finish != nil)
  }

  @Test("a window that is open now has closed a day later")
  func windows() throws {
    // 400 are in a window and none of them can go today, as the lane is held.
    var test = ForecastUnderTest(
      500, .only(Rate(80, per: .seconds(1)), daily: .recipients(250)))
    test.input.crowds[0].inWindow = 400
    #expect(try #require(test.span) < .seconds(10))
    test.input.lanes[0].heldUntil = ForecastUnderTest.start + .hours(25)
    #expect(try #require(test.span).isAbout(.hours(49), plus: .seconds(200)))
  }

  @Test("a reserve that leaves nothing lets nobody new be written to")
  func noRoom() {
    var test = ForecastUnderTest(100, .only(daily: .recipients(250)))
    test.input.groups[0].reserve = 250
    test.input.crowds[0].inWindow = 30
    #expect(test.course.sent == 30 && test.course.losses == [.noRoom: 70])
  }

  @Test("made again when the limit rises, from the state of then, it ends as if it had known")
  func tierRises() throws {
    let budget = Budget.only(Rate(80, per: .seconds(1)), daily: .recipients(2_000))
    var test = ForecastUnderTest(20_000, budget)
    #expect(try #require(test.span).isAbout(.hours(9 * 24), plus: .seconds(400)))
    // Two days later 6000 are begun, of which the last 2000 count still; the limit is 10,000 now.
    let later = ForecastUnderTest.start + .hours(48) + .seconds(200)
    var recipients = RecipientBudget(limit: 10_000)
    for _ in 0..<2_000 { recipients.count(lastCounted: nil, at: later - .seconds(100)) }
    test.input.now = later
    test.input.start = later
    test.input.groups[0].recipients = recipients
    test.input.lanes[0].budget.daily = .recipients(10_000)
    test.input.crowds[0].begun = 6_000
    // 8000 at once, the last 6000 a day later.
    let finish = try #require(test.course.finish)
    #expect((finish - later).isAbout(.hours(24), plus: .seconds(200)))
    #expect(test.course.sent == 14_000)
  }

  @Test("a start that is to come is waited for, and slots come back until then")
  func start() throws {
    var test = ForecastUnderTest(500, .only(Rate(80, per: .seconds(1)), daily: .recipients(250)))
    for _ in 0..<250 {
      test.input.groups[0].recipients.count(
        lastCounted: nil, at: ForecastUnderTest.start - .hours(12))
    }
    test.input.start = ForecastUnderTest.start + .hours(20)
    #expect(try #require(test.span).isAbout(.hours(44), plus: .seconds(200)))
    #expect(try #require(test.course.stretches.first).from == test.input.start)
    // Before then a lane is free for what else waits in it.
    test.input.groups = []
    test.input.lanes[0].others = [ForecastQueue(.before, count: 5_000)]
    #expect(try #require(test.span).isAbout(.hours(20), plus: .seconds(10)))
  }

  @Test("each stretch, and the whole, is a sentence")
  func sentences() throws {
    var test = ForecastUnderTest(500, .twilioSandbox)
    test.input.lanes[0].spent.take(900, at: ForecastUnderTest.start - .hours(20))
    let course = test.course
    let start = ForecastUnderTest.start
    let first = try #require(course.stretches.first).sentence(at: start)
    #expect(first.hasPrefix("until 10:0") && first.hasSuffix("UTC the rate holds it: 99 are sent"))
    let text = course.sentence(at: start)
    #expect(text.contains("UTC the rate, then until 14:0"))
    #expect(text.contains("UTC the day's messages, then the rate; it ends at 14:"))
    #expect(ForecastUnderTest(0, .twilioSandbox).course.finish == start)
    let names = ForecastLimit.allCases.map(\.name)
    #expect(Set(names).count == names.count)
  }

  @Test("what a price is not known for is counted beside the sums, which never overflow")
  func prices() {
    var test = ForecastUnderTest(10, .only())
    test.input.crowds[0].price = MessagePrice(least: 5, most: .max)
    test.input.crowds.append(ForecastCrowd(SenderID("main"), count: 7))
    let price = test.course.price
    #expect(price.least == 50 && price.most == .max && price.unpriced == 7)
    test.input.crowds[0].price = MessagePrice(least: .max / 10, most: .max / 10)
    test.input.crowds[1].price = MessagePrice(least: .max / 10, most: .max / 10)
    #expect(test.course.price.least == .max)
  }
}
