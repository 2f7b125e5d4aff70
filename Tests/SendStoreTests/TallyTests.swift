import Domain
import SendStore
import TestSupport
import Testing
import Time

/// How many sends came to a state is counted by the minute, once for each change.
@Suite struct TallyTests {
  private func counts(
    _ world: StoreUnderTest, of tenant: Tenant? = nil, minutes: Int = 1
  ) throws -> [[SendState: Int]] {
    let since = Timestamp(microseconds: 0)
    let tallies = try world.store.tallies(of: tenant, since: since, minutes: minutes)
    return Dictionary(grouping: tallies, by: \.at).sorted { $0.key < $1.key }.map { _, some in
      Dictionary(uniqueKeysWithValues: some.map { ($0.state, $0.count) })
    }
  }

  private func publish(_ world: StoreUnderTest) throws {
    let changes = try world.store.unpublished(limit: 100)
    try world.store.published(changes)
    // Who publishes a second time, after a crash, counts nothing.
    try world.store.published(changes)
  }

  @Test("each change counts in its minute, once it is published", arguments: Backend.allCases)
  func counted(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    try world.queue(3)
    #expect(try counts(world).isEmpty)
    _ = try world.store.record(try world.claim().sends.map { .accepted($0, "SM-\($0.id)") })
    try publish(world)
    #expect(try counts(world) == [[.queued: 3, .sending: 3, .accepted: 3]])
    world.clock.advance(.seconds(120))
    _ = try world.store.cancel(try world.queue()[0])
    try publish(world)
    #expect(
      try counts(world) == [
        [.queued: 3, .sending: 3, .accepted: 3], [.queued: 1, .canceled: 1],
      ])
    #expect(
      try counts(world, minutes: 60) == [
        [.queued: 4, .sending: 3, .accepted: 3, .canceled: 1]
      ])
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
    #expect(try counts(world, of: Sender.main.tenant) == [[.queued: 1]])
    #expect(try counts(world, of: other.tenant) == [[.queued: 2]])
    #expect(try counts(world) == [[.queued: 3]])
    #expect(try counts(world, of: Tenant.none).isEmpty)
  }

  @Test("a day is kept, and no more", arguments: Backend.allCases)
  func bounded(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    try world.queue()
    try publish(world)
    world.clock.advance(.seconds(86_000))
    try world.queue()
    try publish(world)
    #expect(try counts(world).count == 2)
    world.clock.advance(.seconds(1000))
    while try world.store.prune(before: world.clock.now - .seconds(30 * 86400)).hasMore {}
    #expect(try counts(world) == [[.queued: 1]])
  }
}
