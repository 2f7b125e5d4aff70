import SendStore
import Store
import Testing
import TestSupport

@Suite struct CredentialsTests {
  private static func credentials(
    _ owner: String, _ text: String, version: Int64 = 0
  ) -> StoredCredentials {
    StoredCredentials(
      owner: owner, sealed: Array(text.utf8), facts: Array("{}".utf8), version: version)
  }

  @Test(
    "what was put in place of a secret is kept, and each change is seen",
    arguments: Backend.allCases)
  func kept(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let store = world.store
    let nothing = try store.credentialsStamp()
    #expect(try store.credentials().isEmpty)
    #expect(try store.save(Self.credentials("meta:b", "one")))
    #expect(try store.save(Self.credentials("meta:a", "two")))
    let first = try store.credentialsStamp()
    #expect(first != nothing)
    var found = try store.credentials()
    #expect(found.map(\.owner) == ["meta:a", "meta:b"])
    #expect(found.map(\.sealed) == [Array("two".utf8), Array("one".utf8)])
    found[0].sealed = nil
    #expect(try store.save(found[0]))
    #expect(try store.credentials()[0].sealed == nil)
    let second = try store.credentialsStamp()
    #expect(second != first)
    try store.forget(try #require(try store.credentials().first))
    #expect(try store.credentials().map(\.owner) == ["meta:b"])
    #expect(try store.credentialsStamp() != second)
  }

  @Test("who comes second writes nothing", arguments: Backend.allCases)
  func second(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let store = world.store
    #expect(try store.save(Self.credentials("meta:a", "one")))
    #expect(try !store.save(Self.credentials("meta:a", "other")))
    let read = try #require(try store.credentials().first)
    #expect(try store.save(Self.credentials("meta:a", "two", version: read.version)))
    #expect(try !store.save(Self.credentials("meta:a", "three", version: read.version)))
    try store.forget(read)
    #expect(try store.credentials().first?.sealed == Array("two".utf8))
  }
}
