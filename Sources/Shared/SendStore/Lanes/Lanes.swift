internal import Platform
package import Domain
package import Store
package import Time

/// A sender as the store knows it.
struct LaneIdentity {
  let key: LaneKey
  let group: GroupKey
  let sender: SenderID
  let provider: String
  let account: AccountID
  let address: String
  let tenant: Tenant
}

/// The lanes of the store with the budgets of this process's settings.
struct LaneCatalog {
  private(set) var byKey: [LaneKey: LaneIdentity] = [:]
  private(set) var byName: [SenderID: LaneIdentity] = [:]
  private(set) var byAccount: [AccountID: [LaneIdentity]] = [:]
  private(set) var groups: [LaneGroupID: GroupKey] = [:]
  var budgets: [LaneKey: Budget] = [:]
  var doubtPolicies: [LaneKey: Sender.DoubtPolicy] = [:]
  /// Of the lanes that mind silence.
  var silentAfter: [LaneKey: Duration] = [:]

  init() {}

  init(_ identities: [LaneIdentity], groups: [LaneGroupID: GroupKey]) {
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
  /// How much of each of its budgets is left, by this process's settings; empty where these do not name it.
  package let uses: [BudgetUse]
  /// The store's time of all this.
  package let at: Timestamp
  package let worker: WorkerID?
  package let leaseUntil: Timestamp
}

package struct LaneStop: Hashable, Sendable {
  /// The code of a stop that only a person takes back.
  package static let byHand = "paused"
  /// The code of a stop that the provider told, and takes back.
  package static let byProvider = "account"
  /// The code of a stop by what a number's health says, which ends it as well.
  package static let byHealth = "health"

  /// Whether asking the provider may end it.
  package var isProbed: Bool { ![Self.byHand, Self.byProvider, Self.byHealth].contains(code) }

  package let since: Timestamp
  package let code: String
  package let reason: String
}

extension SendStore {
  /// Makes known the senders of the settings: their lanes exist from then on. Lanes that the settings no
  /// longer name stay, with what waits in them.
  package func define(_ senders: [Sender]) throws(StoreError) {
    let catalog = try engine.write { transaction throws(StoreError) in
      try transaction.run(
        Lanes.addGroup, [.name: .texts(Set(senders.map(\.laneGroup.text)).sorted())])
      let groups = try transaction.groupKeys()
      let keys = try senders.map { sender throws(StoreError) -> GroupKey in
        guard let key = groups[sender.laneGroup] else { throw .broken("no group was made") }
        return key
      }
      try transaction.run(
        Lanes.saveIdentity,
        [
          .name: .texts(senders.map(\.id.text)), .laneGroup: .keys(keys),
          .provider: .texts(senders.map(\.channel.provider.rawValue)),
          .account: .texts(senders.map(\.account.text)), .address: .texts(senders.map(\.address)),
          .app: .texts(senders.map(\.tenant.app)), .company: .texts(senders.map(\.tenant.company)),
        ])
      return try transaction.laneCatalog()
    }
    self.catalog.withLock { known in
      known = catalog
      for sender in senders {
        guard let key = catalog.byName[sender.id]?.key else { continue }
        known.budgets[key] = sender.budget
        known.doubtPolicies[key] = sender.inDoubt
        known.silentAfter[key] = sender.silentAfter
      }
    }
  }

  package func laneStatus() throws(StoreError) -> [LaneStatus] {
    let budgets = catalog.withLock { $0.budgets }
    return try engine.read { transaction throws(StoreError) in
      let now = try transaction.now()
      return try transaction.rows(Lanes.standings) { row throws(StoreError) in
        let spent = SpentBudget(lane: row.bytes(.budget), recipients: row.bytes(.recipients))
        let told = ToldLimits(
          rate: row.optionalInt(.toldRate), recipients: row.optionalInt(.toldRecipients))
        let standing = try budgets[row.key(.key)].map { budget throws(StoreError) in
          try spent.standing(
            under: budget.limited(by: told), inFlight: row.int(.inFlight), at: now,
            lag: row.span(.budgetLag))
        }
        return LaneStatus(
          sender: SenderID(row.text(.sender)), inFlight: row.int(.inFlight),
          stop: row.optionalTime(.stopped).map {
            LaneStop(since: $0, code: row.text(.stopCode), reason: row.text(.stopReason))
          },
          heldUntil: row.integer(.heldUntil) > 0 ? row.time(.heldUntil) : nil,
          holdReason: row.optionalText(.holdReason),
          waiting: row.int(.waiting), inDoubt: row.int(.inDoubt),
          budget: standing?.hold, uses: standing?.uses ?? [], at: now,
          worker: row.optionalText(.owner).map { WorkerID($0) }, leaseUntil: row.time(.leaseUntil))
      }
    }
  }

  /// A number for each lane that changes when sends come in or go, or somebody stops, holds or resumes it:
  /// a look at it costs less than a claim.
  package func lanePulses() throws(StoreError) -> [SenderID: Int64] {
    try engine.read { transaction throws(StoreError) in
      let rows = try transaction.rows(Lanes.pulses) {
        (SenderID($0.text(.sender)), $0.integer(.pulse))
      }
      return Dictionary(rows) { $1 }
    }
  }

  /// Changes whenever somebody stops, holds or resumes a lane: an owner that sees another number reads
  /// its lanes again.
  package func laneChanges() throws(StoreError) -> Int64 {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(Lanes.changes) { $0.integer(.changes) }.first ?? 0
    }
  }

  /// Nothing goes on this lane until it is resumed. Its sends stay queued.
  package func stop(_ sender: SenderID, _ failure: Failure) throws(StoreError) {
    try onLane(sender) { transaction, key throws(StoreError) in
      try transaction.run(
        Lanes.stop,
        [
          .lane: .key(key), .at: .time(try transaction.now()), .code: .text(failure.code),
          .reason: .text(failure.sentence),
        ])
    }
  }

  package func resume(_ sender: SenderID) throws(StoreError) {
    try onLane(sender) { transaction, key throws(StoreError) in
      try transaction.run(Lanes.resume, [.lane: .key(key)])
    }
  }

  /// The same, and takes back what holds single templates and campaigns.
  package func release(_ sender: SenderID) throws(StoreError) {
    try onLane(sender) { transaction, key throws(StoreError) in
      try transaction.run(Lanes.resume, [.lane: .key(key)])
      try transaction.run(Flows.release, [.lane: .key(key)])
      try transaction.run(Flows.forgetHolds, [.lane: .key(key)])
    }
  }

  package func hold(_ sender: SenderID, until: Timestamp, because reason: String) throws(StoreError)
  {
    try onLane(sender) { transaction, key throws(StoreError) in
      try transaction.run(
        Lanes.hold, [.lane: .key(key), .until: .time(until), .reason: .text(reason)])
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
        Flows.holdCampaign,
        [
          .lane: .key(key), .campaign: .text(campaign), .until: .time(until),
          .reason: .text(reason),
        ])
    }
  }

  func onLane(
    _ sender: SenderID, _ body: (any Transaction, LaneKey) throws(StoreError) -> Void
  ) throws(StoreError) {
    guard let key = catalog.withLock({ $0.byName[sender]?.key }) else {
      throw .broken("no lane \(sender)")
    }
    try engine.write { transaction throws(StoreError) in try body(transaction, key) }
  }
}

extension Transaction {
  func groupKeys() throws(StoreError) -> [LaneGroupID: GroupKey] {
    let rows = try rows(Lanes.groups) { (LaneGroupID($0.text(.name)), $0.key(.key) as GroupKey) }
    return Dictionary(rows) { $1 }
  }

  func laneCatalog() throws(StoreError) -> LaneCatalog {
    let lanes = try rows(Lanes.all) { row in
      LaneIdentity(
        key: row.key(.key), group: row.key(.laneGroup), sender: SenderID(row.text(.name)),
        provider: row.text(.provider), account: AccountID(row.text(.account)),
        address: row.text(.address),
        tenant: Tenant(app: row.text(.app), company: row.text(.company)))
    }
    return LaneCatalog(lanes, groups: try groupKeys())
  }
}

/// What a lane and its group have spent, as their rows keep it.
struct SpentBudget {
  let lane: [UInt8]
  let recipients: [UInt8]

  func standing(
    under budget: Budget, inFlight: Int, at time: Timestamp, lag: Duration
  ) throws(StoreError) -> (hold: BudgetPlan.Hold?, uses: [BudgetUse]) {
    let now = time - lag
    let plan = try plan(under: budget, inFlight: inFlight, at: time, lag: lag)
    let uses = plan.uses(of: budget)
    if let hold = plan.hold { return (hold.later(by: lag), uses) }
    guard let until = plan.recipients?.nextRoom(after: now), until > now else { return (nil, uses) }
    return (BudgetPlan.Hold(until: until + lag, by: .recipients), uses)
  }

  /// As a claim would have it now, in budget time.
  func plan(
    under budget: Budget, inFlight: Int, at time: Timestamp, lag: Duration
  ) throws(StoreError) -> BudgetPlan {
    let now = time - lag
    do throws(Unreadable) {
      let counted: RecipientBudget? =
        if case .recipients(let limit) = budget.daily {
          try RecipientBudget(limit: limit, kept: recipients)
        } else { nil }
      return BudgetPlan(
        budget, lane: try LaneBudget(budget, kept: lane), recipients: counted, inFlight: inFlight,
        now: now, postBy: now)
    } catch { throw .broken(error.description) }
  }
}

extension BudgetPlan.Hold {
  /// From budget time to the store's.
  func later(by lag: Duration) -> Self { Self(until: until.map { $0 + lag }, by: by) }
}

extension Lanes {
  enum AddGroupParameter: Int, Columns { case name }
  static let addGroup = Command<AddGroupParameter>("addGroup")

  enum GroupColumn: Int, Columns { case key, name }
  static let groups = Query<Nothing, GroupColumn>("groups")

  enum SaveIdentityParameter: Int, Columns {
    case name, laneGroup, provider, account, address, app, company
  }
  static let saveIdentity = Command<SaveIdentityParameter>("saveIdentity")

  enum LaneColumn: Int, Columns {
    case key, name, laneGroup, provider, account, address, app, company
  }
  static let all = Query<Nothing, LaneColumn>("all")

  enum StandingColumn: Int, Columns {
    case sender, inFlight, stopped, stopCode, stopReason, heldUntil, holdReason, waiting, inDoubt,
      key, budget, recipients, owner, leaseUntil, toldRate, toldRecipients, budgetLag
  }
  static let standings = Query<Nothing, StandingColumn>("standings")

  enum PulseColumn: Int, Columns { case sender, pulse }
  static let pulses = Query<Nothing, PulseColumn>("pulses")

  enum ChangesColumn: Int, Columns { case changes }
  static let changes = Query<Nothing, ChangesColumn>("changes")

  enum StopParameter: Int, Columns { case lane, at, code, reason }
  static let stop = Command<StopParameter>("stop")

  enum LaneParameter: Int, Columns { case lane }
  static let resume = Command<LaneParameter>("resume")

  enum HoldParameter: Int, Columns { case lane, until, reason }
  static let hold = Command<HoldParameter>("hold")
}

extension Flows {
  enum HoldCampaignParameter: Int, Columns { case lane, campaign, until, reason }
  static let holdCampaign = Command<HoldCampaignParameter>("holdCampaign")

  enum ReleaseParameter: Int, Columns { case lane }
  static let release = Command<ReleaseParameter>("release")
  static let forgetHolds = Command<ReleaseParameter>("forgetHolds")
}
