internal import Running
internal import Telemetry
internal import Domain
internal import HTTP
internal import Platform
internal import SendStore
internal import Store
internal import Time

/// Requests that wait for a send to get somewhere: one thread looks after all of them, with one question to
/// the store at a time.
final class SendWaits: Sendable {
  struct Waiter: Sendable {
    let id: SendID
    let state: SendState
    let deadline: Timestamp
    let responder: HTTPResponder
    let isVisible: @Sendable (SenderID) -> Bool
    /// With what there is of it by then.
    let answer: Answering
    /// Where the store cannot tell.
    let unavailable: HTTPAnswer

    typealias Answering = @Sendable (SendStore, HTTPResponder) throws(StoreError) -> Void

    /// Without an answer of its own it is the send's whole life.
    init(
      id: SendID, state: SendState, deadline: Timestamp, responder: HTTPResponder,
      isVisible: @escaping @Sendable (SenderID) -> Bool, unavailable: HTTPAnswer = .noStore,
      answer: Answering? = nil
    ) {
      (self.id, self.state, self.deadline) = (id, state, deadline)
      (self.responder, self.isVisible, self.unavailable) = (responder, isVisible, unavailable)
      if let answer {
        self.answer = answer
      } else {
        self.answer = { store, responder throws(StoreError) in
          responder.answer(try SendView.answer(id, in: store, isVisible: isVisible))
        }
      }
    }
  }

  private struct Room {
    var waiters: [Waiter] = []
    var isClosed = false
  }

  private let room: Monitor<Room>
  private let limit: Int
  let now: @Sendable () -> Timestamp

  static let pause = Duration.milliseconds(200)

  init(
    _ slot: StoreSlot, log: Log, limit: Int = 1000,
    now: @escaping @Sendable () -> Timestamp = { Timestamp(microseconds: bootMicroseconds()) }
  ) {
    self.limit = limit
    self.now = now
    let room = Monitor(Room())
    self.room = room
    _ = WorkerThread("waiting") {
      while Self.goesOn(room) { Self.look(room, slot, log, now()) }
    }
  }

  deinit { close() }

  /// Those who wait are answered at once, as their sends stand.
  func close() { room.change { $0.isClosed = true } }

  func wait(_ waiter: Waiter) {
    let isTaken = room.change { room in
      guard room.waiters.count < limit, !room.isClosed else { return false }
      room.waiters.append(waiter)
      return true
    }
    if !isTaken { waiter.responder.answer(waiter.unavailable) }
  }

  /// Whoever waits is served to the end.
  private static func goesOn(_ room: Monitor<Room>) -> Bool {
    while true {
      let (isEmpty, isClosed) = room.peek { ($0.waiters.isEmpty, $0.isClosed) }
      guard isEmpty else { return true }
      if isClosed { return false }
      room.wait(for: .seconds(60)) { !$0.waiters.isEmpty || $0.isClosed }
    }
  }

  private static func look(
    _ room: Monitor<Room>, _ slot: StoreSlot, _ log: Log, _ now: Timestamp
  ) {
    let (waiters, isClosed) = room.peek { room in
      defer { room.waiters = [] }
      return (room.waiters, room.isClosed)
    }
    let now = isClosed ? .distantFuture : now
    var left: [Waiter] = []
    do throws(StoreError) {
      guard let store = slot.opened else { throw .unavailable("it is not open yet") }
      let standings = try store.standings(of: Set(waiters.map(\.id)).sorted())
      for waiter in waiters {
        if isOver(waiter, standings[waiter.id], now) {
          try waiter.answer(store, waiter.responder)
        } else {
          left.append(waiter)
        }
      }
    } catch {
      log.warning("cannot tell those who wait for sends", ["reason": error.description])
      for waiter in waiters { waiter.responder.answer(waiter.unavailable) }
      return
    }
    guard !left.isEmpty else { return }
    let count = room.peek { room in
      room.waiters += left
      return room.waiters.count
    }
    room.wait(for: pause) { $0.waiters.count > count || $0.isClosed }
  }

  /// Also where it is somebody else's, who shall not learn that it is there.
  private static func isOver(
    _ waiter: Waiter, _ standing: (state: SendState, sender: SenderID)?, _ now: Timestamp
  ) -> Bool {
    guard now < waiter.deadline else { return true }
    guard let standing else { return false }
    return !waiter.isVisible(standing.sender) || standing.state.isFailure
      || standing.state.rank >= waiter.state.rank
  }
}
