package import Time

/// One sender as a forecast sees it.
package struct ForecastLane: Hashable, Sendable {
  package var sender: SenderID
  package var group: LaneGroupID
  /// With what the provider has told.
  package var budget: Budget
  package var spent: LaneBudget
  /// Under way now.
  package var inFlight = 0
  /// How long the provider takes to answer; zero where that is not known, and then nothing waits for answers.
  package var answer: Duration = .zero
  /// How long it takes where it is slow; nil: nobody knows that it may be slow.
  package var slowAnswer: Duration?
  package var heldUntil: Timestamp?
  /// Until somebody lifts it.
  package var isStopped = false
  /// More than that this machine was never seen to send.
  package var topRate: Rate?
  /// What the campaign may take of the lane.
  package var pace = CampaignPace()
  package var others: [ForecastQueue] = []
  /// What comes in from elsewhere meanwhile and goes first, such as replies and one-time codes. It takes no recipients'
  /// slots: room for those is kept in the group.
  package var inflow: Rate?

  package init(
    sender: SenderID, group: LaneGroupID? = nil, budget: Budget, spent: LaneBudget? = nil
  ) {
    (self.sender, self.group) = (sender, group ?? .own(of: sender))
    (self.budget, self.spent) = (budget, spent ?? LaneBudget(budget))
  }

  var isClosed: Bool { isStopped || (heldUntil?.isOpenEnded ?? false) }
}

/// What else waits in a lane and takes its turn as one.
package struct ForecastQueue: Hashable, Sendable {
  package var turn: Turn
  package var count: Int
  /// How many of them need no slot of the recipients' limit.
  package var free: Int

  package init(_ turn: Turn, count: Int, free: Int = 0) {
    (self.turn, self.count, self.free) = (turn, count, min(max(0, free), count))
  }

  package enum Turn: Hashable, Sendable {
    /// Of a higher priority.
    case before
    /// Of the same priority: what room there is is shared, one share for each that waits.
    case beside
    /// Of a lower priority.
    case after
  }
}
