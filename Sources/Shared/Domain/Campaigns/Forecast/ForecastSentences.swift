package import Time

extension ForecastStretch {
  /// `until 14:10:00 UTC the day's new recipients hold it: 1000 are sent`
  package func sentence(at now: Timestamp) -> String {
    "until \(until.told(at: now)) \(limitedBy.text) \(limitedBy.verb): \(sent) \(sent == 1 ? "is" : "are") sent"
  }
}

extension ForecastCourse {
  /// `until 14:10:00 UTC the day's new recipients, then the rate; it ends at 15:02:10 UTC`
  package func sentence(at now: Timestamp) -> String {
    guard !stretches.isEmpty else { return end(at: now) }
    let parts = stretches.indices.map { index in
      let stretch = stretches[index]
      let isLast = index == stretches.count - 1
      if isLast {
        return index == 0 ? "\(stretch.limitedBy.text) all the way" : stretch.limitedBy.text
      }
      return "until \(stretch.until.told(at: now)) \(stretch.limitedBy.text)"
    }
    return parts.joined(separator: ", then ") + "; " + end(at: now)
  }

  private func end(at now: Timestamp) -> String {
    let lost = ForecastLoss.allCases.filter { losses[$0, default: 0] > 0 }
    let left = lost.map { "\(losses[$0, default: 0]) \($0.text)" }
    guard left.isEmpty else { return left.joined(separator: "; ") }
    return finish.map { "it ends at \($0.told(at: now))" } ?? "it does not end"
  }

  /// nil where everybody is written to before the expiry; else who is not, and what would help.
  package func refusal(at now: Timestamp) -> String? {
    guard !isComplete else { return nil }
    let helps = helps(at: now)
    return end(at: now)
      + (helps.isEmpty ? "" : "; what would help: " + helps.joined(separator: ", "))
  }

  private func helps(at now: Timestamp) -> [String] {
    var helps: [String] = []
    if leftAtExpiry > 0, let finish {
      helps.append("an expiry after \(finish.told(at: now))")
    }
    if losses[.laneStopped, default: 0] > 0 { helps.append("lifting the lane's stop") }
    if losses[.noRoom, default: 0] > 0 { helps.append("keeping fewer recipients for replies") }
    if losses[.noOpening, default: 0] > 0 { helps.append("wider hours") }
    guard leftAtExpiry > 0 else { return helps }
    let limits = Set(stretches.map(\.limitedBy))
    for limit in ForecastLimit.allCases where limits.contains(limit) {
      helps += limit.helps.filter { !helps.contains($0) }
    }
    return helps
  }
}

extension ForecastLimit {
  fileprivate var verb: String {
    switch self {
    case .daily, .recipients, .inFlight, .quietHours: "hold it"
    case .others: "goes before it"
    case .rate, .pace, .share, .firstWave, .laneHeld, .machine, .bestMessage: "holds it"
    }
  }

  fileprivate var helps: [String] {
    switch self {
    case .rate, .daily: ["another sender"]
    case .recipients: ["a higher limit of recipients", "a sender of another portfolio"]
    case .inFlight: ["more sends under way at once", "another sender"]
    case .pace: ["a higher pace"]
    case .share: ["a larger share of the lane"]
    case .quietHours: ["an earlier start"]
    case .firstWave: ["a shorter look at the first wave"]
    case .others: ["a higher priority"]
    case .laneHeld: ["another sender"]
    case .machine: ["another worker"]
    case .bestMessage: ["a shorter wait for the best message"]
    }
  }
}
