import Domain
import SendStore
import Store
import TestSupport
import Testing
import Time

@Suite struct TemplatesTests {
  private static let account = AccountID("W1")

  private static func template(
    _ name: String, _ language: String = "en", status: String = "APPROVED", text: String = "[]"
  ) -> MirroredTemplate {
    MirroredTemplate(
      account: account, name: name, language: language, status: status, category: "UTILITY",
      quality: "GREEN", components: Array(text.utf8))
  }

  @Test(
    "a list is kept as a whole: what it no longer has is gone, what changed says when",
    arguments: Backend.allCases)
  func list(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let store = world.store
    let nothing = try store.templatesStamp()
    try store.save(
      [Self.template("a"), Self.template("a", "it"), Self.template("b")], of: Self.account)
    let first = try store.templates()
    #expect(first.map { $0.name + $0.language } == ["aen", "ait", "ben"])
    #expect(try store.templatesStamp() != nothing)
    let start = world.clock.now
    world.clock.advance(.seconds(100))
    try store.save([Self.template("a"), Self.template("b", text: "[1]")], of: Self.account)
    let second = try store.templates()
    #expect(second.map(\.status) == ["APPROVED", "DELETED", "APPROVED"])
    #expect(second[0].changedAt == first[0].changedAt && second[0].changedAt <= start)
    #expect(second[1].changedAt > start && second[2].changedAt > start)
    let list = try #require(try store.templateLists().first)
    #expect(list.account == Self.account && list.failure.isEmpty && list.listedAt > start)
  }

  @Test(
    "a webhook changes the state of one that is known, a failure is kept beside the list",
    arguments: Backend.allCases)
  func told(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let store = world.store
    try store.save([Self.template("a")], of: Self.account)
    let listedAt = try #require(try store.templateLists().first).listedAt
    let stamp = try store.templatesStamp()
    try store.tell("PAUSED", ofTemplate: "a", "en", in: Self.account)
    try store.tell("PAUSED", ofTemplate: "nobody's", "en", in: Self.account)
    #expect(try store.templates().map(\.status) == ["PAUSED"])
    #expect(try store.templatesStamp() != stamp)
    try store.templatesFailed(of: Self.account, because: "190: ended")
    let list = try #require(try store.templateLists().first)
    #expect(list.failure == "190: ended" && list.listedAt == listedAt)
    try store.templatesFailed(of: AccountID("W2"), because: "x")
    #expect(try store.templateLists().map { $0.listedAt == .distantPast } == [false, true])
  }
}
