internal import Settings
internal import Running
internal import Telemetry
internal import Domain
internal import Platform
internal import SendStore
internal import Store
internal import Time

/// Keeps this worker's share of the lane groups, each second, until everything that it posted is recorded.
/// With each look it also settles what claims have left behind: its own whose answer never came, and those of
/// workers that are gone.
final class LeaseKeeper: Sendable {
  private let store: SendStore
  private let worker: WorkerID
  private let doors: DoorBook
  private let board: LaneBoard
  private let breakers: BreakerBoard
  private let recorder: Recorder
  private let underWay: ClaimsUnderWay
  private let firstLook: Duration
  private let counts: DispatchCounts
  private let swept: Counter
  private let audited: Counter
  private let miscounted: Gauge
  private let leasesHeld: Gauge
  private let backlogs = Locked<(lookAt: RunningTime, found: [SenderID: LaneBacklog])>(
    (.distantPast, [:]))
  private let log: Log
  private let health: HealthPart
  private let stop: StopSignal
  private let held = Locked<[LaneGroupID: Lease]>([:])
  private let hasTold = Locked(false)

  init(
    _ context: WorkerContext, doors: DoorBook, board: LaneBoard, breakers: BreakerBoard,
    recorder: Recorder, underWay: ClaimsUnderWay, counts: DispatchCounts
  ) {
    self.breakers = breakers
    self.recorder = recorder
    leasesHeld = context.metrics.leasesHeld("lane-group")
    self.underWay = underWay
    firstLook = context.settings.doubts.first
    swept = context.metrics.counter(
      "postrider_intents_swept_total", "Attempts of workers that are gone, put in doubt.")
    audited = context.metrics.counter(
      "postrider_intents_audited_total",
      "Attempts that were claimed without this worker's hearing of it, put back.")
    miscounted = context.metrics.gauge(
      "postrider_attempts_miscounted",
      "Attempts that ended without having been counted as under way. There should be none.")
    store = context.store
    worker = context.worker
    log = context.log
    stop = context.stop
    health = context.health.part("leases")
    self.doors = doors
    self.board = board
    self.counts = counts
  }

  private static let pause = Duration.seconds(1)

  /// Blocks until everything is recorded after a stop; to be called on a thread of its own.
  func run() {
    while !board.isSettled {
      var pause = Self.pause
      do throws(StoreError) {
        pause = try tend()
        if try store.hasLostCommits() { tellLostCommits() } else { health.ready() }
      } catch {
        health.notReady(error.description)
        log.warning("cannot keep the leases of lanes", ["reason": error.description])
      }
      if stop.isRequested {
        board.waitUntilSettled(for: pause)
      } else {
        stop.wait(for: pause)
      }
    }
    leave()
  }

  /// Nothing is sent until a person has said how to go on.
  private func tellLostCommits() {
    let sentence = SendStore.lostCommitsSentence
    if hasTold.withLock({ told in
      defer { told = true }
      return !told
    }) {
      log.error("all lanes are stopped", ["reason": sentence])
    }
    health.notReady(sentence)
  }

  /// Answers how long to wait for the next time: less than a second where somebody else's lease runs out.
  func tend() throws(StoreError) -> Duration {
    let report = try store.tendLeases(worker)
    miscounted.set(Double(report.miscounted))
    let leases = Dictionary(report.held.map { ($0.group, $0) }) { $1 }
    let surplus = Set(report.surplus.map(\.group))
    board.hold(leases, surplus: surplus, doors.groups)
    held.withLock { $0 = leases }
    let idle = report.surplus.filter { board.isIdle($0.group) }
    try store.release(idle)
    held.withLock { held in
      for lease in idle { held[lease.group] = nil }
    }
    audited.add(try store.auditIntents(worker, isUnderWay: underWay.contains))
    swept.add(try store.sweepIntents(firstLook: firstLook))
    _ = try store.expireUnknown()
    leasesHeld.set(Double(held.withLock { $0.count }))
    try show(try store.laneStatus())
    guard let next = report.nextLook else { return Self.pause }
    return min(Self.pause, max(.milliseconds(20), next - (try store.now()) + .milliseconds(1)))
  }

  /// What waits is read more seldom than how lanes stand: it costs a look for each of their flows.
  private func show(_ lanes: [LaneStatus]) throws(StoreError) {
    counts.show(lanes)
    if backlogs.withLock({ $0.lookAt.hasPassed }) {
      let found = Dictionary(try store.laneBacklogs().map { ($0.sender, $0) }) { $1 }
      backlogs.withLock { $0 = (.now + Self.backlogEach, found) }
    }
    let known = backlogs.withLock { $0.found }
    let wanting = board.wantingHelp(isRecordingLate: recorder.isLate)
    counts.show(
      lanes.compactMap { lane in
        known[lane.sender].map { backlog in
          let door = doors[lane.sender]
          return WaitingCounts(
            lane, backlog, isKnown: door != nil,
            isHostAway: door.map { breakers.isOpen($0.host) } ?? false,
            wantsHelp: wanting.contains(lane.sender))
        }
      })
  }

  private static let backlogEach = Duration.seconds(5)

  /// The next worker need not wait until the leases run out.
  private func leave() {
    do throws(StoreError) {
      try store.release(held.withLock { Array($0.values) })
      try store.leave(worker)
    } catch {
      log.warning("the leases of lanes run out by themselves", ["reason": error.description])
    }
    leasesHeld.set(0)
    health.ended()
  }
}
