import Settings
import DispatchWorker
import Domain
import Platform
import SendStore
import Simulator
import TestSupport
import Testing
import Time

/// Posts that have to wait for a connection, and what may have changed once they get one.
@Suite(.timeLimit(.minutes(15))) struct GateTests {
  /// A worker has the connections that its settings call for; afterwards its lanes may have more in flight.
  private func start(_ backend: Backend) throws -> DispatchStand {
    let few = "budget: { rate: null, daily: null, pair: null, inFlight: 8 }"
    let stand = try DispatchStand(backend, twilio: few, meta: few)
    try stand.start()
    let more = stand.text.replacing("inFlight: 8", with: "inFlight: 40")
    try stand.store.define(try Settings.read(text: more).senders.map(\.sender))
    return stand
  }

  private static let connections = 16

  private func slow(_ span: Duration) -> Fault {
    var fault = Fault(.slow)
    (fault.latency, fault.count) = (Delay(span, to: span), Self.connections)
    return fault
  }

  @Test(
    "what gets a connection only after its deadline does not leave, and is claimed again",
    arguments: Backend.allCases)
  func late(backend: Backend) async throws {
    try await inTurn {
      let stand = try start(backend)
      stand.simulator.switchOn(slow(.milliseconds(2300)))
      let ids = try stand.send(40)
      #expect(try stand.wait(for: ids) == [.accepted: 40])
      let histories = try ids.compactMap { try stand.store.send($0)?.history }
      let late = histories.filter { history in
        history.map(\.state) == [.queued, .sending, .queued, .sending, .accepted]
      }
      #expect(late.count >= 40 - 2 * Self.connections, "\(stand.told)")
      #expect(histories.joined().allSatisfy { $0.attempt == 1 })
      #expect(try stand.totals.duplicates == 0)
    }
  }

  @Test(
    "a repeat that waits for a connection does not leave once the first attempt is proven",
    arguments: Backend.allCases)
  func withdrawn(backend: Backend) async throws {
    try await inTurn {
      let stand = try start(backend)
      var fault = Fault(.refuse)
      (fault.status, fault.body, fault.provider, fault.count) = (500, "oops", "twilio", 1)
      stand.simulator.switchOn(fault)
      let id = try stand.send(1)[0]
      try stand.wait("the first is in doubt") { try stand.state(id) == .inDoubt }
      stand.simulator.switchOn(slow(.milliseconds(1600)))
      let others = try stand.send(Self.connections, by: "meta", from: 100)
      try stand.wait("no connection is free") {
        try stand.store.laneStatus().contains { $0.inFlight == Self.connections }
      }
      let send = try #require(try stand.store.send(id))
      #expect(try stand.store.decide(send, .resend) == .queued)
      try stand.wait("it is claimed again") { try stand.state(id) == .sending }
      _ = try stand.store.apply([
        CallbackReport(
          attempt: AttemptID(id, 1), providerID: ProviderID("SM1"), provider: .twilio,
          account: AccountID(Demo.accountSid), address: nil, status: .wentOut(.delivered))
      ])
      #expect(try stand.wait(for: others) == [.accepted: Self.connections])
      try stand.wait("nothing is under way") {
        try stand.store.laneStatus().allSatisfy { $0.inFlight == 0 }
      }
      #expect(try stand.state(id) == .delivered)
      #expect(try stand.accepted("twilio") == 0)
    }
  }
}
