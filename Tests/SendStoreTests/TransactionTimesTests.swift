import Domain
import SendStore
import Store
import Telemetry
import TestSupport
import Testing
import Time

@Suite struct TransactionTimesTests {
  @Test("transactions are timed by what they are for", arguments: Backend.allCases)
  func kinds(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let lease = try world.lease()
    let metrics = Metrics()
    world.store.show(in: metrics)
    func count(_ kind: TransactionKind) -> Int {
      let start = "postrider_store_transaction_seconds_count{kind=\"\(kind.rawValue)\"} "
      let line = metrics.text().split(separator: "\n").first { $0.hasPrefix(start) }
      return line.flatMap { Int($0.dropFirst(start.count)) } ?? -1
    }
    #expect(TransactionKind.allCases.map(count).allSatisfy { $0 == 0 })
    try world.queue()
    // One takes the send in; before it a block of keys was reserved.
    #expect(count(.intake) == 2)
    let result = try world.store.claim(Sender.main.id, lease, worker: world.worker, limit: 9)
    guard case .claimed(let claim) = result else {
      throw StoreUnderTest.Unexpected(what: "\(result)")
    }
    #expect(count(.claim) == 1)
    _ = try world.store.record([.accepted(try #require(claim.sends.first), "SM1")])
    #expect(count(.record) == 1)
    let before = count(.query)
    _ = try world.store.laneStatus()
    #expect(count(.query) == before + 1)
    #expect(count(.upkeep) == 0)
  }

  @Test("one that failed was timed as well")
  func failed() throws {
    let world = try StoreUnderTest(.oneMachine)
    let metrics = Metrics()
    world.store.show(in: metrics)
    world.store.close()
    #expect(throws: StoreError.self) { try world.store.laneStatus() }
    #expect(
      metrics.text().contains(
        "\npostrider_store_transaction_seconds_count{kind=\"query\"} 1\n"))
  }

  @Test("the delivery that has been due longest tells for how long", arguments: Backend.allCases)
  func deliveries(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let tenant = Tenant(app: "crm", company: "acme")
    func age() throws -> Duration { try world.store.longestDueDelivery(of: tenant) }
    #expect(try age() == .zero)
    for number in 1...2 {
      try world.store.add([
        NewDelivery(id: "d\(number)", tenant: tenant, line: "l\(number)", body: [])
      ])
      world.clock.advance(.seconds(10))
    }
    #expect(try age() == .seconds(20))
    #expect(
      try world.store.longestDueDelivery(of: Tenant(app: "crm", company: "other")) == .zero)
    let claimed = try world.store.claimDeliveries(of: tenant, limit: 1, for: .seconds(5))
    #expect(claimed.map(\.id) == ["d1"])
    #expect(try age() == .seconds(10))
    try world.store.finish(claimed)
    world.clock.advance(.seconds(10))
    #expect(try age() == .seconds(20))
  }
}
