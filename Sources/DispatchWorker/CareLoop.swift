internal import Running
internal import Telemetry
internal import Domain
internal import Platform
internal import SendStore
internal import Store
internal import Time

/// Looks after what does not go by itself: doubts, and lanes that are stopped.
final class CareLoop {
  private let board: LaneBoard
  private let doors: DoorBook
  private let store: SendStore
  private let doubts: DoubtLoop
  private let probe: LaneProbe
  private let pause: Duration
  private let log: Log
  private let health: HealthPart
  private let stop: StopSignal

  init(
    _ context: WorkerContext, doors: DoorBook, board: LaneBoard, doubts: DoubtLoop,
    probe: LaneProbe, every pause: Duration
  ) {
    self.board = board
    self.doors = doors
    store = context.store
    self.doubts = doubts
    self.probe = probe
    self.pause = pause
    log = context.log
    stop = context.stop
    // One round may ask a provider many questions.
    health = context.health.part("care", patience: .seconds(300))
  }

  /// Blocks until asked to stop; to be called on a thread of its own.
  func run() {
    var lookAt = RunningTime.distantPast
    WorkRounds(
      saying: "cannot look after doubts and stopped lanes", log: log, health: health, stop: stop
    ).run(every: pause) {
      if lookAt.hasPassed, doors.haveRoutes {
        lookAt = try doors.routes.look(at: store)
      }
      let senders = board.senders
      try doubts.round(senders)
      try probe.round(senders)
    }
    health.ended()
  }
}
