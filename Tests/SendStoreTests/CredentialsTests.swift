import SendStore
import Store
import Testing
import Domain
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

@Suite struct AccountStoreTests {
  @Test(
    "who writes an account over what somebody else has changed is told", arguments: Backend.allCases
  )
  func accounts(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let store = world.store
    let first = try store.accountsStamp()
    #expect(try store.save(StoredAccount(name: "a", sealed: [1])))
    #expect(try !store.save(StoredAccount(name: "a", sealed: [2])))
    var read = try #require(try store.accounts().first)
    #expect(read.sealed == [1])
    let second = try store.accountsStamp()
    #expect(second != first)
    read.sealed = nil
    #expect(try store.save(read))
    #expect(try !store.save(read))
    // What is gone keeps its row, so that the change is seen.
    #expect(try store.accounts().map(\.sealed) == [nil])
    #expect(try store.accountsStamp() != second)
  }

  @Test(
    "a signup's steps are written one after the other, and those left alone are forgotten",
    arguments: Backend.allCases)
  func signups(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let store = world.store
    #expect(try store.save(StoredSignup(id: "s", sealed: [1], facts: [2])))
    #expect(try !store.save(StoredSignup(id: "s", sealed: [3], facts: [4])))
    var read = try #require(try store.signup("s"))
    #expect(read.sealed == [1] && read.facts == [2])
    read.facts = [5]
    #expect(try store.save(read))
    #expect(try !store.save(read))
    #expect(try store.signup("nothing") == nil)
    #expect(try store.signups().map(\.facts) == [[5]])
    try store.pruneSignups(olderThan: .seconds(60))
    #expect(try store.signups().count == 1)
    try store.pruneSignups(olderThan: .zero - .seconds(60))
    #expect(try store.signups().isEmpty)
  }

  @Test("a task that fails tells since when, until it goes well", arguments: Backend.allCases)
  func tasks(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let store = world.store
    try store.taskRan("t", by: WorkerID("w"), in: .milliseconds(5))
    #expect(try store.taskRuns().first?.failingSince == nil)
    try store.taskRan("t", by: WorkerID("w"), in: .milliseconds(5), failure: "no")
    let since = try #require(try store.taskRuns().first?.failingSince)
    try store.taskRan("t", by: WorkerID("v"), in: .milliseconds(7), failure: "still no")
    let run = try #require(try store.taskRuns().first)
    #expect(run.failingSince == since && run.failure == "still no" && run.worker == WorkerID("v"))
    try store.taskRan("t", by: WorkerID("w"), in: .milliseconds(5))
    #expect(try store.taskRuns().first?.failingSince == nil)
  }
}
