package import Time

/// All budgets of a lane at one moment: which of the sends that wait may go now, and when the others may.
/// A post is counted at the latest time at which it can still happen, and put right when that is known.
package struct BudgetPlan: Sendable {
  package private(set) var lane: LaneBudget
  package private(set) var recipients: RecipientBudget?
  private let pair: Rate?
  let inFlightLimit: Int
  private(set) var inFlight: Int
  let now: Timestamp
  private let postBy: Timestamp

  package init(
    _ budget: Budget, lane: LaneBudget, recipients: RecipientBudget?, inFlight: Int, now: Timestamp,
    postBy: Timestamp
  ) {
    self.lane = lane
    self.recipients = recipients
    self.inFlight = inFlight
    self.now = now
    self.postBy = postBy
    pair = budget.pair
    inFlightLimit = budget.inFlight
    self.lane.forget(before: now)
    self.recipients?.forget(before: now)
  }

  /// A send that is due, with what is known of its recipient.
  package struct Candidate: Hashable, Sendable {
    /// When all that was sent to this person is paid back.
    package let pairPaidBack: Timestamp?
    /// When this recipient was last counted in the group.
    package let lastCounted: Timestamp?
    package let isWindowOpen: Bool

    package init(pairPaidBack: Timestamp?, lastCounted: Timestamp?, isWindowOpen: Bool) {
      self.pairPaidBack = pairPaidBack
      self.lastCounted = lastCounted
      self.isWindowOpen = isWindowOpen
    }
  }

  package enum Verdict: Hashable, Sendable {
    /// It goes; what is to be kept of its recipient from now on.
    case go(pairPaidBack: Timestamp?, counted: Timestamp?)
    /// This person must wait, others need not.
    case holdRecipient(until: Timestamp)
    /// Recipients not counted yet must wait, others need not.
    case holdNewRecipients(until: Timestamp)
    /// The lane is full.
    case full(Hold)
  }

  package struct Hold: Hashable, Sendable {
    /// nil: until an answer comes back.
    package let until: Timestamp?
    package let by: BudgetName

    package init(until: Timestamp?, by: BudgetName) {
      self.until = until
      self.by = by
    }

    /// For people.
    package var sentence: String {
      switch by {
      case .rate: "the rate is used up"
      case .daily: "the daily budget is used up"
      case .pair: "the rate of messages to this person is used up"
      case .recipients: "the day's new recipients are used up"
      case .inFlight: "as many as may be are under way"
      }
    }
  }

  /// How many the lane could send now, whoever they are for.
  package var room: Int { max(0, min(lane.room(at: now), inFlightLimit - inFlight)) }

  package var hold: Hold? {
    guard room == 0 else { return nil }
    if let hold = lane.hold(at: now) { return Hold(until: hold.until, by: hold.by) }
    return Hold(until: nil, by: .inFlight)
  }

  /// All that is used up of the lane's own budgets, each until it has room again.
  package var used: [Hold] {
    let own = lane.holds(at: now).map { Hold(until: $0.until, by: $0.by) }
    return own + (inFlight >= inFlightLimit ? [Hold(until: nil, by: .inFlight)] : [])
  }

  /// Until when no recipient may be written to that is not counted already.
  package var newRecipientsUsed: Hold? {
    let until = recipients.map { $0.nextRoom(after: now) }
    return until.flatMap { $0 > now ? Hold(until: $0, by: .recipients) : nil }
  }

  /// What is used up for one person.
  package func used(for candidate: Candidate) -> [Hold] {
    let bucket = pair.map { TokenBucket($0, paidBack: candidate.pairPaidBack ?? .distantPast) }
    let pairUntil = bucket.map { $0.nextRoom(after: now) }
    let newUntil = candidate.isWindowOpen ? nil : holdForNewRecipient(candidate)
    return [
      pairUntil.flatMap { $0 > now ? Hold(until: $0, by: .pair) : nil },
      newUntil.map { Hold(until: $0, by: .recipients) },
    ].compactMap(\.self)
  }

  package mutating func admit(_ candidate: Candidate) -> Verdict {
    if let hold { return .full(hold) }
    var bucket = pair.map { TokenBucket($0, paidBack: candidate.pairPaidBack ?? .distantPast) }
    if let until = bucket?.nextRoom(after: now), until > now { return .holdRecipient(until: until) }
    var counted: Timestamp?
    if recipients != nil, !candidate.isWindowOpen {
      if let until = holdForNewRecipient(candidate) { return .holdNewRecipients(until: until) }
      let before = candidate.lastCounted.flatMap {
        RecipientBudget.stillCounts($0, at: now) ? $0 : nil
      }
      recipients?.count(lastCounted: before, at: postBy)
      counted = postBy
    }
    bucket?.take(at: postBy)
    lane.take(1, at: postBy)
    inFlight += 1
    return .go(pairPaidBack: bucket?.paidBack, counted: counted)
  }

  private func holdForNewRecipient(_ candidate: Candidate) -> Timestamp? {
    guard let recipients, !RecipientBudget.stillCounts(candidate.lastCounted, at: now) else {
      return nil
    }
    let until = recipients.nextRoom(after: now)
    return until > now ? until : nil
  }
}
