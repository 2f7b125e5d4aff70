internal import Platform
package import Domain
package import Time

/// A sender as the store knows it.
struct LaneIdentity {
  let key: Int64
  let group: Int64
  let sender: SenderID
  let provider: String
  let account: AccountID
  let address: String
  let tenant: Tenant
}

/// The lanes of the store with the budgets of this process's settings.
struct LaneCatalog {
  private(set) var byKey: [Int64: LaneIdentity] = [:]
  private(set) var byName: [SenderID: LaneIdentity] = [:]
  private(set) var byAccount: [AccountID: [LaneIdentity]] = [:]
  private(set) var groups: [LaneGroupID: Int64] = [:]
  var budgets: [Int64: Budget] = [:]
  /// Of the lanes that mind silence.
  var silentAfter: [Int64: Duration] = [:]

  init() {}

  init(_ identities: [LaneIdentity], groups: [LaneGroupID: Int64]) {
    byKey = Dictionary(identities.map { ($0.key, $0) }) { $1 }
    byName = Dictionary(identities.map { ($0.sender, $0) }) { $1 }
    byAccount = Dictionary(grouping: identities, by: \.account)
    self.groups = groups
  }
}

/// How a lane stands: what holds it, how much waits.
package struct LaneStatus: Hashable, Sendable {
  package let sender: SenderID
  package let inFlight: Int
  package let stop: LaneStop?
  package let heldUntil: Timestamp?
  package let holdReason: String?
  package let waiting: Int
  package let inDoubt: Int
  /// What of its budget is used up, by this process's settings.
  package let budget: BudgetPlan.Hold?
  package let worker: WorkerID?
  package let leaseUntil: Timestamp
}

/// Sends of one template or campaign that have to wait.
package struct HeldFlow: Hashable, Sendable {
  package let sender: SenderID
  package let campaign: String
  package let template: TemplateKey
  package let waiting: Int
  package let until: Timestamp
  package let reason: String
}

package struct LaneStop: Hashable, Sendable {
  /// The code of a stop that only a person takes back.
  package static let byHand = "paused"
  /// The code of a stop that the provider told, and takes back.
  package static let byProvider = "account"

  /// Whether asking the provider may end it.
  package var isProbed: Bool { code != Self.byHand && code != Self.byProvider }

  package let since: Timestamp
  package let code: String
  package let reason: String
}

extension SendStore {
  /// Makes known the senders of the settings: their lanes exist from then on. Lanes that the settings no
  /// longer name stay, with what waits in them.
  package func define(_ senders: [Sender]) throws(StoreError) {
    let catalog = try engine.write { transaction throws(StoreError) in
      try transaction.run(.addGroup, [.texts(Set(senders.map(\.laneGroup.text)).sorted())])
      let groups = try transaction.groupKeys()
      let keys = try senders.map { sender throws(StoreError) -> Int64 in
        guard let key = groups[sender.laneGroup] else { throw .broken("no group was made") }
        return key
      }
      try transaction.run(
        .saveLaneIdentity,
        [
          .texts(senders.map(\.id.text)), .integers(keys),
          .texts(senders.map(\.channel.provider.rawValue)), .texts(senders.map(\.account.text)),
          .texts(senders.map(\.address)), .texts(senders.map(\.tenant.app)),
          .texts(senders.map(\.tenant.company)),
        ])
      return try transaction.laneCatalog()
    }
    self.catalog.withLock { known in
      known = catalog
      for sender in senders {
        guard let key = catalog.byName[sender.id]?.key else { continue }
        known.budgets[key] = sender.budget
        known.silentAfter[key] = sender.silentAfter
      }
    }
  }

  package func laneStatus() throws(StoreError) -> [LaneStatus] {
    let budgets = catalog.withLock { $0.budgets }
    return try engine.read { transaction throws(StoreError) in
      let now = try transaction.now()
      return try transaction.rows(.laneStates) { row throws(StoreError) in
        let spent = SpentBudget(lane: row.bytes(10), recipients: row.bytes(11))
        let hold = try budgets[row.integer(9)].flatMap { budget throws(StoreError) in
          try spent.hold(
            under: budget.heeding(ToldLimits(row, rate: 14, recipients: 15)), inFlight: row.int(1),
            at: now, lag: .microseconds(row.integer(16)))
        }
        return LaneStatus(
          sender: SenderID(row.text(0)), inFlight: row.int(1),
          stop: row.optionalTime(2).map {
            LaneStop(since: $0, code: row.text(3), reason: row.text(4))
          },
          heldUntil: row.integer(5) > 0 ? row.time(5) : nil, holdReason: row.optionalText(6),
          waiting: row.int(7), inDoubt: row.int(8), budget: hold,
          worker: row.optionalText(12).map { WorkerID($0) }, leaseUntil: row.time(13))
      }
    }
  }

  package func heldFlows() throws(StoreError) -> [HeldFlow] {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(.heldFlows, [.time(try transaction.now())]) { row in
        HeldFlow(
          sender: SenderID(row.text(0)), campaign: row.text(1),
          template: TemplateKey(text: row.text(2)),
          waiting: row.int(3), until: row.time(4), reason: row.text(5))
      }
    }
  }

  /// A number for each lane that changes when sends come in or go, or somebody stops, holds or resumes it:
  /// a look at it costs less than a claim.
  package func lanePulses() throws(StoreError) -> [SenderID: Int64] {
    try engine.read { transaction throws(StoreError) in
      let rows = try transaction.rows(.lanePulses) { (SenderID($0.text(0)), $0.integer(1)) }
      return Dictionary(rows) { $1 }
    }
  }

  /// Changes whenever somebody stops, holds or resumes a lane: an owner that sees another number reads
  /// its lanes again.
  package func laneChanges() throws(StoreError) -> Int64 {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(.laneChanges) { $0.integer(0) }.first ?? 0
    }
  }

  /// Nothing goes on this lane until it is resumed. Its sends stay queued.
  package func stop(_ sender: SenderID, _ failure: Failure) throws(StoreError) {
    try onLane(sender) { transaction, key throws(StoreError) in
      try transaction.run(
        .stopLane,
        [.integer(key), .time(try transaction.now()), .text(failure.code), .text(failure.sentence)])
    }
  }

  package func resume(_ sender: SenderID) throws(StoreError) {
    try onLane(sender) { transaction, key throws(StoreError) in
      try transaction.run(.resumeLane, [.integer(key)])
    }
  }

  /// The same, and takes back what holds single templates and campaigns.
  package func release(_ sender: SenderID) throws(StoreError) {
    try onLane(sender) { transaction, key throws(StoreError) in
      try transaction.run(.resumeLane, [.integer(key)])
      try transaction.run(.releaseFlows, [.integer(key)])
      try transaction.run(.releaseTemplates, [.integer(key)])
    }
  }

  package func hold(_ sender: SenderID, until: Timestamp, because reason: String) throws(StoreError)
  {
    try onLane(sender) { transaction, key throws(StoreError) in
      try transaction.run(.holdLane, [.integer(key), .time(until), .text(reason)])
    }
  }

  /// Holds the sends of one template only, as the text of its `TemplateKey`.
  package func hold(
    template: String, of sender: SenderID, until: Timestamp, because reason: String
  ) throws(StoreError) {
    try onLane(sender) { transaction, key throws(StoreError) in
      try transaction.hold(template: template, key, until: until, because: reason)
    }
  }

  /// Holds the sends of one campaign only.
  package func hold(
    campaign: String, of sender: SenderID, until: Timestamp, because reason: String
  ) throws(StoreError) {
    try onLane(sender) { transaction, key throws(StoreError) in
      try transaction.run(
        .holdCampaign, [.integer(key), .text(campaign), .time(until), .text(reason)])
    }
  }

  func onLane(
    _ sender: SenderID, _ body: (any Transaction, Int64) throws(StoreError) -> Void
  ) throws(StoreError) {
    guard let key = catalog.withLock({ $0.byName[sender]?.key }) else {
      throw .broken("no lane \(sender)")
    }
    try engine.write { transaction throws(StoreError) in try body(transaction, key) }
  }
}

extension Transaction {
  func groupKeys() throws(StoreError) -> [LaneGroupID: Int64] {
    let rows = try rows(.groups) { (LaneGroupID($0.text(1)), $0.integer(0)) }
    return Dictionary(rows) { $1 }
  }

  func laneCatalog() throws(StoreError) -> LaneCatalog {
    let lanes = try rows(.lanes) { row in
      LaneIdentity(
        key: row.integer(0), group: row.integer(2), sender: SenderID(row.text(1)),
        provider: row.text(3), account: AccountID(row.text(4)), address: row.text(5),
        tenant: Tenant(app: row.text(6), company: row.text(7)))
    }
    return LaneCatalog(lanes, groups: try groupKeys())
  }
}

/// What a lane and its group have spent, as their rows keep it.
private struct SpentBudget {
  let lane: [UInt8]
  let recipients: [UInt8]

  func hold(
    under budget: Budget, inFlight: Int, at time: Timestamp, lag: Duration
  ) throws(StoreError) -> BudgetPlan.Hold? {
    let now = time - lag
    do throws(Unreadable) {
      let counted: RecipientBudget? =
        if case .recipients(let limit) = budget.daily {
          try RecipientBudget(limit: limit, kept: recipients)
        } else { nil }
      let plan = BudgetPlan(
        budget, lane: try LaneBudget(budget, kept: lane), recipients: counted, inFlight: inFlight,
        now: now, postBy: now)
      if let hold = plan.hold {
        return BudgetPlan.Hold(until: hold.until.map { $0 + lag }, by: hold.by)
      }
      guard let until = counted?.nextRoom(after: now), until > now else { return nil }
      return BudgetPlan.Hold(until: until + lag, by: .recipients)
    } catch { throw .broken(error.description) }
  }
}
