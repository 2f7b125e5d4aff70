package import Domain
private import Platform
package import Store
package import Time

/// Why a lane does not go on, and which of its flows are held.
package struct LaneWaits: Hashable, Sendable {
  package let sender: SenderID
  /// nil where it goes on, or has nothing to do and could.
  package let waits: Waits?
  /// Those with something in them, first those whose hold ends first, and no more than `flowLimit`.
  package let flows: [HeldFlow]
  /// How many there are.
  package let heldFlows: Int

  package static let flowLimit = 100
}

/// Sends of one priority, campaign and template that are held.
package struct HeldFlow: Hashable, Sendable {
  package let sender: SenderID
  package let priority: Int
  package let campaign: String
  package let template: TemplateKey
  package let waiting: Int
  package let until: Timestamp
  package let reason: String
  package let waits: Waits
}

extension SendStore {
  /// Of every lane, by what the store has and by this process's settings.
  package func laneWaits() throws(StoreError) -> [LaneWaits] {
    let budgets = catalog.withLock { $0.budgets }
    return try engine.read { transaction throws(StoreError) in
      let now = try transaction.now()
      let world = try transaction.waitWorld(at: now)
      let backlogs = try transaction.backlogs(at: now)
      let held = try transaction.heldFlows(at: now)
      return try transaction.rows(Reasons.lanes, [.now: .time(now)]) {
        row throws(StoreError) -> LaneWaits in
        let lane: LaneKey = row.key(.key)
        let state = try LaneReading(row, budgets[lane], world, at: now)
        let flows = held[lane] ?? []
        var backlog = BacklogFacts(waiting: backlogs[lane]?.waiting ?? 0)
        backlog.nextDue = backlogs[lane]?.nextDue
        backlog.newRecipients = state.newRecipientsUsed
        if backlogs[lane]?.free == 0 { backlog.allHeld = flows.first?.facts }
        return LaneWaits(
          sender: state.facts.sender, waits: state.facts.waits(backlog, at: now),
          flows: flows.compactMap { $0.shown(of: state.facts.sender, at: now) },
          heldFlows: flows.first?.total ?? 0)
      }
    }
  }

  /// Of every lane, as far as they are shown.
  package func heldFlows() throws(StoreError) -> [HeldFlow] { try laneWaits().flatMap(\.flows) }
}

/// What is the same for all lanes.
struct WaitWorld {
  let dispatchers: Int
  let statusWorkers: Int
  let hasLostCommits: Bool
}

/// A lane's row, read for its reasons.
struct LaneReading {
  var facts: LaneFacts
  /// What a claim would go by; nil where the settings of this process do not name the sender.
  private let plan: BudgetPlan?
  private let lag: Duration

  init(
    _ row: Row<Reasons.LaneColumn>, _ budget: Budget?, _ world: WaitWorld, at now: Timestamp
  ) throws(StoreError) {
    let told = ToldLimits(
      rate: row.optionalInt(.toldRate), recipients: row.optionalInt(.toldRecipients))
    let limited = budget?.limited(by: told)
    let spent = SpentBudget(lane: row.bytes(.budget), recipients: row.bytes(.recipients))
    let inFlight = row.int(.inFlight)
    let lag = row.span(.budgetLag)
    self.lag = lag
    plan = try limited.map { budget throws(StoreError) in
      try spent.plan(under: budget, inFlight: inFlight, at: now, lag: lag)
    }
    facts = LaneFacts(sender: SenderID(row.text(.sender)), budget: limited)
    facts.isKnown = !row.text(.provider).isEmpty
    facts.hasLostCommits = world.hasLostCommits
    facts.workersAlive = world.dispatchers
    facts.isOwnerAlive = row.isTrue(.isOwnerAlive)
    facts.leaseUntil = row.time(.leaseUntil)
    facts.stop = row.optionalTime(.stopped).map {
      LaneStop(since: $0, code: row.text(.stopCode), reason: row.text(.stopReason)).facts
    }
    facts.heldUntil = row.time(.heldUntil)
    facts.holdReason = row.optionalText(.holdReason) ?? ""
    facts.used = plan?.used.map { $0.later(by: lag) } ?? []
  }

  var newRecipientsUsed: BudgetPlan.Hold? { plan?.newRecipientsUsed?.later(by: lag) }

  func used(for candidate: BudgetPlan.Candidate) -> [BudgetPlan.Hold] {
    plan?.used(for: candidate).map { $0.later(by: lag) } ?? []
  }
}

extension LaneStop {
  fileprivate var facts: LaneFacts.Stop {
    let kind: LaneFacts.Stop.Kind =
      switch code {
      case Self.byHand: .byHand
      case Self.byProvider, Self.byHealth: .byProvider
      default: .probed
      }
    return LaneFacts.Stop(kind, since: since, code: code, reason: reason)
  }
}

private struct Backlog {
  let waiting: Int
  let free: Int
  let nextDue: Timestamp?
}

private struct HeldRow {
  let facts: FlowFacts
  let priority: Int
  let waiting: Int
  let total: Int

  func shown(of sender: SenderID, at now: Timestamp) -> HeldFlow? {
    facts.waits(at: now).map {
      HeldFlow(
        sender: sender, priority: priority, campaign: facts.campaign, template: facts.template,
        waiting: waiting, until: facts.heldUntil, reason: facts.holdReason, waits: $0)
    }
  }
}

extension Transaction {
  func waitWorld(at now: Timestamp) throws(StoreError) -> WaitWorld {
    let world = try rows(Reasons.world, [.now: .time(now)]) { row in
      WaitWorld(
        dispatchers: row.int(.dispatchers), statusWorkers: row.int(.statusWorkers),
        hasLostCommits: row.isTrue(.commitsLost))
    }.first
    guard let world else { throw .broken("a count of workers gave nothing") }
    return world
  }

  fileprivate func backlogs(at now: Timestamp) throws(StoreError) -> [LaneKey: Backlog] {
    let rows = try rows(Reasons.backlogs, [.now: .time(now)]) { row in
      (
        row.key(.lane) as LaneKey,
        Backlog(
          waiting: row.int(.waiting), free: row.int(.free), nextDue: row.optionalTime(.nextDue))
      )
    }
    return Dictionary(rows) { $1 }
  }

  fileprivate func heldFlows(at now: Timestamp) throws(StoreError) -> [LaneKey: [HeldRow]] {
    let rows = try rows(
      Reasons.held, [.now: .time(now), .limit: .integer(LaneWaits.flowLimit)]
    ) { row in
      (
        row.key(.lane) as LaneKey,
        HeldRow(
          facts: FlowFacts(
            campaign: row.text(.campaign), template: TemplateKey(text: row.text(.template)),
            heldUntil: row.time(.heldUntil), holdReason: row.optionalText(.holdReason) ?? ""),
          priority: row.int(.priority), waiting: row.int(.waiting), total: row.int(.total))
      )
    }
    return Dictionary(grouping: rows, by: \.0).mapValues { $0.map(\.1) }
  }
}

extension Reasons {
  enum WorldColumn: Int, Columns { case dispatchers, statusWorkers, commitsLost }
  static let world = Query<NowParameter, WorldColumn>("world")

  enum NowParameter: Int, Columns { case now }
  enum LaneColumn: Int, Columns {
    case key, sender, provider, stopped, stopCode, stopReason, heldUntil, holdReason, budget,
      inFlight, toldRate, recipients, toldRecipients, budgetLag, leaseUntil, isOwnerAlive
  }
  static let lanes = Query<NowParameter, LaneColumn>("lanes")

  enum BacklogColumn: Int, Columns { case lane, waiting, free, nextDue }
  static let backlogs = Query<NowParameter, BacklogColumn>("backlogs")

  enum HeldParameter: Int, Columns { case now, limit }
  enum HeldColumn: Int, Columns {
    case lane, priority, campaign, template, waiting, heldUntil, holdReason, total
  }
  static let held = Query<HeldParameter, HeldColumn>("held")
}
