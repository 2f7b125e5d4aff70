internal import Domain
internal import Platform
internal import SendStore
internal import Service
internal import Time

/// Keeps this worker's share of the lane groups, each second, until everything that it posted is recorded.
final class LeaseKeeper: Sendable {
  private let store: SendStore
  private let worker: WorkerID
  private let doors: DoorBook
  private let board: LaneBoard
  private let counts: DispatchCounts
  private let log: Log
  private let health: HealthPart
  private let stop: StopSignal
  private let held = Locked<[LaneGroupID: Lease]>([:])

  init(_ context: WorkerContext, doors: DoorBook, board: LaneBoard, counts: DispatchCounts) {
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
      do throws(StoreError) {
        try tend()
        health.ready()
      } catch {
        health.notReady(error.description)
        log.warning("cannot keep the leases of lanes", ["reason": error.description])
      }
      if stop.isRequested {
        board.waitUntilSettled(for: Self.pause)
      } else {
        stop.wait(for: Self.pause)
      }
    }
    leave()
  }

  func tend() throws(StoreError) {
    let report = try store.tendLeases(worker)
    let leases = Dictionary(report.held.map { ($0.group, $0) }) { $1 }
    let surplus = Set(report.surplus.map(\.group))
    board.hold(leases, surplus: surplus, doors.groups)
    held.withLock { $0 = leases }
    for lease in report.surplus where board.isIdle(lease.group) {
      try store.release(lease)
      _ = held.withLock { $0.removeValue(forKey: lease.group) }
    }
    counts.show(try store.laneStatus())
  }

  /// The next worker need not wait until the leases run out.
  private func leave() {
    do throws(StoreError) {
      for lease in held.withLock({ $0.values }) { try store.release(lease) }
      try store.leave(worker)
    } catch {
      log.warning("the leases of lanes run out by themselves", ["reason": error.description])
    }
    health.ended()
  }
}
