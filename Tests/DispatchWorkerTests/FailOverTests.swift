import Events
import EventLog
import Settings
import Domain
import Foundation
import Platform
import SendStore
import Store
import TestSupport
import Testing
import Time

/// A fail-over to a replica that was behind: the store has less than it had told.
@Suite(.timeLimit(.minutes(15))) struct FailOverTests {
  @Test(
    "a replica that was behind stops every lane; restored, it goes on, and nobody gets two",
    .enabled(if: takesItsTime, "fails over to a replica"))
  func behind() async throws {
    try await inTurn {
      let primary = try PostgresServer.own()
      let budget = "budget: { rate: \"50/s\", daily: null, pair: null, inFlight: 64 }"
      let stand = try DispatchStand(
        .scaledOut, twilio: budget, top: FaultTests.quick, server: primary)
      let front = try #require(stand.proxy)
      let feed = try FaultProxy(to: primary.socket)
      let replica = try PostgresServer(following: feed.port)

      try stand.start()
      let ids = try stand.send(250)
      try stand.wait("the campaign runs") { try stand.totals.accepted > 60 }
      feed.cutOff()
      let seen = try stand.totals.accepted
      try stand.wait("the replica is behind") { try stand.totals.accepted > seen + 60 }
      front.cutOff()
      primary.kill()
      try replica.promote()
      front.lead(to: replica.socket)
      front.mend()

      let store = try SendStore(.postgres(url: replica.same(stand.database)))
      defer { store.close() }
      try store.define(stand.settings.senders.map(\.sender))
      try stand.wait("a worker has noticed") { try store.hasLostCommits() }
      // What was under way has its answer by now, or never will: a look that came before it would find nothing.
      var stopped: Int64 = -1
      try stand.wait("nothing is under way any more", within: .seconds(120)) {
        let before = stopped
        _ = Gate().wait(for: .seconds(3))
        stopped = try stand.totals.accepted
        return stopped == before
      }
      _ = Gate().wait(for: .seconds(2))
      #expect(try stand.totals.accepted == stopped, "nothing goes out until a person has said so")
      #expect(stopped < 250)
      #expect(stand.lines.withLock { $0 }.contains { $0.contains("postrider store restored") })

      let log = stand.eventLog
      _ = try store.restored(
        SendsInLog(
          log: try log.identity(within: .seconds(10)),
          available: try log.offsets(of: .sends, within: .seconds(10))))
      let end = ContinuousClock.now + .seconds(300)
      var left = ids
      while !left.isEmpty, ContinuousClock.now < end {
        left = try left.filter { try store.send($0)?.progress.state != .accepted }
        _ = Gate().wait(for: .milliseconds(100))
      }
      #expect(left.isEmpty, "\(left.count) are left: \(stand.told)")
      #expect(try stand.totals.duplicates == 0)
      replica.kill()
    }
  }
}
