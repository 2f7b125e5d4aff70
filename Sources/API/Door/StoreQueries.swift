internal import Running
internal import Telemetry
internal import HTTP
internal import Platform
internal import SendStore

/// Threads for requests that ask the store: its answers may take a while, and webhooks must not wait for
/// them.
final class StoreQueries: Sendable {
  private let slot: StoreSlot
  private let log: Log
  private let desk: Desk

  init(_ slot: StoreSlot, log: Log, threads: Int = 2, limit: Int = 256) {
    (self.slot, self.log) = (slot, log)
    desk = Desk("queries", threads: threads, limit: limit)
  }

  /// Answers by what the body makes of the store; 503 where the store or a thread cannot be had.
  func answer(
    _ responder: HTTPResponder, unavailable: HTTPAnswer = .noStore,
    _ body: @escaping @Sendable (SendStore) throws -> HTTPAnswer
  ) {
    find(responder, unavailable: unavailable, body) { responder.answer($0) }
  }

  /// Goes on with what the body finds; 503 where the store or a thread cannot be had.
  func find<Found>(
    _ responder: HTTPResponder, unavailable: HTTPAnswer = .noStore,
    _ body: @escaping @Sendable (SendStore) throws -> Found,
    _ proceed: @escaping @Sendable (Found) -> Void
  ) {
    guard let store = slot.opened else { return responder.answer(unavailable) }
    let log = log
    let isTaken = desk.take {
      let found: Found
      do { found = try body(store) } catch let refused as Refused {
        return responder.answer(refused.answer)
      } catch {
        log.warning("a query could not be answered", ["reason": "\(error)"])
        return responder.answer(unavailable)
      }
      proceed(found)
    }
    if !isTaken { responder.answer(unavailable) }
  }

  /// A query that has another answer than the one asked for.
  struct Refused: Error { let answer: HTTPAnswer }
}
