internal import Telemetry
package import Running
internal import Settings
internal import Domain
internal import HTTP
internal import SendStore
internal import Store
package import Platform
internal import Time

/// Takes sends in, posts them within their budgets, records what became of them.
package enum DispatchWorker {
  /// Each thread ends by itself once the context's stop is requested and its work under way is done.
  /// `probeAfter`: how long after its stop a lane is probed first. `careEvery`: how often doubts and stopped lanes
  /// are looked after.
  package static func start(
    _ context: WorkerContext, probeAfter: Duration = .seconds(20),
    careEvery: Duration = .seconds(1)
  ) throws -> [WorkerThread] {
    let doors = try DoorBook(context.settings)
    let board = LaneBoard()
    context.queued.onNews { board.wake($0) }
    let counts = DispatchCounts(context.metrics)
    let breakers = BreakerBoard(context.metrics, context.log)
    let underWay = ClaimsUnderWay()
    let recorder = Recorder(
      context.store, doors, board, underWay, firstLook: context.settings.doubts.first,
      log: context.log,
      counts: counts, tracer: context.tracer)
    let lanes = LaneLoop(
      context, doors: doors, board: board, breakers: breakers, recorder: recorder,
      underWay: underWay, counts: counts, client: try HTTPClient(doors.clientConfiguration))
    breakers.know(doors.hosts)
    context.reload.onChange { settings in
      defer { breakers.know(doors.hosts) }
      // What stopped a lane may have been its credentials.
      try tryAgain(doors.replace(by: settings), context.store, board)
    }
    let pace = IntakePace()
    let actions = ActionBook(context.settings)
    context.reload.onChange { actions.apply($0) }
    let keeper = LeaseKeeper(
      context, doors: doors, board: board, breakers: breakers, recorder: recorder,
      underWay: underWay, counts: counts)
    return [
      WorkerThread("lanes") { lanes.run() },
      WorkerThread("recorder") { recorder.run() },
      WorkerThread("leases") { keeper.run() },
      WorkerThread("intake") {
        IntakeLoop(context, doors: doors, board: board, pace: pace).run()
      },
      WorkerThread("bulk-intake") { BulkIntake(context, doors: doors, pace: pace).run() },
      WorkerThread("care") { care(context, doors, board, probeAfter, careEvery) },
      WorkerThread("conversation-relay") { ConversationRelay(context, actions).run() },
      WorkerThread("relay") {
        OutboxRelay(
          context.store, context.eventLog, worker: context.worker, actions: actions,
          log: context.log, health: context.health.part("relay"), metrics: context.metrics,
          stop: context.stop
        ).run()
      },
    ]
  }

  private static func tryAgain(
    _ senders: [SenderID], _ store: SendStore, _ board: LaneBoard
  ) throws(StoreError) {
    guard !senders.isEmpty else { return }
    let changed = Set(senders)
    for lane in try store.laneStatus() where changed.contains(lane.sender) {
      guard let stop = lane.stop, stop.isProbed else { continue }
      board.setTrial(lane.sender)
      try store.resume(lane.sender)
      board.wake([lane.sender])
    }
  }

  private static func care(
    _ context: WorkerContext, _ doors: DoorBook, _ board: LaneBoard, _ probeAfter: Duration,
    _ careEvery: Duration
  ) {
    do {
      let inquiry = try Inquiry()
      defer { inquiry.close() }
      CareLoop(
        context, doors: doors, board: board,
        doubts: DoubtLoop(
          context, doors: doors, inquiry: inquiry, rest: careEvery,
          marks: { () throws(StoreError) in try context.store.markedUntil() }),
        probe: LaneProbe(
          context, doors: doors, inquiry: inquiry, board: board, firstWait: probeAfter),
        every: careEvery
      ).run()
    } catch {
      context.log.error("doubts are not looked into", ["reason": "\(error)"])
    }
  }
}
