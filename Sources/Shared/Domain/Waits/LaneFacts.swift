package import Time

/// What the store knows of a lane that may keep its sends from going.
package struct LaneFacts: Hashable, Sendable {
  package var sender: SenderID
  /// Some worker had it in its settings: until then it has neither provider nor account.
  package var isKnown = true
  /// The budget by the settings of the process that asks; nil where they do not name the sender.
  package var budget: Budget?
  package var hasLostCommits = false
  package var workersAlive = 1
  package var isOwnerAlive = true
  package var leaseUntil = Timestamp.distantFuture
  package var stop: Stop?
  package var heldUntil = Timestamp.distantPast
  package var holdReason = ""
  /// Of its budgets those that are used up, whoever a send is for.
  package var used: [BudgetPlan.Hold] = []

  package struct Stop: Hashable, Sendable {
    package let kind: Kind
    package let since: Timestamp
    package let code: String
    package let reason: String

    package init(_ kind: Kind, since: Timestamp, code: String, reason: String) {
      self.kind = kind
      self.since = since
      self.code = code
      self.reason = reason
    }

    package enum Kind: Hashable, Sendable { case byHand, byProvider, probed }
  }

  package init(sender: SenderID, budget: Budget?) {
    self.sender = sender
    self.budget = budget
  }
}

extension LaneFacts {
  func reasons(at now: Timestamp) -> [WaitReason] {
    standing(at: now) + [unknown, notInSettings, takeOver(at: now)].compactMap(\.self)
      + used.compactMap { reason($0, at: now) }
  }

  /// What keeps the lane also while nothing waits in it.
  func standing(at now: Timestamp) -> [WaitReason] {
    [lostCommits, noWorker, stopped(at: now), held(at: now)].compactMap(\.self)
  }

  private var lostCommits: WaitReason? {
    guard hasLostCommits else { return nil }
    return WaitReason(
      code: .commitsLost, end: .byPerson,
      sentence: "the store lost commits: nothing is sent until `postrider store restored` is run")
  }

  private var noWorker: WaitReason? { workersAlive == 0 ? .noDispatchWorker : nil }

  private var unknown: WaitReason? {
    guard !isKnown else { return nil }
    return WaitReason(
      code: .senderUnknown, end: .byPerson,
      sentence:
        "its sender `\(sender)` is not known to any worker yet: name it in their settings and reload them"
    )
  }

  private var notInSettings: WaitReason? {
    guard isKnown, budget == nil else { return nil }
    return WaitReason(
      code: .senderNotInSettings, end: .byPerson,
      sentence:
        "the settings of the process that answers do not name the sender `\(sender)`: a worker with such settings sends nothing for it"
    )
  }

  private func stopped(at now: Timestamp) -> WaitReason? {
    guard let stop else { return nil }
    let command = "`postrider lane resume \(sender)`"
    let since = "since \(stop.since.told(at: now))"
    let reason = stop.reason.withoutPeriod
    switch stop.kind {
    case .byHand:
      return WaitReason(
        code: .lanePaused, end: .byPerson,
        sentence: "the lane `\(sender)` is paused \(since), until lifted by \(command): \(reason)")
    case .byProvider:
      return WaitReason(
        code: .laneStopped, end: .byPerson,
        sentence:
          "the lane `\(sender)` is stopped \(since), until the provider takes it back or \(command) is run: \(reason)"
      )
    case .probed:
      return WaitReason(
        code: .laneStopped, end: .byPerson,
        sentence:
          "the lane `\(sender)` is stopped \(since) by \(stop.code), until a probe succeeds or \(command) is run: \(reason)"
      )
    }
  }

  private func held(at now: Timestamp) -> WaitReason? {
    guard heldUntil > now else { return nil }
    let end = WaitReason.End(until: heldUntil)
    return WaitReason(
      code: .laneHeld, end: end,
      sentence: "the lane `\(sender)` is held \(end.text(now))\(holdReason.afterColon)")
  }

  private func takeOver(at now: Timestamp) -> WaitReason? {
    guard workersAlive > 0, !isOwnerAlive || leaseUntil <= now else { return nil }
    let end: WaitReason.End = leaseUntil > now ? .at(leaseUntil) : .byItself
    let when = leaseUntil > now ? "after \(leaseUntil.told(at: now))" : "within seconds"
    return WaitReason(
      code: .takeOver, end: end,
      sentence: "no worker has the lane `\(sender)`: another takes it \(when)")
  }

  func reason(_ hold: BudgetPlan.Hold, at now: Timestamp) -> WaitReason? {
    if let until = hold.until, until <= now { return nil }
    let end = hold.until.map { WaitReason.End.at($0) } ?? .byItself
    let used = "is used \(end.text(now))"
    let limit = budget?.text(hold.by).map { ", \($0)," } ?? ""
    return switch hold.by {
    case .rate:
      WaitReason(
        code: .rateBudget, end: end, sentence: "the rate of `\(sender)`\(limit) \(used)")
    case .daily:
      WaitReason(
        code: .dailyBudget, end: end, sentence: "the daily budget of `\(sender)`\(limit) \(used)")
    case .pair:
      WaitReason(
        code: .pairBudget, end: end,
        sentence: "the rate of messages from `\(sender)` to this person\(limit) \(used)")
    case .recipients:
      WaitReason(
        code: .recipientsBudget, end: end,
        sentence: "the budget of new recipients of `\(sender)`\(limit) \(used)")
    case .inFlight:
      WaitReason(
        code: .inFlight, end: .byItself,
        sentence:
          "as many requests of `\(sender)` as may be\(limit) are under way: it goes on with their answers"
      )
    }
  }
}

extension Budget {
  fileprivate func text(_ name: BudgetName) -> String? {
    switch (name, daily) {
    case (.rate, _): rate?.description
    case (.pair, _): pair?.description
    case (.inFlight, _): "\(inFlight)"
    case (.daily, .messages(let limit)): "\(limit) messages in 24 h"
    case (.recipients, .recipients(let limit)): "\(limit) in 24 h"
    case (.daily, _), (.recipients, _): nil
    }
  }
}

extension WaitReason {
  static let noDispatchWorker = WaitReason(
    code: .noDispatchWorker, end: .byPerson,
    sentence: "no dispatch worker is alive: start `postrider dispatch` or `postrider up`")
}

extension String {
  /// A sentence of somebody else's, inside one of ours.
  var withoutPeriod: String { hasSuffix(".") ? String(dropLast()) : self }
  var afterColon: String { isEmpty ? "" : ": \(withoutPeriod)" }
}

// MARK: Flows

/// What the store knows of a flow.
package struct FlowFacts: Hashable, Sendable {
  package var campaign: String
  package var template: TemplateKey
  package var heldUntil: Timestamp
  package var holdReason: String

  package init(
    campaign: String = "", template: TemplateKey = TemplateKey(text: ""),
    heldUntil: Timestamp = .distantPast, holdReason: String = ""
  ) {
    self.campaign = campaign
    self.template = template
    self.heldUntil = heldUntil
    self.holdReason = holdReason
  }

  /// nil where nothing holds it.
  package func waits(at now: Timestamp) -> Waits? { held(at: now)?.waits() }

  func held(at now: Timestamp) -> WaitReason? {
    guard heldUntil > now else { return nil }
    let end = WaitReason.End(until: heldUntil)
    return WaitReason(
      code: .flowHeld, end: end,
      sentence: "\(name) is held \(end.text(now))\(holdReason.afterColon)")
  }

  private var name: String {
    switch (template.description, campaign) {
    case ("", ""): "what has neither template nor campaign"
    case ("", let campaign): "campaign `\(campaign)`"
    case (let template, ""): "template `\(template)`"
    case (let template, let campaign): "template `\(template)` in campaign `\(campaign)`"
    }
  }
}

// MARK: A lane as a whole

/// What waits in a lane.
package struct BacklogFacts: Hashable, Sendable {
  package var waiting: Int
  /// The hold that ends first, where all that waits is held.
  package var allHeld: FlowFacts?
  /// When the first of what is not held is due.
  package var nextDue: Timestamp?
  /// The budget of new recipients, where it is used up: what is for others goes on.
  package var newRecipients: BudgetPlan.Hold?

  package init(
    waiting: Int, allHeld: FlowFacts? = nil, nextDue: Timestamp? = nil,
    newRecipients: BudgetPlan.Hold? = nil
  ) {
    self.waiting = waiting
    self.allHeld = allHeld
    self.nextDue = nextDue
    self.newRecipients = newRecipients
  }
}

extension LaneFacts {
  /// nil where the lane goes on, or has nothing to do and could.
  package func waits(_ backlog: BacklogFacts, at now: Timestamp) -> Waits? {
    guard backlog.waiting > 0 else { return standing(at: now).waits() }
    var reasons = reasons(at: now)
    if let hold = backlog.newRecipients, let reason = reason(hold, at: now) {
      reasons.append(reason)
    }
    if let flow = backlog.allHeld, let held = flow.held(at: now) {
      reasons.append(
        WaitReason(
          code: held.code, end: held.end,
          sentence: "all that waits is held, and first: \(held.sentence)"))
    } else if let due = backlog.nextDue, due > now {
      reasons.append(
        WaitReason(
          code: .scheduled, end: .at(due),
          sentence: "the first of what waits is due at \(due.told(at: now))"))
    }
    return reasons.waits()
  }
}
