import Domain
import SendStore
import TestSupport
import Testing
import Time

@Suite struct SendTraceTests {
  static let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

  @Test(
    "the trace of a send stays with it to its end, and makes no other request of it",
    arguments: Backend.allCases)
  func kept(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let ids = try world.queue(2) { $1.traceparent = $0 == 0 ? Self.trace : nil }
    #expect(try world.store.traceparents(of: ids) == [ids[0]: Self.trace])
    let sends = try world.claim().sends
    _ = try world.store.record([.accepted(sends[0], "SM1"), .accepted(sends[1], "SM2")])
    _ = try world.store.apply([.about(ids[0], .wentOut(.delivered))])
    #expect(try world.store.traceparents(of: ids + [.random(at: world.clock.now)]).count == 1)
    #expect(try world.store.traceparents(of: []).isEmpty)
    // The caller's repetition, in a trace of its own.
    let again = NewSend(
      id: ids[0], sender: Sender.main.id, recipient: sends[0].recipient,
      content: sends[0].content.json, due: world.clock.now, expires: world.clock.now,
      traceparent: String(Self.trace.reversed()))
    let result = try world.store.take(
      IntakeBatch(log: "log-1", partition: 1, from: 0, next: 1, sends: [again]))
    #expect(result == .taken(folded: [0]))
    #expect(try world.store.traceparents(of: ids) == [ids[0]: Self.trace])
  }

  @Test("beside a worker of an earlier version nothing is traced, and nothing fails")
  func besideOld() throws {
    let world = try StoreUnderTest(.oneMachine, besideOld: true)
    let ids = try world.queue(1) { $1.traceparent = Self.trace }
    #expect(try world.store.traceparents(of: ids).isEmpty)
    #expect(try world.store.send(ids[0])?.history.count == 1)
  }
}
