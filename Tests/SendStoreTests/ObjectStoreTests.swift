import Domain
import JSON
import SendStore
import Store
import TestSupport
import Testing

/// Messages that have a name are a tenant's own.
@Suite struct ObjectStoreTests {
  private static let acme = Tenant(app: "crm", company: "acme")
  private static let beta = Tenant(app: "crm", company: "beta")

  private static func object(_ name: String, _ body: String = "Hi") throws -> ObjectDefinition {
    let json = #"{"name":"\#(name)","message":{"body":"\#(body)"}}"#
    return try ObjectDefinition(try JSONDocument(Array(json.utf8)).root)
  }

  private static func key(_ tenant: Tenant, _ name: String) throws -> ObjectKey {
    ObjectKey(tenant, try #require(ObjectName(name)))
  }

  @Test(
    "an object is kept as it was saved, replaced in its version, and forgotten",
    arguments: Backend.allCases)
  func kept(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    defer { withExtendedLifetime(world) {} }
    let store = world.store
    let first = try Self.object("hello")
    guard case .saved(let saved) = try store.save(first, of: Self.acme, replacing: 0) else {
      Issue.record("it was not saved")
      return
    }
    #expect(saved.version == 1 && saved.definition == first && saved.created == saved.changed)
    #expect(try store.save(first, of: Self.acme, replacing: 0) == .otherVersion(1))
    let second = try Self.object("hello", "Good day")
    #expect(try store.save(second, of: Self.acme, replacing: 3) == .otherVersion(1))
    guard case .saved(let changed) = try store.save(second, of: Self.acme, replacing: 1) else {
      Issue.record("it was not replaced")
      return
    }
    #expect(changed.version == 2 && changed.definition == second)
    #expect(changed.created == saved.created)
    #expect(try store.objects([saved.key]) == [changed])
    #expect(try store.removeObject(saved.key))
    #expect(try !store.removeObject(saved.key))
    #expect(try store.objects([saved.key]).isEmpty)
    #expect(try store.save(second, of: Self.acme, replacing: 2) == .otherVersion(0))
  }

  @Test(
    "names are a tenant's own, and are read by page or by name", arguments: Backend.allCases)
  func tenants(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    defer { withExtendedLifetime(world) {} }
    let store = world.store
    for name in ["c", "a", "b"] { _ = try store.save(try Self.object(name), of: Self.acme) }
    _ = try store.save(try Self.object("a", "Theirs"), of: Self.beta)
    let page = try store.objects(of: Self.acme, limit: 2)
    #expect(page.map(\.key.name.text) == ["a", "b"])
    #expect(try store.objects(of: Self.acme, after: "b", limit: 2).map(\.key.name.text) == ["c"])
    #expect(
      try store.objects(of: Self.beta, limit: 9).map(\.definition) == [
        try Self.object("a", "Theirs")
      ])
    let keys = [
      try Self.key(Self.acme, "c"), try Self.key(Self.beta, "a"), try Self.key(Self.beta, "c"),
    ]
    #expect(Set(try store.objects(keys).map(\.key)) == Set(keys.prefix(2)))
    #expect(try !store.removeObject(try Self.key(Self.beta, "c")))
  }

  @Test("a tenant has so many and no more", arguments: Backend.allCases)
  func bound(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    _ = try world.store.save(try Self.object("first"), of: Self.acme)
    let copies = (2...SendStore.mostObjects).map { "SELECT \($0) AS n" }
    for start in stride(from: 0, to: copies.count, by: 300) {
      let numbers = copies[start..<min(start + 300, copies.count)].joined(separator: " UNION ALL ")
      try world.execute(
        """
        INSERT INTO objects (app, company, name, definition, created, changed, version)
        SELECT o.app, o.company, 'copy' || x.n, o.definition, o.created, o.changed, 1
        FROM objects o CROSS JOIN (\(numbers)) x WHERE o.name = 'first'
        """)
    }
    #expect(try world.store.save(try Self.object("more"), of: Self.acme) == .full)
    let again = try world.store.save(try Self.object("first", "Changed"), of: Self.acme)
    guard case .saved = again else {
      Issue.record("one that is there was not replaced")
      return
    }
    guard case .saved = try world.store.save(try Self.object("more"), of: Self.beta) else {
      Issue.record("another tenant has room")
      return
    }
  }
}
