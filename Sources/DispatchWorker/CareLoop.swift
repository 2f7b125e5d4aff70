internal import Domain
internal import Platform
internal import SendStore
internal import Store
internal import Service
internal import Time

/// Looks after what does not go by itself: doubts, and lanes that are stopped.
final class CareLoop {
  private let board: LaneBoard
  private let doubts: DoubtLoop
  private let probe: LaneProbe
  private let log: Log
  private let health: HealthPart
  private let stop: StopSignal

  init(_ context: WorkerContext, board: LaneBoard, doubts: DoubtLoop, probe: LaneProbe) {
    self.board = board
    self.doubts = doubts
    self.probe = probe
    log = context.log
    stop = context.stop
    // One round may ask a provider many questions.
    health = context.health.part("care", patience: .seconds(300))
  }

  private static let pause = Duration.seconds(1)

  /// Blocks until asked to stop; to be called on a thread of its own.
  func run() {
    repeat {
      do throws(StoreError) {
        let senders = board.senders
        try doubts.round(senders)
        try probe.round(senders)
        health.ready()
      } catch {
        health.notReady(error.description)
        log.warning("cannot look after doubts and stopped lanes", ["reason": error.description])
      }
    } while !stop.wait(for: Self.pause)
    health.ended()
  }
}
