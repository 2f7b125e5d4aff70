import Domain
import Platform
import SendStore
import Store
import TestSupport
import Testing
import Time

/// Who of ours is there, and whose turn it is.
@Suite struct AgentTests {
  private static let tenant = Sender.main.tenant

  private static func turns(_ names: String...) -> Charge {
    Charge(
      "default", assistant: "first",
      turns: names.map { Charge.Candidate($0, of: tenant, assistant: "of \($0)") })
  }

  private static func report(
    _ number: Int, at time: Timestamp, _ charge: Charge
  ) -> InboundReport {
    var report = InboundReport(
      account: Sender.main.account, sender: Sender.main.id,
      contact: PersonAddress("+39333\(2_000_000 + number)"), providerID: ProviderID("in\(number)"),
      at: time)
    report.words = InboundWords(
      kind: "text", words: "Hello", content: Array("{}".utf8), received: time)
    report.words?.charge = charge
    return report
  }

  /// The agents of all conversations, in the order in which they began.
  private static func agents(_ store: SendStore) throws -> [String] {
    try store.conversations(ConversationQuery(), limit: 200).page.reversed()
      .map { "\($0.standing.agent ?? "-") \($0.standing.assistant ?? "-")" }
  }

  @Test(
    "those who are there take turns, and where nobody is it is as usual",
    arguments: Backend.allCases)
  func turns(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    var number = 0
    func begin(_ charge: Charge) throws {
      number += 1
      let report = Self.report(number, at: world.clock.now + .seconds(number), charge)
      // The same again takes no turn.
      _ = try world.store.receive([report, report])
    }
    let all = Self.turns("ann", "bea", "carl")
    try begin(all)
    for name in ["ann", "bea"] {
      try world.store.tell(agent: name, of: Self.tenant, isPresent: true)
    }
    try world.store.tell(agent: "carl", of: Tenant(app: "crm", company: "other"), isPresent: true)
    for _ in 0..<3 { try begin(all) }
    // Whoever comes has one turn first, and then one as the others.
    try world.store.tell(agent: "carl", of: Self.tenant, isPresent: true)
    for _ in 0..<4 { try begin(all) }
    try world.store.tell(agent: "bea", of: Self.tenant, isPresent: false)
    for _ in 0..<2 { try begin(all) }
    try begin(Charge("eve"))
    #expect(
      try Self.agents(world.store) == [
        "default first", "ann of ann", "bea of bea", "ann of ann", "carl of carl", "bea of bea",
        "ann of ann", "carl of carl", "ann of ann", "carl of carl", "eve -",
      ])
    // Who writes again stays with whom they have.
    _ = try world.store.receive([
      Self.report(3, at: world.clock.now + .seconds(60), all).again("in99")
    ])
    #expect(try world.store.openConversations(of: Self.tenant)[Self.tenant]?["ann"] == 4)
    #expect(try world.store.openConversations(of: nil)[Self.tenant]?["carl"] == 3)
    #expect(try world.store.openConversations(of: Tenant.none).isEmpty)
  }

  @Test("two workers give the same number to each", arguments: Backend.allCases)
  func fair(backend: Backend) async throws {
    let world = try StoreUnderTest(backend)
    let other = try world.another()
    defer { other.close() }
    let names = ["ann", "bea", "carl", "dora"]
    for name in names { try world.store.tell(agent: name, of: Self.tenant, isPresent: true) }
    let (store, now) = (world.store, world.clock.now)
    let charge = Charge(turns: names.map { Charge.Candidate($0, of: Self.tenant) })
    async let first: Void = onOwnThread {
      for number in 0..<40 { _ = try store.receive([Self.report(number, at: now, charge)]) }
    }
    async let second: Void = onOwnThread {
      for number in 40..<80 { _ = try other.receive([Self.report(number, at: now, charge)]) }
    }
    _ = try await (first, second)
    #expect(
      try world.store.openConversations(of: nil)[Self.tenant]
        == ["ann": 20, "bea": 20, "carl": 20, "dora": 20])
  }

  @Test("since when somebody is there is told", arguments: Backend.allCases)
  func since(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let start = world.clock.now
    func tell(_ isPresent: Bool) throws {
      try world.store.tell(agent: "ann", of: .none, isPresent: isPresent)
      world.clock.advance(.seconds(60))
    }
    try tell(true)
    try tell(true)
    #expect(try world.store.presences().map(\.since) == [start])
    try tell(false)
    try tell(true)
    let presence = try #require(try world.store.presences().first)
    #expect(presence.isPresent && presence.since == start + .seconds(180))
    #expect(presence.agent == "ann" && presence.tenant == .none)
  }
}

extension InboundReport {
  fileprivate func again(_ id: String) -> InboundReport {
    var report = InboundReport(
      account: account, sender: sender, contact: contact, providerID: ProviderID(id), at: at)
    report.words = words
    return report
  }
}
