/// What keeps a campaign from going faster.
package enum ForecastLimit: Int, CaseIterable, Hashable, Sendable {
  case rate, daily, recipients, inFlight, pace, share, quietHours, firstWave, others, laneHeld,
    machine, bestMessage

  /// Programs read it, so it never changes.
  package var name: String {
    switch self {
    case .rate: "rate"
    case .daily: "daily"
    case .recipients: "recipients"
    case .inFlight: "in-flight"
    case .pace: "pace"
    case .share: "share"
    case .quietHours: "quiet-hours"
    case .firstWave: "first-wave"
    case .others: "others"
    case .laneHeld: "lane-held"
    case .machine: "machine"
    case .bestMessage: "best-message"
    }
  }

  /// For people, as a subject.
  package var text: String {
    switch self {
    case .rate: "the rate"
    case .daily: "the day's messages"
    case .recipients: "the day's new recipients"
    case .inFlight: "the answers that are awaited"
    case .pace: "the campaign's pace"
    case .share: "the campaign's share of the lane"
    case .quietHours: "quiet hours"
    case .firstWave: "the look at the first wave"
    case .others: "what else waits in the lane"
    case .laneHeld: "a hold of the lane"
    case .machine: "the speed of this machine"
    case .bestMessage: "the wait for the best message"
    }
  }
}

/// Why somebody is not written to.
package enum ForecastLoss: String, CaseIterable, Hashable, Sendable {
  /// Their turn comes after the campaign's end.
  case expiry
  /// There is no hour any more in which they may be written to.
  case noOpening
  case laneStopped
  /// The limit of recipients leaves no room beside what is kept, or other sends take all that there is.
  case noRoom
  /// It would take ten years.
  case tooLong

  /// For people, after a number of people.
  package var text: String {
    switch self {
    case .expiry: "are still to come when the campaign expires"
    case .noOpening: "have no hours any more in which they may be written to"
    case .laneStopped: "wait in a lane that is stopped"
    case .tooLong: "have no turn within ten years"
    case .noRoom: "find no room beside what is kept and what else is sent"
    }
  }
}
