import Domain
import SendStore
import Store
import TestSupport
import Testing
import Time

/// Files that are to be sent are a tenant's own, and have an end.
@Suite struct MediaStoreTests {
  private static let acme = Tenant(app: "crm", company: "acme")
  private static let beta = Tenant(app: "crm", company: "beta")

  private static func file(
    _ digit: Character, of tenant: Tenant = acme, size: Int = 1000, from now: Timestamp,
    hours: Int = 1
  ) throws -> StoredMedia {
    let text = String(repeating: digit, count: MediaID.length)
    let id = try #require(MediaID(text))
    return StoredMedia(
      MediaKey(tenant, id), token: "token\(digit)", hash: "hash\(digit)",
      FileForm(kind: .document, contentType: "application/pdf"), name: "a.pdf", size: size,
      created: now, until: now + .seconds(3600 * hours))
  }

  @Test(
    "a file is found by its tenant and by its token, until its end", arguments: Backend.allCases)
  func kept(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let (first, second) = (
      try Self.file("a", from: world.clock.now),
      try Self.file("b", from: world.clock.now, hours: 3)
    )
    for file in [first, second] { #expect(try world.store.add(file, room: 1 << 20)) }
    let stranger = MediaKey(Self.beta, first.key.id)
    #expect(try Set(world.store.media([first.key, second.key, stranger])) == [first, second])
    #expect(try world.store.media([stranger]).isEmpty)
    #expect(try world.store.media(token: first.token) == first)
    #expect(try world.store.media(token: "another") == nil)
    #expect(try world.store.endedMedia(limit: 10).isEmpty)
    world.clock.advance(.seconds(7200))
    #expect(try world.store.media([first.key, second.key]) == [second])
    #expect(try world.store.media(token: first.token) == nil)
    #expect(try world.store.endedMedia(limit: 10) == [first])
    try world.store.forget([first])
    #expect(try world.store.endedMedia(limit: 10).isEmpty)
    #expect(try world.count("media") == 1)
  }

  @Test("all files together take no more than there is room for", arguments: Backend.allCases)
  func room(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let now = world.clock.now
    let room = 2 * (1000 + 4096)
    #expect(try world.store.add(try Self.file("a", from: now), room: room))
    #expect(try world.store.add(try Self.file("b", of: Self.beta, from: now), room: room))
    #expect(try !world.store.add(try Self.file("c", from: now), room: room))
    try world.store.forget([try Self.file("a", from: now)])
    #expect(try world.store.add(try Self.file("c", from: now), room: room))
  }
}
