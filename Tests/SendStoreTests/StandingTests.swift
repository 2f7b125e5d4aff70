import Domain
import SendStore
import TestSupport
import Testing
import Time

/// Where the sends of a day stand is counted as their changes are published, once for each change.
@Suite struct StandingTests {
  private func standing(
    _ world: StoreUnderTest, of tenant: Tenant? = nil, since: Duration = .seconds(86_400)
  ) throws -> [SendState: Int] {
    let found = try world.store.standing(of: tenant, since: world.clock.now - since)
    return Dictionary(uniqueKeysWithValues: found.map { ($0.state, $0.count) })
  }

  private func publish(_ world: StoreUnderTest) throws {
    let changes = try world.store.unpublished(limit: 100)
    try world.store.published(changes)
    // Who publishes a second time, after a crash, counts nothing.
    try world.store.published(changes)
  }

  @Test("each send counts where it stands, and nowhere else", arguments: Backend.allCases)
  func counted(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    try world.queue(3)
    #expect(try standing(world).isEmpty)
    try publish(world)
    #expect(try standing(world) == [.queued: 3])
    let sends = try world.claim().sends
    _ = try world.store.record([.accepted(sends[0], "SM-1"), .accepted(sends[1], "SM-2")])
    try publish(world)
    #expect(try standing(world) == [.sending: 1, .accepted: 2])
    world.clock.advance(.seconds(7200))
    _ = try world.store.cancel(try world.queue()[0])
    try publish(world)
    #expect(try standing(world) == [.sending: 1, .accepted: 2, .canceled: 1])
    #expect(try standing(world, since: .seconds(3600)) == [.canceled: 1])
  }

  @Test("each tenant has its own, and all have the sum", arguments: Backend.allCases)
  func tenants(backend: Backend) throws {
    let other = Sender(
      id: SenderID("other"), channel: .twilioWhatsApp, account: AccountID("AC1"),
      address: "whatsapp:+14155238887", tenant: Tenant(app: "crm", company: "beta"),
      budget: Sender.unlimited)
    let world = try StoreUnderTest(backend, senders: [.main, other])
    try world.queue(3) { place, send in if place > 0 { send.sender = other.id } }
    try publish(world)
    #expect(try standing(world, of: Sender.main.tenant) == [.queued: 1])
    #expect(try standing(world, of: other.tenant) == [.queued: 2])
    #expect(try standing(world) == [.queued: 3])
    #expect(try standing(world, of: Tenant.none).isEmpty)
  }

  @Test(
    "a send counts in the hour that it was made in, however late it goes on",
    arguments: Backend.allCases)
  func late(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    try world.queue(2) { _, send in send.expires = world.clock.now + .seconds(200_000) }
    try publish(world)
    world.clock.advance(.seconds(100_000))
    let sends = try world.claim().sends
    _ = try world.store.record(sends.map { .accepted($0, "SM-\($0.id)") })
    try publish(world)
    #expect(try standing(world).isEmpty)
    #expect(try standing(world, since: .seconds(110_000)) == [.accepted: 2])
  }

  @Test("a day and its first hour are kept, and no more", arguments: Backend.allCases)
  func bounded(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    try world.queue()
    try publish(world)
    world.clock.advance(.seconds(86_400))
    while try world.store.prune(before: world.clock.now - .seconds(30 * 86_400)).hasMore {}
    #expect(try standing(world) == [.queued: 1])
    world.clock.advance(.seconds(7200))
    while try world.store.prune(before: world.clock.now - .seconds(30 * 86_400)).hasMore {}
    #expect(try standing(world, since: .seconds(1_000_000)).isEmpty)
  }
}
