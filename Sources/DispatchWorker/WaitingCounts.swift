internal import Domain
internal import SendStore
internal import Time

/// What keeps the sends that wait in a lane. Knows no I/O.
struct WaitingCounts: Hashable {
  let sender: SenderID
  let oldestDue: Duration
  /// Every reason, also those that keep none.
  let counts: [Reason: Int]
  let wantsHelp: Bool

  enum Reason: String, Hashable, CaseIterable {
    /// The settings of this worker have no such sender.
    case noSender = "no-sender"
    /// Somebody paused the lane.
    case paused
    /// The provider said something that holds for all of its sends.
    case stopped
    /// The provider asked to wait.
    case held
    /// The provider's host does not answer.
    case providerAway = "provider-away"
    case rate, daily, recipients
    case inFlight = "in-flight"
    /// Their template or campaign is held.
    case flow
  }

  /// A send has one reason: what is wrong with the lane comes before what is with its host, its budget, its flow.
  init(
    _ lane: LaneStatus, _ backlog: LaneBacklog, isKnown: Bool = true, isHostAway: Bool,
    wantsHelp: Bool
  ) {
    sender = lane.sender
    oldestDue = backlog.oldestDue
    self.wantsHelp = wantsHelp
    var counts = Dictionary(uniqueKeysWithValues: Reason.allCases.map { ($0, 0) })
    // The two were read one after the other.
    let held = min(backlog.held, lane.waiting)
    let open = lane.waiting - held
    if let whole = isKnown ? Self.reason(ofWhole: lane, isHostAway) : .noSender {
      counts[whole] = lane.waiting
    } else {
      counts[.flow] = held
      if let budget = lane.budget.flatMap({ Reason($0.by) }), budget != .recipients {
        counts[budget] = open
      } else {
        counts[.recipients] = min(backlog.newRecipients, open)
      }
    }
    self.counts = counts
  }

  private static func reason(ofWhole lane: LaneStatus, _ isHostAway: Bool) -> Reason? {
    if let stop = lane.stop { return stop.code == LaneStop.byHand ? .paused : .stopped }
    if let until = lane.heldUntil, until > lane.at { return .held }
    return isHostAway ? .providerAway : nil
  }
}

extension WaitingCounts.Reason {
  fileprivate init?(_ budget: BudgetName) {
    switch budget {
    case .rate: self = .rate
    case .daily: self = .daily
    case .recipients: self = .recipients
    case .inFlight: self = .inFlight
    case .pair: return nil
    }
  }
}
