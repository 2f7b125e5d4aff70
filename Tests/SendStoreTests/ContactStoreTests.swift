import Domain
import Platform
import Store
import TestSupport
import Testing
import Time

@testable import SendStore

/// Who people are, over all that they are known by, and that nothing is left of whom is to be forgotten.
@Suite struct ContactStoreTests {
  private static let number = PersonAddress("+393330010000")
  private static let hidden = PersonAddress("IT.1234567890")

  private static func report(
    _ id: String, from person: PersonAddress, at time: Timestamp, words: String = "Hello",
    name: String? = nil, waID: String? = nil, userID: String? = nil, attested: String? = nil
  ) -> InboundReport {
    var report = InboundReport(
      account: Sender.main.account, sender: Sender.main.id, contact: person,
      providerID: ProviderID(id), at: time, waID: waID)
    var said = InboundWords(
      kind: "text", words: words, content: Array(#"{"text":"\#(words)"}"#.utf8), received: time,
      profileName: name, userID: userID)
    said.attestedNumber = attested
    report.words = said
    return report
  }

  private func all(_ world: StoreUnderTest) throws -> [StoredConversation] {
    try world.store.conversations(ConversationQuery(), limit: 100).page
  }

  /// Somebody who wrote under a number, and somebody who hid one.
  private func two(_ world: StoreUnderTest) throws -> (PersonKey, PersonKey) {
    let now = world.clock.now
    _ = try world.store.receive([
      Self.report("in1", from: Self.number, at: now, words: "By number", name: "Anna"),
      Self.report("in2", from: Self.hidden, at: now + .seconds(1), words: "Hidden", name: "A."),
    ])
    let found = try all(world)
    #expect(found.count == 2)
    let known = try #require(found.first { $0.address == Self.number })
    let other = try #require(found.first { $0.address == Self.hidden })
    return (known.person, other.person)
  }

  @Test(
    "who is told to be one by a single message becomes one, and what they said one conversation",
    arguments: Backend.allCases, [false, true])
  func united(backend: Backend, isByContactCard: Bool) throws {
    let world = try StoreUnderTest(backend)
    let (known, other) = try two(world)
    let now = world.clock.now
    let message =
      isByContactCard
      ? Self.report(
        "in3", from: Self.hidden, at: now + .seconds(2), words: "Mine", attested: Self.number.text)
      : Self.report(
        "in3", from: Self.number, at: now + .seconds(2), words: "Mine", userID: Self.hidden.text)
    _ = try world.store.receive([message])
    let one = try #require(try all(world).first)
    #expect(try all(world).count == 1)
    #expect(one.person == (isByContactCard ? other : known) && one.standing.unread == 3)
    let timeline = try world.store.timeline(of: one, limit: 10).page
    #expect(timeline.map(\.providerID?.text) == ["in3", "in2", "in1"])
    let merges = try world.store.merges(of: one.person)
    #expect(merges.count == 1 && merges.first?.actor == "system")
    #expect(try world.store.persons(knownBy: Self.hidden.text, of: nil).map(\.key) == [one.person])
  }

  @Test("of two others nobody is merged by itself", arguments: Backend.allCases)
  func ambiguous(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    _ = try two(world)
    let (third, now) = (PersonAddress("+393330010009"), world.clock.now)
    _ = try world.store.receive([
      Self.report("in3", from: third, at: now + .seconds(2)),
      Self.report(
        "in4", from: third, at: now + .seconds(3), userID: Self.hidden.text,
        attested: Self.number.text),
    ])
    #expect(try all(world).count == 3)
  }

  @Test("what was merged by hand can be parted, and stays so", arguments: Backend.allCases)
  func parted(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let (known, other) = try two(world)
    #expect(try world.store.merge(other, into: known, by: "bea") == .done(known))
    #expect(try all(world).count == 1)
    guard case .refused = try world.store.merge(other, into: known, by: "bea") else {
      Issue.record("merged twice")
      return
    }
    guard case .refused = try world.store.merge(known, into: known, by: "bea") else {
      Issue.record("merged with itself")
      return
    }
    #expect(try world.store.merge(PersonKey(999), into: known, by: "bea") == .missing)
    let merge = try #require(try world.store.merges(of: known).first)
    #expect(try world.store.undoMerge(merge.number, of: known, by: "bea") == .done(other))
    let found = try all(world)
    #expect(Set(found.map(\.person)) == [known, other])
    #expect(try world.store.timeline(of: found[0], limit: 10).page.count == 1)
    guard case .refused = try world.store.undoMerge(merge.number, of: known, by: "bea") else {
      Issue.record("undone twice")
      return
    }
    // Not by itself either.
    _ = try world.store.receive([
      Self.report(
        "in3", from: Self.number, at: world.clock.now + .seconds(5), userID: Self.hidden.text)
    ])
    #expect(try all(world).count == 2)
  }

  @Test(
    "of three who became one everything is said in one place, and forgotten as one",
    arguments: Backend.allCases)
  func three(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let (known, other) = try two(world)
    let third = PersonAddress("+393330010009")
    _ = try world.store.receive([
      Self.report("in3", from: third, at: world.clock.now + .seconds(2), words: "Third")
    ])
    let last = try #require(try world.store.persons(knownBy: third.text, of: nil).first).key
    #expect(try world.store.merge(other, into: known, by: "bea") == .done(known))
    #expect(try world.store.merge(known, into: last, by: "bea") == .done(last))
    let one = try #require(try all(world).first)
    let timeline = try world.store.timeline(of: one, limit: 10).page
    #expect(timeline.map(\.providerID?.text) == ["in3", "in2", "in1"])
    let first = ConversationID(
      of: Sender.main.id, with: Self.hidden, tenant: Sender.main.tenant)
    #expect(try world.store.presentConversation(first)?.key == one.key)
    guard case .done(let report) = try world.store.erase(last, keepsOptOuts: false) else {
      Issue.record("not forgotten")
      return
    }
    #expect(report.conversations == 3)
    #expect(try all(world).isEmpty)
    #expect(try world.store.person(other) == nil)
    let found = try world.store.conversations(saying: SearchWords("third"), of: nil, limit: 5)
    #expect(found.page.isEmpty)
  }

  @Test(
    "a name that somebody typed stays, and is found without its accents",
    arguments: Backend.allCases)
  func names(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let one = try world.store.acquaint(
      Self.number, with: Sender.main.id, named: "Zoë Niçard", by: .agent("bea"))
    _ = try world.store.receive([
      Self.report("in1", from: Self.number, at: world.clock.now, name: "zz")
    ])
    #expect(try all(world).map(\.name) == ["Zoë Niçard"])
    #expect(try all(world).first?.id == one.id)
    let tenant = Sender.main.tenant
    for word in ["zoe", "NICARD", "zoë n", "niçard zoe"] {
      #expect(try world.store.persons(of: tenant, named: word, limit: 5).page.count == 1)
    }
    for word in ["anna", "icard", "zoe x", "?"] {
      #expect(try world.store.persons(of: tenant, named: word, limit: 5).page.isEmpty)
    }
    let foreign = Tenant(app: "x", company: "y")
    #expect(try world.store.persons(of: foreign, limit: 5).page.isEmpty)
    try world.store.describe(one.person, name: "Zoe", language: "it")
    let person = try #require(try world.store.person(one.person))
    #expect(person.name == "Zoe" && person.language == "it" && person.isNameTyped)
  }

  @Test(
    "words are found in whatever case and accents, the newest first", arguments: Backend.allCases)
  func words(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let now = world.clock.now
    for (number, words) in ["Perché no?", "the Invoice 42", "an invoice, perche", ""].enumerated() {
      _ = try world.store.receive([
        Self.report(
          "in\(number)", from: PersonAddress("+39333001000\(number)"), at: now, words: words)
      ])
    }
    func found(_ text: String, _ tenant: Tenant? = nil) throws -> [String] {
      try world.store.conversations(saying: SearchWords(text), of: tenant, limit: 10).page.map {
        $0.message?.words ?? ""
      }
    }
    #expect(try found("INVOICE") == ["an invoice, perche", "the Invoice 42"])
    #expect(try found("perché") == ["an invoice, perche", "Perché no?"])
    #expect(try found("invo 42") == [] && found("42 invo") == ["the Invoice 42"])
    #expect(try found("\" OR NOT * : & | !") == [] && found("") == [])
    #expect(try found("invoice", Tenant(app: "x", company: "y")).isEmpty)
    let page = try world.store.conversations(saying: SearchWords("invoice"), of: nil, limit: 1)
    let next = try world.store.conversations(
      saying: SearchWords("invoice"), of: nil, before: page.next, limit: 1)
    #expect(next.page.map { $0.message?.words } == ["the Invoice 42"])
    #expect(try world.store.conversations(with: ProviderID("in1"), or: nil).count == 1)
  }

  @Test("changes are told in their order, once noted as told", arguments: Backend.allCases)
  func told(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    _ = try world.store.receive([Self.report("in1", from: Self.number, at: world.clock.now)])
    let one = try #require(try all(world).first)
    _ = try world.store.note("Likes tea", in: one.id, by: .agent("bea"))
    _ = try world.store.label(one.id, ["vip", "tea"], by: .agent("bea"))
    let untold = try world.store.untoldHappenings()
    #expect(untold.happenings.map(\.act) == ["received", "noted", "labelled"])
    #expect(untold.happenings.map(\.version) == [1, 2, 3])
    #expect(untold.conversations[one.key]?.labelTexts == ["vip", "tea"])
    try world.store.told(Array(untold.happenings.prefix(2)))
    #expect(try world.store.untoldHappenings().happenings.map(\.act) == ["labelled"])
    #expect(try world.store.notes(of: one, limit: 5).map(\.text) == ["Likes tea"])
    let history = try world.store.happenings(in: one, limit: 2)
    #expect(history.map(\.act) == ["labelled", "noted"])
  }

  @Test(
    "who wants no marketing gets the rest, and who wants nothing gets nothing",
    arguments: Backend.allCases)
  func categories(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let store = world.store
    func optOut(_ change: OptOutChange) throws -> OptOut? {
      try store.optOut(Self.number, of: Sender.main.id, change, from: "bea")
      return try store.contact(Self.number, of: Sender.main.id)?.optOut
    }
    #expect(try optOut(.out(.marketing)) == .marketing && optOut(.wantsMarketing) == nil)
    #expect(try optOut(.out(.everything)) == .everything)
    #expect(try optOut(.out(.marketing)) == .everything && optOut(.wantsMarketing) == .everything)
    _ = try store.receive([Self.report("in1", from: Self.number, at: world.clock.now)])
    let person = try #require(try store.persons(knownBy: Self.number.text, of: nil).first)
    let standing = try #require(try store.standings(of: person).first)
    #expect(standing.optOut == .everything && standing.optOutSource == "bea")
    #expect(standing.optedOut != nil && standing.sender == Sender.main.id)
    #expect(try optOut(.backIn) == nil)
  }
}
