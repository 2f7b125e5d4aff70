import EventLog
import Events
import Domain
import Platform
import SendStore
import TestSupport
import Testing
import Time

@Suite struct MarkTests {
  static func mark(
    _ partition: Int, _ instance: String, _ seconds: Int, last: Bool = false
  ) -> MarkEvent {
    MarkEvent(
      partition: partition, instance: instance,
      at: Timestamp(seconds: 1_800_000_000 + Int64(seconds)), isLast: last)
  }

  static func at(_ seconds: Int) -> Timestamp { Timestamp(seconds: 1_800_000_000 + Int64(seconds)) }

  @Test(
    "everything is applied until the least of the latest marks, of those who still write",
    arguments: Backend.allCases)
  func least(backend: Backend) async throws {
    try await onStand(backend) { stand in
      let store = stand.store
      #expect(try store.markedUntil() == nil)
      try stand.tell(events: [
        Self.mark(0, "a", 1), Self.mark(0, "a", 5), Self.mark(0, "a", 3), Self.mark(1, "a", 4),
      ])
      #expect(try store.markedUntil() == Self.at(4))
      try stand.tell(events: [Self.mark(0, "b", 2), Self.mark(1, "a", 9)])
      #expect(try store.markedUntil() == Self.at(2))
      try stand.tell(events: [Self.mark(0, "b", 6, last: true)])
      #expect(try store.markedUntil() == Self.at(5))
      try stand.tell(events: [Self.mark(0, "b", 7)])
      try stand.tell(events: [Self.mark(0, "a", 20)])
      #expect(try store.markedUntil() == Self.at(7))
      stand.clock.advance(.seconds(24 * 3600 + 1))
      #expect(try store.markedUntil() == nil)
      try stand.tell(events: [Self.mark(1, "a", 90_000)])
      #expect(try store.markedUntil() == Self.at(90_000))
    }
  }

  @Test("a mark counts no sooner than what stands before it", arguments: [1, 3, 1000])
  func behind(count: Int) async throws {
    try await onStand(.oneMachine) { stand in
      let sends = try stand.accepted(count)
      let callbacks = sends.map { ProviderCallback.twilio("delivered", $0).record }
      try stand.log.append(callbacks + [Self.mark(0, "a", 1).record], within: .seconds(10))
      guard try stand.store.hasRead(toTheEndOf: .callbacks, in: stand.log, within: .seconds(20))
      else {
        Issue.record("the log was not read to its end")
        return
      }
      #expect(try stand.store.markedUntil() == Self.at(1))
      for send in sends { #expect(try stand.state(send.id) == .delivered) }
    }
  }

  @Test("the mark's event is read as it was written", arguments: [true, false])
  func event(last: Bool) throws {
    let mark = Self.mark(3, "ingest-1", 7, last: last)
    #expect(try MarkEvent(data: mark.data) == mark)
    #expect(throws: EventUnreadable.self) {
      try MarkEvent(data: Array(#"{"instance":"a"}"#.utf8))
    }
  }
}
