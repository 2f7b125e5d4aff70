internal import HTTP
internal import Platform
internal import Running
internal import SendStore
internal import Store
internal import Telemetry

/// What a request of somebody of ours comes to.
enum TurnAnswer: Sendable {
  case now(HTTPAnswer)
  /// Once none of these may be posted any more.
  case after([TurnTaken.UnderWay], @Sendable (SendStore) throws -> HTTPAnswer)
}

/// Threads for requests that take a turn. Nothing of a former turn passes the gate once such a request is answered; what
/// waits for that has no thread.
final class TurnDesk: Sendable {
  private let queries: StoreQueries
  private let waits: TurnWaits

  init(_ slot: StoreSlot, log: Log, threads: Int) {
    queries = StoreQueries(slot, log: log, threads: threads)
    waits = TurnWaits(slot, log: log)
  }

  func answer(
    _ responder: HTTPResponder, _ body: @escaping @Sendable (SendStore) throws -> TurnAnswer
  ) {
    let (queries, waits) = (queries, waits)
    queries.find(responder, body) { found in
      switch found {
      case .now(let answer): responder.answer(answer)
      case .after(let sends, let then):
        waits.add(
          TurnWaits.Waiter(sends: sends) { isOver in
            if isOver { queries.answer(responder, then) } else { responder.answer(.noStore) }
          })
      }
    }
  }
}

/// Requests that wait until what is under way is recorded, or may be posted no more: one thread looks after all of them,
/// with one question to the store at a time.
private final class TurnWaits: Sendable {
  struct Waiter: Sendable {
    var sends: [TurnTaken.UnderWay]
    /// False: it cannot be told.
    let proceed: @Sendable (Bool) -> Void
  }

  private struct Room {
    var waiters: [Waiter] = []
    var isClosed = false
  }

  private let room: Monitor<Room>

  private static let step = Duration.milliseconds(10)
  private static let limit = 4096

  init(_ slot: StoreSlot, log: Log) {
    let room = Monitor(Room())
    self.room = room
    _ = WorkerThread("turns") {
      while Self.goesOn(room) { Self.look(room, slot, log) }
    }
  }

  deinit { room.change { $0.isClosed = true } }

  func add(_ waiter: Waiter) {
    let isTaken = room.change { room in
      guard room.waiters.count < Self.limit, !room.isClosed else { return false }
      room.waiters.append(waiter)
      return true
    }
    if !isTaken { waiter.proceed(false) }
  }

  /// Whoever waits is served to the end, which is never far.
  private static func goesOn(_ room: Monitor<Room>) -> Bool {
    while true {
      let (isEmpty, isClosed) = room.peek { ($0.waiters.isEmpty, $0.isClosed) }
      guard isEmpty else { return true }
      if isClosed { return false }
      room.wait(for: .seconds(60)) { !$0.waiters.isEmpty || $0.isClosed }
    }
  }

  private static func look(_ room: Monitor<Room>, _ slot: StoreSlot, _ log: Log) {
    let waiters = room.peek { room in
      defer { room.waiters = [] }
      return room.waiters
    }
    var left: [Waiter] = []
    do throws(StoreError) {
      guard let store = slot.opened else { throw .unavailable("it is not open yet") }
      let underWay = Set(try store.stillUnderWay(waiters.flatMap(\.sends)))
      for var waiter in waiters {
        waiter.sends.removeAll { !underWay.contains($0) }
        if waiter.sends.isEmpty { waiter.proceed(true) } else { left.append(waiter) }
      }
    } catch {
      log.warning("cannot tell what is still under way", ["reason": error.description])
      for waiter in waiters { waiter.proceed(false) }
      return
    }
    guard !left.isEmpty else { return }
    room.change { $0.waiters += left }
    pause(for: step)
  }
}
