import Domain
import SendStore
import TestSupport
import Testing
import Time

/// Orders to send again are kept until they are done, and forgotten with what is as old.
@Suite struct ResendStoreTests {
  private static let filter = ResendFilter(state: .failed, cause: "131049")
  private static let acme = Tenant(app: "crm", company: "acme")

  private func order(_ world: StoreUnderTest, of tenant: Tenant? = acme) throws -> StoredResend {
    try #require(try world.store.order(Self.filter, of: tenant, by: "ann", in: .seconds(10)))
  }

  @Test("an order is kept as it was given", arguments: Backend.allCases)
  func kept(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let made = try order(world)
    #expect(made.filter == Self.filter && made.tenant == Self.acme && made.actor == "ann")
    #expect(made.begins - made.created == .seconds(10) && made.phase == .waiting)
    #expect(try world.store.resend(made.id) == made)
    let all = try order(world, of: nil)
    #expect(try world.store.resends(of: nil, limit: 9) == [all, made])
    #expect(try world.store.resends(of: Self.acme, limit: 9) == [made])
    #expect(try world.store.resends(of: nil, limit: 1) == [all])
    #expect(try world.store.openResends() == [made, all])
  }

  @Test("who stopped one has the last word", arguments: Backend.allCases)
  func stopped(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    var one = try order(world)
    (one.phase, one.place, one.found, one.resent, one.leftOut) = (.running, "e1", 9, 4, 1)
    one.isCounted = true
    #expect(try world.store.save(one))
    #expect(try world.store.resend(one.id) == one)
    let stopped = try #require(try world.store.stopResend(one.id))
    #expect(stopped.phase == .stopped && stopped.resent == 4 && stopped.ended != nil)
    one.resent = 9
    #expect(try !world.store.save(one))
    #expect(try world.store.resend(one.id) == stopped)
    #expect(try world.store.openResends().isEmpty)
    let none = SendID.random(at: world.clock.now)
    #expect(try world.store.stopResend(none) == nil)
  }

  @Test("what is done cannot be stopped any more", arguments: Backend.allCases)
  func done(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    var one = try order(world)
    (one.phase, one.ended) = (.done, world.clock.now)
    #expect(try world.store.save(one))
    #expect(try world.store.stopResend(one.id)?.phase == .done)
  }

  @Test(
    "so many are under way at a time, and those that ended are forgotten",
    arguments: Backend.allCases)
  func bounded(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let all = try (0..<SendStore.mostResends).map { _ in try order(world) }
    #expect(try world.store.order(Self.filter, of: nil, by: "ann", in: .zero) == nil)
    _ = try world.store.stopResend(all[0].id)
    _ = try order(world)
    world.clock.advance(.seconds(86_400))
    while try world.store.prune(before: world.clock.now).hasMore {}
    #expect(try world.store.resend(all[0].id) == nil)
    #expect(try world.store.resends(of: nil, limit: 99).count == SendStore.mostResends)
  }
}
