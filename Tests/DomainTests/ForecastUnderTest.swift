import Domain
import Time

/// A campaign of one lane, or of as many as a test adds, with the sums that all forecasts must hold.
struct ForecastUnderTest {
  /// A Monday, at ten o'clock UTC.
  static let start = Timestamp(seconds: 1_800_000_000 - 1_800_000_000 % 86400 + 36_000)

  var input: ForecastInput

  init(_ count: Int, _ budget: Budget, _ change: (inout ForecastInput) -> Void = { _ in }) {
    let sender = SenderID("main")
    input = ForecastInput(
      now: Self.start, lanes: [ForecastLane(sender: sender, budget: budget)],
      crowds: [ForecastCrowd(sender, count: count)])
    if case .recipients(let limit) = budget.daily {
      input.groups = [ForecastGroup(.own(of: sender), RecipientBudget(limit: limit))]
    }
    change(&input)
  }

  var forecast: CampaignForecast { CampaignForecast(input) }
  var course: ForecastCourse { forecast.likely }

  /// How long until its end.
  var span: Duration? { course.finish.map { $0 - Self.start } }
}

extension Budget {
  static func only(
    _ rate: Rate? = nil, daily: DailyLimit? = nil, inFlight: Int = 1_000_000
  ) -> Budget {
    Budget(rate: rate, daily: daily, pair: nil, inFlight: inFlight)
  }
}

extension Duration {
  static func hours(_ count: Int) -> Duration { .seconds(3600 * count) }

  func isAbout(_ other: Duration, within part: Double = 0.01, plus: Duration = .zero) -> Bool {
    let off = abs(seconds - other.seconds)
    return off <= other.seconds * part + plus.seconds
  }
}

extension ForecastCourse {
  /// What it tells in several places must be one.
  var isConsistent: Bool {
    let inStretches = stretches.reduce(0) { $0 + $1.sent }
    let inOrder = zip(stretches, stretches.dropFirst()).allSatisfy { $0.until <= $1.from }
    return inStretches == sent && days.reduce(0) { $0 + $1.sent } == sent
      && lanes.reduce(0) { $0 + $1.sent } == sent && inOrder && stretches.count <= 20
  }
}
