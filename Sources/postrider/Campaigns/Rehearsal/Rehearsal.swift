internal import Campaigns
internal import DispatchWorker
internal import Domain
internal import HTTP
internal import Platform
internal import Running
internal import SendStore
internal import Settings
internal import Simulator
internal import StatusWorker
internal import Store
internal import Time

/// A campaign in virtual time: claimed from a copy of the store, posted to the simulator's rules, told of as a provider
/// tells, and looked after by the loop that does so in production.
///
/// Time goes from one moment to the next at which something can happen, so a day in which a lane waits takes no longer than
/// a second in which it sends.
final class Rehearsal {
  private let stage: RehearsalStage
  private let care: RehearsalCare
  private let callbacks: RehearsalCallbacks
  private var world: RehearsalWorld
  private var lanes: [RehearsalLane]
  private var breakers: [String: CircuitBreaker] = [:]
  private var faults: RehearsalFaults
  private var underWay: [Int: (post: RehearsalDoor.Post, lane: Int)] = [:]
  private var outcome = RehearsalOutcome()
  private var display: RehearsalDisplay

  private var heardAt = Timestamp.distantPast
  private var tendedAt = Timestamp.distantPast
  private var tendAt = Timestamp.distantPast
  /// When anything was last sent or told.
  private var movedAt = Timestamp.distantPast

  private var store: SendStore { stage.store }
  private var now: Timestamp { stage.clock.now }

  init(
    _ stage: RehearsalStage, senders: [SenderSettings], faults: [RehearsalFault],
    display: RehearsalDisplay
  ) throws {
    self.stage = stage
    self.display = display
    self.faults = RehearsalFaults(faults)
    care = try RehearsalCare(stage)
    callbacks = RehearsalCallbacks(stage.store)
    world = try RehearsalWorld(stage, senders)
    lanes = try senders.map { try RehearsalLane($0, of: stage.settings) }
  }

  /// Until nothing of it is to come.
  func run(from start: Timestamp) throws -> RehearsalOutcome {
    stage.clock.go(to: start)
    outcome.start = start
    movedAt = start
    try tend()
    if case .refused(let why) = try store.order(.start, stage.campaign.id) {
      outcome.refusal = why
      return outcome
    }
    try tend()
    repeat {
      guard !stage.stop.isRequested else { throw RehearsalStopped() }
      try strike()
      if isTendDue { try tend() }
      for lane in lanes.indices where lanes[lane].isDue(at: now) { try claim(from: lane) }
      try hear()
      display.show(outcome, of: stage.people, at: now)
    } while goOn()
    try finish()
    return outcome
  }

  // MARK: Time

  /// False where nothing more is to come.
  private func goOn() -> Bool {
    guard !isOver, let next = nextMoment else { return false }
    stage.clock.go(to: max(next, now + .milliseconds(1)))
    return true
  }

  private var isOver: Bool {
    // What comes after its expiry is no longer of it.
    if let expires = care.campaign.expires, now > expires + Self.afterExpiry { return true }
    let isStanding = care.campaign.state.hasEnded || care.campaign.state == .paused
    return isStanding && underWay.isEmpty && world.simulator.next == nil
  }

  private static let afterExpiry = Duration.seconds(7200)

  private var nextMoment: Timestamp? {
    let claims = lanes.filter(\.isClaimable).map(\.wake)
    let expiry = care.campaign.expires.flatMap { $0 > now ? $0 : nil }
    return (claims + [hearAt, faults.next(from: outcome.start), tendAt, expiry].compactMap(\.self))
      .filter { !$0.isOpenEnded }.min()
  }

  /// Answers and callbacks are heard some at a time, as they are written down.
  private var hearAt: Timestamp? { world.simulator.next.map { max($0, heardAt + Self.hearing) } }

  private static let hearing = Duration.milliseconds(20)

  // MARK: Claims and posts

  private func claim(from lane: Int) throws {
    let door = lanes[lane].door
    let room = breakers[door.host]?.room(at: now)
    let limit = min(room ?? RehearsalLane.claimLimit, lanes[lane].claimLimit)
    guard limit > 0, let lease = try stage.lease(of: lanes[lane].sender.laneGroup),
      case .claimed(let claim) = try store.claim(
        lanes[lane].sender.id, lease, worker: stage.worker, limit: limit)
    else {
      lanes[lane].limit = .laneHeld
      lanes[lane].sleep(until: breakerWake(door.host) ?? now + .seconds(1), at: now)
      return
    }
    if room != nil, !claim.sends.isEmpty { breakers[door.host]?.beginProbe() }
    let mayHaveMore = claim.sends.count == limit && claim.hold == nil
    lanes[lane].sleep(until: mayHaveMore ? now : claim.next ?? .distantFuture, at: now)
    try post(claim.sends, by: lane)
    // Its template waits.
    let isHeld = claim.sends.isEmpty && underWay.isEmpty
    lanes[lane].limit =
      try claim.hold?.limit ?? care.limit(at: now) ?? (isHeld ? .laneHeld : .inFlight)
  }

  private func breakerWake(_ host: String) -> Timestamp? {
    guard case .open(let until) = breakers[host]?.state(at: now) else { return nil }
    return until
  }

  private func post(_ sends: [ClaimedSend], by lane: Int) throws {
    guard !sends.isEmpty else { return }
    movedAt = now
    var refused: [AttemptReport] = []
    var new = 0
    for send in sends {
      switch lanes[lane].door.prepare(send, at: now) {
      case .failure(let fault): refused.append(fault.report)
      case .success(let post):
        let number = world.ask(
          post.call, template: post.template, by: lanes[lane].sender.id, at: now)
        underWay[number] = (post, lane)
        lanes[lane].posted(isFirst: send.attempt == 1, at: now)
        new += send.attempt == 1 ? 1 : 0
      }
    }
    outcome.posted(new, of: sends.count - refused.count, held: lanes[lane].limit, at: now)
    guard !refused.isEmpty else { return }
    _ = try store.record(refused)
    lanes[lane].wake(at: now)
  }

  private func hear() throws {
    guard let due = hearAt, due <= now else { return }
    heardAt = now
    var reports: [AttemptReport] = []
    var calls: [HTTPCall] = []
    for happening in world.go(to: now) {
      switch happening {
      case .answered(let number, let answer):
        guard let (post, lane) = underWay.removeValue(forKey: number) else { continue }
        reports.append(take(answer.map { .answered($0) } ?? .notReached, to: post, lane))
      case .called(let call): calls.append(call)
      }
    }
    if !reports.isEmpty { _ = try store.record(reports) }
    try callbacks.apply(calls, at: now)
    movedAt = now
  }

  private func take(
    _ answer: RehearsalDoor.Answer, to post: RehearsalDoor.Post, _ lane: Int
  ) -> AttemptReport {
    let door = lanes[lane].door
    let judged = door.judge(answer, to: post, at: now)
    if answer.isHostFailure {
      breakers[door.host, default: CircuitBreaker()].failed(at: now)
    } else {
      breakers[door.host]?.succeeded()
    }
    lanes[lane].recorded(judged, at: now)
    return judged.report
  }

  // MARK: Care

  /// Before a claim, as what is claimed depends on it.
  private var isTendDue: Bool {
    now >= tendAt
      || now >= tendedAt + care.pace && lanes.contains { $0.isDue(at: now) }
  }

  private func tend() throws {
    try care.tend()
    tendedAt = now
    // Where nothing has happened for long, nothing changes soon.
    tendAt = now + max(care.pace, (now - movedAt) / 20)
    if care.wave == .out, let wave = stage.definition.care.firstWave {
      let end = movedAt + wave.wait
      if end > now { tendAt = min(tendAt, end) }
    }
    let pulses = try store.lanePulses()
    for lane in lanes.indices {
      guard let pulse = pulses[lanes[lane].sender.id], pulse != lanes[lane].pulse else { continue }
      lanes[lane].pulse = pulse
      lanes[lane].wake(at: now)
    }
  }

  // MARK: Faults

  private func strike() throws {
    let share = stage.people == 0 ? 1 : Double(outcome.people) / Double(stage.people)
    for fault in faults.due(at: now, from: outcome.start, share: share) {
      let told = try faults.strike(fault, &world, lanes.map(\.sender), store, at: now)
      outcome.note(told, at: now)
      for lane in lanes.indices { lanes[lane].wake(at: now) }
    }
    // Whatever is left of it ends then.
    if let expires = care.campaign.expires, now >= expires, tendedAt < expires {
      for lane in lanes.indices { lanes[lane].wake(at: now) }
    }
  }

  private func finish() throws {
    try care.tend()
    outcome.state = care.campaign.state
    outcome.tally = try store.tally(of: care.campaign.key)
    outcome.waiting = try store.crowds(of: care.campaign).reduce(0) { $0 + $1.waiting }
    (outcome.violations, outcome.duplicates) = (
      world.simulator.violations, world.simulator.duplicates
    )
    outcome.budgets = try store.laneStatus().filter { status in
      lanes.contains { $0.sender.id == status.sender }
    }
    outcome.lanes = lanes.map { ($0.sender.id, $0.sent, $0.finish) }
    try noteChanges()
  }

  private func noteChanges() throws {
    for change in try store.changes(of: care.campaign.key) {
      guard let reason = change.reason else { continue }
      outcome.note("\(change.state.name): \(reason.text)", at: change.at)
    }
    for stop in try store.stops(of: care.campaign.key) {
      outcome.note(
        "\(stop.segment.sender) \(stop.segment.template) stops: \(stop.reason)", at: stop.since)
    }
  }
}
