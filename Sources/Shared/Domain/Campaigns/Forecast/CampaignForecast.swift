internal import Time

/// When a campaign ends, and what holds it until then: virtual time over the budgets that dispatch uses.
///
/// What nobody can know is named in `assumptions`, and run twice: as it is likely, and cautiously. Where nothing is
/// uncertain the two are equal. Nothing that a provider does by itself is foretold: a change of limits, a pause of a
/// template, errors. When one comes the forecast is made again from the state of then. Each person is taken to get one
/// message, so the rate of messages to one person is not looked at.
package struct CampaignForecast: Hashable, Sendable {
  /// As it will be in half of the cases, p50.
  package let likely: ForecastCourse
  /// As it will be in nine of ten, p90.
  package let cautious: ForecastCourse
  /// For people: what the two differ by.
  package let assumptions: [String]

  package init(_ input: ForecastInput) {
    likely = ForecastRun(input, .likely).course()
    assumptions = input.assumptions
    cautious = assumptions.isEmpty ? likely : ForecastRun(input, .cautious).course()
  }

  /// With the share of luck that a run takes.
  enum Mood { case likely, cautious }
}

extension ForecastInput {
  fileprivate var assumptions: [String] {
    var assumptions: [String] = []
    let (least, most) = crowds.reduce((0, 0)) {
      ($0.0 + $1.mayWrite.lowerBound, $0.1 + $1.mayWrite.upperBound)
    }
    if most > least {
      assumptions.append(
        "\(least) to \(most) people will have written within a day before their turn and then take no slot of the recipients' limit: the likely forecast takes the middle, the cautious one \(least)"
      )
    }
    if let test, crowds.contains(where: { $0.waitsForBest && $0.count > 0 }) {
      assumptions.append(
        "which message is the best is taken to be known \(test.look.components.seconds / 60) minutes after the last of the test went, which is the latest; where somebody has to say it may be later"
      )
    }
    for lane in lanes {
      guard let slow = lane.slowAnswer, slow > lane.answer else { continue }
      assumptions.append(
        "answers to \(lane.sender) take \(lane.answer.told), where they are slow \(slow.told): the cautious forecast takes them as slow"
      )
    }
    return assumptions
  }
}

extension Duration {
  fileprivate var told: String { "\(microseconds / 1000) ms" }
}
