internal import Domain
internal import Store
internal import Time

/// One claim under way: the lane and its group are locked, the plan fills up.
///
/// A claim answers which sends of a lane this worker may post now. It has to be right about two things, whatever
/// dies, freezes or is repeated around it: no limit is passed, and nothing is posted twice. This is what must hold,
/// and what keeps it:
///
/// - **One worker claims for a lane at a time.** The group's row is locked first; it names the owner, the epoch and
///   the end of the lease, and a take-over writes that same row. From here to the commit nobody takes the group, and
///   a worker that has lost it, or whose lease has run out, finds so and claims nothing (`holdsLease`).
/// - **An attempt is written before it is posted.** What is taken becomes `sending` and gets an intent with a
///   `postBy`, 2 s ahead of the store's clock. The worker posts after the commit, and its gate refuses every byte
///   after a deadline that it took from its own running clock before this transaction began. So past `postBy` an
///   intent of a worker that is gone can no longer be posted, and nothing else can be said of it.
/// - **Nobody claims beside a predecessor.** What an owner before this lease left without a record may go out until
///   its `postBy`. Its slots count as spent, and nothing is claimed before then; afterwards it is in doubt where its
///   worker is gone, and is left alone where that still lives, as it will record it. One look finds all of them
///   together, as no new ones come up under an old lease, so it is done once for each lease (`isSwept`).
/// - **Budgets hold at the provider's door, so they count the post and not the claim.** Nobody knows yet when a send
///   will be posted, only that it will not be after `postBy`: its slots are booked for then, the latest moment, and
///   the record moves them to the actual one or gives them back. All of it is in budget time, which lags behind the
///   store's (`BudgetClock`); the lag that was used is written with the slots, for whoever owns the group next.
/// - **A store that has less than it told of is not believed.** Every write of a lane raises its stamp, and the
///   worker remembers the stamps of what was committed. A lower one means that commits were lost, and that what is
///   called unsent here may have been sent (`misses`).
/// - **No claim grows with the backlog.** Flows that are held are passed over unread, and what is only judged and put
///   aside is bounded like what is taken (`hasRoom`).
///
/// The group is locked first, then the lane; sends that are locked are passed over. Where two transactions wait for each other
/// all the same, PostgreSQL ends one of them, and its body runs again: so all that a claim learns is kept here, and the
/// store takes it over only once the commit is done.
struct Claiming {
  private(set) var claim: Claim
  let holdsLease: Bool
  private let lane: LaneIdentity
  private let lease: Lease
  private let id: ClaimID
  private let firstLook: Duration
  private let flows: FlowBook
  private let transaction: any Transaction
  private let state: LaneState
  private let generation: Int64
  private let hasLostCommits: Bool
  private var plan: BudgetPlan
  /// As it stands for the present lease.
  let clock: BudgetClock
  /// How far budget time is behind the store's; the row of the group has `lagKept`.
  private let lag: Duration
  private let lagKept: Duration
  private var strays = 0
  private var hasWritten = false
  /// Nothing of an owner before this lease is left.
  private(set) var isSwept: Bool
  private var judged = 0
  private var taken: [Candidate] = []
  private var ended: [(Candidate, SendNews, code: String?)] = []
  private var postponed: [(Candidate, due: Timestamp, flow: FlowKey)] = []
  private var servedByFlow: [FlowKey: Int64] = [:]
  private var paces: CampaignPaces
  private var reach: ClaimReach
  private var pairs: [PersonAddress: Timestamp] = [:]
  private var counted: [PersonAddress: Timestamp] = [:]

  init(
    _ lane: LaneIdentity, _ budget: Budget, _ lease: Lease, _ id: ClaimID, firstLook: Duration,
    isSwept: Bool, _ clock: BudgetClock?, _ flows: FlowBook, _ transaction: any Transaction
  ) throws(StoreError) {
    self.lane = lane
    self.id = id
    self.isSwept = isSwept
    self.flows = flows
    self.firstLook = firstLook
    self.lease = lease
    self.transaction = transaction
    let group = try transaction.lockGroup(lane.group)
    guard let state = try transaction.lockLanes([lane.key]).first else {
      throw .broken("no lane \(lane.sender)")
    }
    self.state = state
    let before = transaction.running
    let now = try transaction.now()
    let after = transaction.running
    let known = clock.flatMap { $0.lease == lease ? $0 : nil }
    self.clock = known ?? BudgetClock(lease, lag: group.lag, now: now, before: before)
    lag = self.clock.lag(group.lag, now: now, after: after)
    lagKept = group.lag
    claim = Claim(postBy: now + SendStore.postSpan, now: now)
    holdsLease =
      lane.group == lease.key && group.owner == id.worker.text && group.epoch == lease.epoch
      && group.leaseUntil > now
    generation = group.generation
    hasLostCommits = group.hasLostCommits
    paces = CampaignPaces(rate: state.rate(budget), at: now)
    reach = ClaimReach(at: now)
    plan = BudgetPlan(
      budget, lane: try state.laneBudget(budget), recipients: try group.recipientBudget(budget),
      inFlight: state.inFlight, now: now - lag, postBy: claim.postBy - lag)
  }

  /// Whether anything may be claimed at all; says in the claim why not.
  mutating func isOpen() throws(StoreError) -> Bool {
    if !isSwept, let until = try predecessorsUntil() {
      claim.hold = .predecessor(until: until)
      claim.look(at: until)
      return false
    }
    if let stop = state.stop {
      claim.hold = .stopped(stop)
      return false
    }
    if state.heldUntil > claim.now {
      claim.hold = .held(until: state.heldUntil, reason: state.holdReason)
      claim.look(at: state.heldUntil)
      return false
    }
    return true
  }

  /// Whether the store has less of this lane than it has told this process.
  func misses(_ acknowledged: AcknowledgedStamps) -> Bool {
    hasLostCommits || acknowledged.exceed(stamps(of: state.stamp))
  }

  /// What the store will have of this lane once this claim is committed.
  var stamps: AcknowledgedStamps { stamps(of: state.stamp + (hasWritten ? 1 : 0)) }

  private func stamps(of stamp: Int64) -> AcknowledgedStamps {
    AcknowledgedStamps(generation: generation, lane.key, stamp)
  }

  var flowsFound: [FlowName: FlowKey] { flows.found }

  /// What owners before us left unrecorded may go out until its deadline, and counts as gone then. Nothing is
  /// claimed before. Of those that are gone it is in doubt from then on; those that live still record theirs.
  private mutating func predecessorsUntil() throws(StoreError) -> Timestamp? {
    let intents = try transaction.rows(
      Intents.strays,
      [.lane: .key(lane.key), .epoch: .integer(lease.epoch), .worker: .text(id.worker.text)]
    ) { Intent($0) }
    if let last = intents.map(\.postBy).max(), last >= claim.now { return last + .microseconds(1) }
    let ours = try transaction.end(intents.filter(\.isOrphaned))
    try transaction.doubt(ours, firstLook: firstLook, at: claim.now)
    strays = ours.count
    isSwept = true
    try saveLane(adding: 0)
    return nil
  }

  private mutating func saveLane(adding count: Int) throws(StoreError) {
    hasWritten = true
    try transaction.saveLane(
      lane.key, plan.lane, inFlight: try transaction.inFlight(of: state, without: strays) + count,
      sweptEpoch: max(state.sweptEpoch, lease.epoch))
  }

  mutating func choose(limit: Int) throws(StoreError) {
    var waiting = try transaction.flows(of: lane.key)
    var holdsNew: Timestamp?
    while !waiting.isEmpty, hasRoom(limit) {
      let priority = waiting[0].priority
      let peers = waiting.prefix { $0.priority == priority }
      waiting.removeFirst(peers.count)
      try serve(peers, limit: limit, &holdsNew)
    }
    if let hold = plan.hold {
      let until = hold.until.map { $0 + lag }
      claim.hold = .budget(hold.by, until: until)
      claim.look(at: until)
    } else if let holdsNew, taken.isEmpty {
      claim.hold = .budget(.recipients, until: holdsNew)
    }
  }

  /// Sends that are only judged and put aside are bounded too, so that no transaction grows with them.
  private func hasRoom(_ limit: Int) -> Bool {
    plan.room > 0 && taken.count < limit && judged < 4 * limit
  }

  /// Shares what room there is among the flows of one priority, those first that have had least. The flows of one
  /// campaign count as one, and take no more than the campaign may.
  private mutating func serve(
    _ peers: ArraySlice<Flow>, limit: Int, _ holdsNew: inout Timestamp?
  ) throws(StoreError) {
    var open: [Flow] = []
    for flow in peers {
      switch flow.verdict(at: claim.now, postBy: claim.postBy) {
      case .open: open.append(flow)
      case .closed(let until): claim.look(at: until)
      }
    }
    var hungry = FlowTurn.turns(of: open)
    while !hungry.isEmpty, hasRoom(limit) {
      let share = max(1, min(plan.room, limit - taken.count) / hungry.count)
      var stillHungry: [FlowTurn] = []
      for turn in hungry where hasRoom(limit) {
        let left = try serve(turn, at: share, limit: limit, &holdsNew)
        if !left.isEmpty { stillHungry.append(FlowTurn(flows: left)) }
      }
      hungry = stillHungry
    }
    // Whoever was not reached is due already.
    if !hungry.isEmpty, plan.room > 0 { claim.look(at: claim.now) }
  }

  /// At most `share` of those that take their turn together. Answers the flows that have more.
  private mutating func serve(
    _ turn: FlowTurn, at share: Int, limit: Int, _ holdsNew: inout Timestamp?
  ) throws(StoreError) -> [Flow] {
    var wanted = min(share, plan.room, limit - taken.count, paces.room(of: turn.campaign))
    guard wanted > 0 else {
      claim.look(at: paces.nextRoom(of: turn.campaign))
      return []
    }
    var left: [Flow] = []
    for (place, flow) in turn.flows.enumerated() {
      guard wanted > 0, hasRoom(limit) else {
        left.append(flow)
        continue
      }
      if flow.holdsNewRecipients, let holdsNew {
        claim.look(at: holdsNew)
        continue
      }
      // Whoever raises a ceiling, or learns of a price, wakes the lane.
      let affordable = try paces.affordable(flow.price, of: flow.paced, transaction)
      guard affordable > 0 else {
        if flow.paced?.dayCeiling != nil {
          claim.look(at: Timestamp(seconds: (claim.now.day + 1) * 86400))
        }
        continue
      }
      let before = taken.count
      let part = min(max(1, wanted / (turn.flows.count - place)), affordable)
      if try take(min(part, plan.room), of: flow, &holdsNew) { left.append(flow) }
      wanted -= taken.count - before
    }
    return left
  }

  /// True where the flow has more that is due.
  private mutating func take(
    _ wanted: Int, of flow: Flow, _ holdsNew: inout Timestamp?
  ) throws(StoreError) -> Bool {
    try flush()
    let due = try transaction.candidates(lane, flow: flow, at: claim.now, limit: wanted)
    judged += due.count
    try reach.look(at: due, of: flow.paced, transaction)
    for candidate in due {
      if candidate.expires <= claim.now {
        ended.append((candidate, .expired, code: "expired"))
        claim.expired += 1
      } else if candidate.optOut == .everything {
        ended.append((candidate, .refused, code: "opted-out"))
        claim.optedOut += 1
      } else if let rest = candidate.restUntil, rest > claim.now {
        postpone(candidate, to: rest, flow: flow.key)
      } else if let rest = flow.marketingRest(of: candidate), rest > claim.now {
        leave(candidate, until: rest, code: "marketing-rest", flow.key)
      } else if let rest = reach.rest(of: candidate, in: flow.paced), rest > claim.now {
        leave(candidate, until: rest, code: "frequency-cap", flow.key)
      } else {
        try admit(candidate, of: flow, &holdsNew)
      }
    }
    if due.count == wanted { return true }
    claim.look(at: try transaction.nextDue(lane.key, flow.key, after: claim.now))
    return false
  }

  private mutating func admit(
    _ candidate: Candidate, of flow: Flow, _ holdsNew: inout Timestamp?
  ) throws(StoreError) {
    let address = candidate.row.recipient
    let verdict = plan.admit(
      BudgetPlan.Candidate(
        pairPaidBack: pairs[address] ?? candidate.pairPaidBack,
        lastCounted: counted[address] ?? candidate.lastCounted,
        isWindowOpen: candidate.window.isOpen(at: claim.now)))
    switch verdict {
    case .go(let paidBack, let count):
      pairs[address] = paidBack ?? pairs[address]
      counted[address] = count ?? counted[address]
      taken.append(candidate)
      servedByFlow[flow.key, default: 0] += 1
      paces.take(flow.paced)
      if candidate.isFirst { note(candidate, of: flow) }
    case .holdRecipient(let until):
      postpone(candidate, to: until + lag, flow: flow.key)
    case .holdNewRecipients(let until):
      holdsNew = until + lag
      claim.look(at: until + lag)
      guard !flow.holdsNewRecipients else { return }
      postpone(
        candidate, to: candidate.row.due,
        flow: try flows.key(of: flow.aside(in: lane.key), transaction))
    case .full:
      return
    }
  }

  /// Of one that goes for the first time: what it costs, and that its person was written to.
  private mutating func note(_ candidate: Candidate, of flow: Flow) {
    guard let campaign = flow.paced else { return }
    paces.pay(flow.price, for: campaign)
    reach.note(candidate, of: campaign)
  }

  /// It waits where its time is long enough, and ends at once where it is not.
  private mutating func leave(
    _ candidate: Candidate, until rest: Timestamp, code: String, _ flow: FlowKey
  ) {
    if rest < candidate.expires {
      postpone(candidate, to: rest, flow: flow)
    } else {
      ended.append((candidate, .refused, code: code))
    }
  }

  private mutating func postpone(_ candidate: Candidate, to due: Timestamp, flow: FlowKey) {
    postponed.append((candidate, due, flow))
    if flow == candidate.row.flow { claim.look(at: due) }
  }

  /// Rows that were judged leave the head of their queue before it is read again.
  private mutating func flush() throws(StoreError) {
    let gone = taken.dropFirst(claim.sends.count)
    try transaction.takeFromQueue(gone.map(\.row))
    claim.sends += gone.map { $0.claimed(by: id) }
    try flushPostponed()
    var changes = ChangeSet(ended.map(\.0.row), at: claim.now)
    for (candidate, news, code) in ended {
      _ = changes.apply(news, to: candidate.row.key, code: code)
    }
    try changes.write(to: transaction)
    ended.removeAll()
  }

  private mutating func flushPostponed() throws(StoreError) {
    guard !postponed.isEmpty else { return }
    try transaction.dequeue(postponed.map(\.0.row))
    let moved = postponed.map { candidate, due, flow in
      SendRow(moving: candidate.row, to: flow, due: due)
    }
    try transaction.update(moved, at: claim.now)
    try transaction.enqueue(moved)
    postponed.removeAll()
  }

  mutating func write() throws(StoreError) {
    try flush()
    let sending = try taken.map { candidate throws(StoreError) -> SendRow in
      var row = candidate.row
      guard row.progress.apply(.claimed) else { throw .broken("a send in a queue is not queued") }
      return row
    }
    let changes = sending.map { Change($0, at: claim.now) }
    try transaction.update(sending, by: changes, at: claim.now)
    try transaction.publish(changes)
    try transaction.run(
      Intents.insert,
      [
        .send: .keys(sending, \.key),
        .attempt: .integers(sending.map { Int64($0.progress.attempt) }),
        .lane: .keys(sending, \.lane), .epoch: .integers(sending.map { _ in lease.epoch }),
        .postBy: .integers(sending.map { _ in claim.postBy.microseconds }),
        .worker: .texts(sending.map { _ in id.worker.text }),
        .claim: .integers(sending.map { _ in id.number }),
        .countedAt: .integers(sending.map { _ in (claim.postBy - lag).microseconds }),
      ])
    try writeBudgets(sending.count)
  }

  private mutating func writeBudgets(_ count: Int) throws(StoreError) {
    // The next owner goes on from what is written: what the clocks have drifted since must not be much.
    guard count > 0 || lag - lagKept > Self.unwrittenLag else { return }
    try writeGroup()
    guard count > 0 else { return }
    let flows = servedByFlow.keys.sorted()
    try transaction.run(
      Flows.serve,
      [.flow: .keys(flows), .count: .integers(flows.map { servedByFlow[$0, default: 0] })])
    try paces.write(lane.key, to: transaction)
    try paces.writeMoney(to: transaction)
    try reach.write(to: transaction)
    try saveLane(adding: count)
    try transaction.saveTimes(People.savePairs, lane.key, pairs)
    try transaction.saveTimes(People.saveRecipients, lane.group, counted)
  }

  private static let unwrittenLag = Duration.milliseconds(25)

  private func writeGroup() throws(StoreError) {
    guard plan.recipients != nil || lag != lagKept else { return }
    try transaction.run(
      Lanes.saveGroup,
      [
        .group: .key(lane.group), .recipients: .optionalBytes([plan.recipients?.bytes]),
        .budgetLag: .integers([lag.microseconds]),
      ])
  }
}

extension Intents {
  enum InsertParameter: Int, Columns {
    case send, attempt, lane, epoch, postBy, worker, claim, countedAt
  }
  static let insert = Command<InsertParameter>("insert")
}
