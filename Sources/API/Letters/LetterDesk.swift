internal import EventLog
internal import HTTP
internal import Running
internal import SendStore
internal import Telemetry

/// One thread for requests about dead letters: each reads the whole topic of them.
final class LetterDesk: Sendable {
  private let door: DoorContext
  private let desk = Desk("letters", threads: 1, limit: 16)

  init(_ door: DoorContext) { self.door = door }

  func close() { desk.close() }

  /// Answers by what the body makes of the letters; 503 where the log cannot be read, or too many ask.
  func answer(
    _ responder: HTTPResponder, _ body: @escaping @Sendable (DeadLetters) throws -> HTTPAnswer
  ) {
    let door = door
    let isTaken = desk.take {
      do { responder.answer(try body(try door.eventLog.deadLetters())) } catch let refused
        as StoreQueries.Refused
      {
        responder.answer(refused.answer)
      } catch {
        door.log.warning("dead letters could not be read", ["reason": "\(error)"])
        responder.answer(.tryLater)
      }
    }
    if !isTaken { responder.answer(.tryLater) }
  }
}
