package import Domain
package import Store
internal import JSON
private import Platform
internal import Time

extension SendStore {
  /// A send as it stands, and why it does not go on, read in one transaction; no send where intake does not have it.
  /// Asked of the store alone: what only the worker that sends knows, such as a host that is spared, is not in it.
  package func standing(
    of id: SendID
  ) throws(StoreError) -> (send: StoredSend?, waits: Waits?) {
    let settings = catalog.withLock {
      WaitSettings(budgets: $0.budgets, policies: $0.doubtPolicies)
    }
    return try engine.read { transaction throws(StoreError) in
      let now = try transaction.now()
      let world = try transaction.waitWorld(at: now)
      guard let (key, send) = try transaction.send(id) else {
        return (nil, SendFacts.notTakenIn(workersAlive: world.dispatchers))
      }
      guard !send.progress.state.isFinal else { return (send, nil) }
      let reading = SendReading(send: send, key: key, settings: settings, world: world, now: now)
      return (send, try reading.facts(transaction)?.waits(at: now))
    }
  }
}

/// What the settings of this process say of each lane.
private struct WaitSettings {
  let budgets: [LaneKey: Budget]
  let policies: [LaneKey: Sender.DoubtPolicy]
}

/// One send's rows, read for its reasons.
private struct SendReading {
  let send: StoredSend
  let key: SendKey
  let settings: WaitSettings
  let world: WaitWorld
  let now: Timestamp

  func facts(_ transaction: any Transaction) throws(StoreError) -> SendFacts? {
    let row = try transaction.rows(Reasons.send, [.send: .key(key), .now: .time(now)]) {
      SendWaitRow($0)
    }.first
    guard let row else { return nil }
    switch send.progress.state {
    case .queued: return .queued(try queued(row, transaction))
    case .sending: return .sending(sending(row))
    case .inDoubt: return try doubt(row, transaction).map { .inDoubt($0) }
    case .accepted: return .accepted(try awaited(row, transaction))
    case .sent: return .sent(try awaited(row, transaction))
    case .delivered, .read, .failed, .undelivered, .expired, .canceled: return nil
    }
  }

  private func lane(
    _ row: SendWaitRow, _ transaction: any Transaction
  ) throws(StoreError) -> (reading: LaneReading, provider: Provider?) {
    let found = try transaction.rows(
      Reasons.lane, [.lane: .key(row.lane), .now: .time(now)]
    ) { lane throws(StoreError) in
      (
        reading: try LaneReading(lane, settings.budgets[row.lane], world, at: now),
        provider: Provider(rawValue: lane.text(.provider))
      )
    }
    guard let lane = found.first else { throw .broken("no lane \(row.lane.value)") }
    return lane
  }

  private func queued(
    _ row: SendWaitRow, _ transaction: any Transaction
  ) throws(StoreError) -> QueuedFacts {
    let lane = try lane(row, transaction).reading
    var facts = QueuedFacts(
      lane: lane.facts, flow: row.flowFacts, due: send.due, expires: send.expires)
    facts.restUntil = row.restUntil
    facts.campaign = row.campaign
    facts.personal = lane.used(for: row.candidate(at: now))
    facts.lastFailure = lastFailure
    facts.notPosted = notPosted
    if send.due <= now { facts.ahead = try ahead(row, transaction) }
    return facts
  }

  private func ahead(
    _ row: SendWaitRow, _ transaction: any Transaction
  ) throws(StoreError) -> Int {
    let inFlow = try transaction.rows(
      Reasons.ahead,
      [
        .lane: .key(row.lane), .flow: .key(row.flow), .due: .time(send.due), .send: .key(key),
        .limit: .integer(QueuedFacts.aheadLimit),
      ]
    ) { $0.int(.count) }
    let above = try transaction.rows(
      Reasons.above,
      [.lane: .key(row.lane), .priority: .integer(row.priority), .now: .time(now)]
    ) { $0.int(.count) }
    return (inFlow.first ?? 0) + (above.first ?? 0)
  }

  /// Of the attempt before the one that waits.
  private var lastFailure: QueuedFacts.Failed? {
    guard let last = steps.last, last.state == .queued, let code = last.code else { return nil }
    return QueuedFacts.Failed(
      attempt: send.progress.attempt - 1, code: code,
      sentence: last.detail?.value?["reason"]?.string ?? "")
  }

  /// A send that goes from `sending` to `queued` without a code was refused at the gate.
  private var notPosted: Timestamp? {
    guard let last = steps.last, last.state == .queued, last.code == nil,
      let before = steps.dropLast().last, before.state == .sending
    else { return nil }
    return before.at
  }

  /// Without remarks, which move nothing.
  private var steps: [HistoryEntry] { send.history.filter { $0.code != SendStore.reusedKeyCode } }

  private func since(_ state: SendState) -> Timestamp {
    send.history.last { $0.state == state }?.at ?? send.due
  }

  private func sending(_ row: SendWaitRow) -> SendingFacts {
    SendingFacts(since: since(.sending), postBy: row.postBy, isWorkerAlive: row.isWorkerAlive)
  }

  private func doubt(
    _ row: SendWaitRow, _ transaction: any Transaction
  ) throws(StoreError) -> DoubtFacts? {
    guard let nextLook = row.nextLook else { return nil }
    let provider = try lane(row, transaction).provider ?? .twilio
    return DoubtFacts(
      id: send.id, provider: provider, reason: row.doubtReason, nextLook: nextLook,
      policy: settings.policies[row.lane],
      marked: provider == .meta ? try transaction.markedUntil() : nil,
      workersAlive: world.dispatchers)
  }

  private func awaited(
    _ row: SendWaitRow, _ transaction: any Transaction
  ) throws(StoreError) -> AwaitedFacts {
    AwaitedFacts(
      since: since(send.progress.state), isHeld: send.isHeld, silentSince: row.silentSince,
      marked: try transaction.markedUntil(), statusWorkersAlive: world.statusWorkers)
  }
}

private struct SendWaitRow {
  let lane: LaneKey
  let flow: FlowKey
  let priority: Int
  let flowFacts: FlowFacts
  let restUntil: Timestamp?
  private let window: ServiceWindow
  private let pairPaidBack: Timestamp?
  private let lastCounted: Timestamp?
  let doubtReason: String
  let nextLook: Timestamp?
  let postBy: Timestamp?
  let isWorkerAlive: Bool
  let silentSince: Timestamp?
  let campaign: CampaignWait?

  init(_ row: Row<Reasons.SendColumn>) {
    lane = row.key(.lane)
    flow = row.key(.flow)
    priority = row.int(.priority)
    flowFacts = FlowFacts(
      campaign: row.text(.campaign), template: TemplateKey(text: row.text(.template)),
      heldUntil: row.time(.heldUntil), holdReason: row.optionalText(.holdReason) ?? "")
    restUntil = row.optionalTime(.restUntil)
    window = ServiceWindow(
      lastInbound: row.optionalTime(.lastInbound), lastRefusal: row.optionalTime(.windowClosed))
    pairPaidBack = row.optionalTime(.paidBack)
    lastCounted = row.optionalTime(.counted)
    doubtReason = row.optionalText(.doubtReason) ?? ""
    nextLook = row.optionalTime(.nextLook)
    postBy = row.optionalTime(.postBy)
    isWorkerAlive = row.integer(.workers) > 0
    silentSince = row.optionalTime(.silentSince)
    campaign = row.optionalInt(.campaignState).flatMap { CampaignState(rawValue: $0) }.map {
      var wait = CampaignWait(
        name: row.text(.campaign), state: $0, reason: row.optionalText(.campaignReason) ?? "",
        startsAt: row.integer(.wantsStart) == 1 ? row.optionalTime(.startsAt) : nil)
      if let from = row.optionalTime(.openFrom), let until = row.optionalTime(.openUntil) {
        wait.opening = from..<max(from, until)
      }
      wait.stoppedUntil = row.optionalTime(.stoppedUntil)
      if row.optionalInt(.needsSight) == 1 { wait.seenUntil = row.optionalTime(.seenUntil) }
      wait.isBehindFirstWave =
        row.optionalInt(.allowance).map { $0 <= row.optionalInt(.taken) ?? 0 } ?? false
      wait.waitsForBest = FlowKind(number: row.integer(.kind)).isUndecided
      return wait
    }
  }

  func candidate(at now: Timestamp) -> BudgetPlan.Candidate {
    BudgetPlan.Candidate(
      pairPaidBack: pairPaidBack, lastCounted: lastCounted, isWindowOpen: window.isOpen(at: now))
  }
}

extension Reasons {
  enum OneLaneParameter: Int, Columns { case lane, now }
  static let lane = Query<OneLaneParameter, LaneColumn>("lane")

  enum SendParameter: Int, Columns { case send, now }
  enum SendColumn: Int, Columns {
    case lane, flow, priority, campaign, template, heldUntil, holdReason, restUntil, lastInbound,
      windowClosed, paidBack, counted, doubtReason, nextLook, postBy, workers, silentSince,
      campaignState, campaignReason, startsAt, wantsStart, openFrom, openUntil, needsSight,
      seenUntil,
      waveState, allowance, taken, kind, stoppedUntil
  }
  static let send = Query<SendParameter, SendColumn>("send")

  enum AheadParameter: Int, Columns { case lane, flow, due, send, limit }
  enum CountColumn: Int, Columns { case count }
  static let ahead = Query<AheadParameter, CountColumn>("ahead")

  enum AboveParameter: Int, Columns { case lane, priority, now }
  static let above = Query<AboveParameter, CountColumn>("above")
}
