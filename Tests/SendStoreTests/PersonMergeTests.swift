import Domain
import Store
import TestSupport
import Testing
import Time

@testable import SendStore

/// What two contacts bring with them when they become one, and what is whose when one is forgotten.
@Suite struct PersonMergeTests {
  private static let number = PersonAddress("+393330010000")
  private static let other = PersonAddress("+393330010001")

  private static func report(
    _ id: String, from person: PersonAddress, at time: Timestamp, words: String = "Hello"
  ) -> InboundReport {
    var report = InboundReport(
      account: Sender.main.account, sender: Sender.main.id, contact: person,
      providerID: ProviderID(id), at: time)
    report.words = InboundWords(
      kind: "text", words: words, content: Array(#"{"text":"\#(words)"}"#.utf8), received: time)
    return report
  }

  private static func id(_ person: PersonAddress) -> ConversationID {
    ConversationID(of: Sender.main.id, with: person, tenant: Sender.main.tenant)
  }

  private func person(_ address: PersonAddress, _ world: StoreUnderTest) throws -> PersonKey {
    try #require(try world.store.persons(knownBy: address.text, of: nil).first).key
  }

  /// Two who have written once each.
  private func two(_ world: StoreUnderTest) throws -> (one: PersonKey, other: PersonKey) {
    let now = world.clock.now
    _ = try world.store.receive([
      Self.report("in1", from: Self.number, at: now, words: "First"),
      Self.report("in2", from: Self.other, at: now + .seconds(1), words: "Second"),
    ])
    return (try person(Self.number, world), try person(Self.other, world))
  }

  @Test(
    "what goes on has what is unread in both, the later words, and a person's say",
    arguments: Backend.allCases)
  func standing(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let (one, other) = try two(world)
    _ = try world.store.act(.setMode(.manual), in: Self.id(Self.other), by: .agent("bea"))
    let before = try #require(try world.store.conversation(Self.id(Self.number))).standing
    let theirs = try #require(try world.store.conversation(Self.id(Self.other))).standing
    #expect(before.mode == .automatic && theirs.mode == .manual)
    #expect(try world.store.merge(other, into: one, by: "bea") == .done(one))
    let merged = try #require(try world.store.conversation(Self.id(Self.number)))
    #expect(merged.standing.mode == .manual)
    #expect(merged.standing.turn == before.turn + 1)
    #expect(merged.standing.unread == before.unread + theirs.unread && merged.standing.unread > 1)
    #expect(merged.preview == "Second" && merged.standing.last == theirs.last)
  }

  @Test("a name that somebody typed is not lost to another", arguments: Backend.allCases)
  func names(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let (one, other) = try two(world)
    try world.store.describe(one, name: "Anna", language: nil)
    try world.store.describe(other, name: "Bea", language: nil)
    #expect(try world.store.merge(other, into: one, by: "bea") == .done(one))
    #expect(try world.store.person(one)?.name == "Anna")
  }

  @Test("contacts of two tenants are never one", arguments: Backend.allCases)
  func tenants(backend: Backend) throws {
    let foreign = Sender(
      id: SenderID("foreign"), channel: .twilioWhatsApp, account: AccountID("AC2"),
      address: "whatsapp:+14155238887", tenant: Tenant(app: "x", company: "y"),
      budget: Sender.unlimited)
    let world = try StoreUnderTest(backend, senders: [.main, foreign])
    let (one, _) = try two(world)
    let theirs = try world.store.acquaint(
      Self.number, with: foreign.id, named: "Anna", by: .agent("bea"))
    #expect(theirs.person != one)
    #expect(try world.store.merge(theirs.person, into: one, by: "bea") == .missing)
    #expect(try world.store.person(theirs.person)?.mergedInto == nil)
  }

  @Test("who was parted is not forgotten with the other", arguments: Backend.allCases)
  func partedStay(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let (one, other) = try two(world)
    #expect(try world.store.merge(other, into: one, by: "bea") == .done(one))
    let merge = try #require(try world.store.merges(of: one).first)
    #expect(try world.store.undoMerge(merge.number, of: one, by: "bea") == .done(other))
    guard case .done(let report) = try world.store.erase(one, keepsOptOuts: false) else {
      Issue.record("not forgotten")
      return
    }
    #expect(report.conversations == 1)
    #expect(try world.store.person(one) == nil)
    #expect(try world.store.person(other) != nil)
    #expect(try world.store.conversation(Self.id(Self.other)) != nil)
  }

  @Test(
    "a message that is being sent is not forgotten before it is known what became of it",
    arguments: Backend.allCases)
  func underWay(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let (one, _) = try two(world)
    let id = try world.queue { _, send in send.recipient = Self.number }[0]
    let send = try #require(try world.claim().sends.first)
    try world.store.published(try world.store.unpublished(limit: 100))
    #expect(try world.store.erase(one, keepsOptOuts: false) == .busy(sends: 1))
    #expect(try world.state(id) == .sending)
    _ = try world.store.record([.accepted(send, "SM1")])
    try world.store.published(try world.store.unpublished(limit: 100))
    guard case .done(let report) = try world.store.erase(one, keepsOptOuts: false) else {
      Issue.record("not forgotten")
      return
    }
    #expect(report.sends == 1)
    #expect(try world.state(id) == nil)
  }

  @Test("an opt-out is kept only where that was asked for", arguments: Backend.allCases)
  func optOuts(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let (one, other) = try two(world)
    for address in [Self.number, Self.other] {
      try world.store.optOut(address, of: Sender.main.id, .out(.everything), from: "message")
    }
    guard case .done(let kept) = try world.store.erase(one, keepsOptOuts: true),
      case .done(let gone) = try world.store.erase(other, keepsOptOuts: false)
    else {
      Issue.record("not forgotten")
      return
    }
    #expect(kept.keptOptOuts == 1 && gone.keptOptOuts == 0)
    #expect(try world.store.contact(Self.number, of: Sender.main.id)?.optOut == .everything)
    #expect(try world.store.contact(Self.other, of: Sender.main.id) == nil)
  }

  @Test(
    "a conversation is found once, however often the words are in it", arguments: Backend.allCases)
  func foundOnce(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let now = world.clock.now
    _ = try world.store.receive(
      (0..<3).map { number in
        Self.report(
          "in\(number)", from: Self.number, at: now + .seconds(Int64(number)),
          words: "tea \(number)")
      })
    let found = try world.store.conversations(saying: SearchWords("tea"), of: nil, limit: 10)
    #expect(found.page.map { $0.message?.words } == ["tea 2"])
  }
}
