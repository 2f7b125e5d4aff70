internal import Running
internal import Telemetry
internal import Domain
internal import HTTP
internal import Providers
internal import SendStore
internal import Store
internal import Time

/// Asks providers whether a stopped lane may go on, less and less often.
final class LaneProbe {
  private let store: SendStore
  private let doors: DoorBook
  private let inquiry: Inquiry
  private let board: LaneBoard
  private let log: Log
  private let firstWait: Duration
  private var plans: [SenderID: Plan] = [:]

  private struct Plan {
    var next: Timestamp
    var wait: Duration
  }

  init(
    _ context: WorkerContext, doors: DoorBook, inquiry: Inquiry, board: LaneBoard,
    firstWait: Duration
  ) {
    self.firstWait = firstWait
    store = context.store
    log = context.log
    self.doors = doors
    self.inquiry = inquiry
    self.board = board
  }

  private static let longestWait = Duration.seconds(1800)

  func round(_ senders: [SenderID]) throws(StoreError) {
    let lanes = try store.laneStatus()
    let now = try store.now()
    for lane in lanes where senders.contains(lane.sender) {
      guard let stop = lane.stop, stop.isProbed, let door = doors[lane.sender] else {
        // A lane that has gone on for so long starts from the beginning when it stops again.
        if let plan = plans[lane.sender], now > plan.next + plan.wait { plans[lane.sender] = nil }
        continue
      }
      var plan = plans[lane.sender] ?? first(stop, door.provider)
      // It went on after a probe and was stopped again.
      if plan.next <= stop.since { plan.next = stop.since + plan.wait }
      if now >= plan.next {
        try probe(door)
        plan.wait = min(plan.wait * 2, Self.longestWait)
        plan.next = try store.now() + plan.wait
      }
      plans[lane.sender] = plan
    }
  }

  /// The table knows codes that no early probe can help.
  private func first(_ stop: LaneStop, _ provider: Provider) -> Plan {
    var wait = firstWait
    let advice = Int(stop.code).flatMap { ErrorTable.shared.row(provider, $0) }?.advice ?? []
    for case .probe(let after) in advice { wait = after }
    return Plan(next: stop.since + wait, wait: wait)
  }

  private func probe(_ door: SenderDoor) throws(StoreError) {
    guard case .answered(let answer) = inquiry.ask(door.healthCall), door.isHealthy(answer) else {
      log.info("a stopped lane was probed and stays stopped", ["sender": door.sender.text])
      return
    }
    board.setTrial(door.sender)
    try store.resume(door.sender)
    board.wake([door.sender])
    log.info("a stopped lane goes on after a probe", ["sender": door.sender.text])
  }
}
