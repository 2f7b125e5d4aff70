internal import Time

extension TierPlan.Input {
  /// All that a plan takes for granted, for people.
  func assumptions(rises: [TierPlan.Rise], missing: Int?) -> [String] {
    var texts: [String] = []
    guard let limit else {
      return ["there is no limit of recipients, so only the rate holds the campaign"]
    }
    if quality == .notHigh {
      texts.append(
        "not all numbers and templates have a high quality, so the limit is not planned to rise")
    } else {
      if quality == .unknown {
        texts.append("the quality of the numbers and templates is not known; it is taken as high")
      }
      texts.append("a drop in the quality of any number or template stops the rise")
      texts += rule(from: limit, rises: rises)
      if let missing, missing > 0 {
        let days = ladder.way(from: rises.last?.limit ?? limit).days
        texts.append(
          "the next level is not earned by this audience: \(missing) more people would have to be written to within \(days) days"
        )
      }
    }
    if reserve > 0 {
      texts.append("\(reserve) recipients of each day are kept for replies and one-time codes")
    }
    if reserve >= limit { texts.append("what is kept leaves no recipients to this campaign") }
    return texts
      + ["the rate is not looked at: what may go in a day is taken to go at its beginning"]
  }

  private func rule(from limit: Int, rises: [TierPlan.Rise]) -> [String] {
    var texts = [
      "how the provider measures the half of a limit is not published: the different people of each day outside open windows are added up over the last seven days",
      "a level that is earned is there six hours later, and the next is earned after that; the provider may take longer or refuse it",
    ]
    if case .delivered(let count) = ladder.way(from: limit) {
      texts.append(
        "from \(limit) the limit rises once \(count) messages were delivered to different people within thirty days, all that is sent taken as delivered; verifying the business raises it sooner"
      )
    }
    return texts
  }
}
