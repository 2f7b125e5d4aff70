package import Time

/// How much to send when, so that a portfolio's limit of recipients rises as early as the provider's published rule allows.
///
/// As much as may be is sent as early as may be: nothing earns a level sooner, and nothing ends sooner. Within 24 hours
/// it never plans for more than the limit less what is kept.
package struct TierPlan: Hashable, Sendable {
  package let waves: [Wave]
  package let rises: [Rise]
  /// When the last of the audience is begun; nil: not within ten years.
  package let finish: Timestamp?
  /// The same if the limit stayed as it is.
  package let finishWithoutRise: Timestamp?
  /// For people: all that is taken for granted.
  package let assumptions: [String]

  package struct Wave: Hashable, Sendable {
    package let at: Timestamp
    package let count: Int
    /// At that time; nil: none.
    package let limit: Int?
  }

  package struct Rise: Hashable, Sendable {
    /// At the earliest.
    package let at: Timestamp
    /// nil: none any more.
    package let limit: Int?
  }

  package enum Quality: Hashable, Sendable { case high, unknown, notHigh }

  package struct Input: Hashable, Sendable {
    package var now: Timestamp
    package var ladder = TierLadder.meta
    /// nil: none.
    package var limit: Int?
    /// Different people written to outside open windows, by days of 24 hours that end now: the last day last. Seven
    /// days tell of the half, thirty of what was delivered.
    package var used: [Int]
    /// How many are to be written to, each once.
    package var audience: Int
    /// Kept in each day for replies and one-time codes.
    package var reserve = 0
    package var quality = Quality.unknown

    package init(now: Timestamp, limit: Int?, used: [Int] = [], audience: Int) {
      (self.now, self.limit, self.used, self.audience) = (now, limit, used, max(0, audience))
    }
  }

  package init(_ input: Input) {
    var run = TierRun(input, mayRise: input.quality != .notHigh)
    run.go()
    (waves, rises, finish) = (run.waves, run.rises, run.finish)
    var still = TierRun(input, mayRise: false)
    still.go()
    finishWithoutRise = still.finish
    assumptions = input.assumptions(rises: run.rises, missing: run.missing)
  }

  /// How many on each day of UTC.
  package var days: [ForecastCourse.Day] {
    waves.reduce(into: []) { days, wave in
      let day = Timestamp(
        microseconds: wave.at.microseconds / 86_400_000_000 * 86_400_000_000)
      if days.last?.day == day {
        days[days.count - 1].sent += wave.count
      } else {
        days.append(ForecastCourse.Day(day: day, sent: wave.count))
      }
    }
  }
}
