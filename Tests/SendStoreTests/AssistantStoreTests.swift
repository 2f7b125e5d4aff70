import Domain
import Platform
import SendStore
import Store
import TestSupport
import Testing
import Time

/// Whom an assistant answers, each burst once, in order, and never over a person.
@Suite struct AssistantStoreTests {
  private static let number = PersonAddress("+393333000001")
  private static let id = ConversationID(
    of: Sender.main.id, with: number, tenant: Sender.main.tenant)

  private func world(_ backend: Backend) throws -> StoreUnderTest {
    let world = try StoreUnderTest(backend)
    _ = try world.lease()
    return world
  }

  private func writes(
    _ id: String, by number: PersonAddress = number, in world: StoreUnderTest
  ) throws {
    world.clock.advance(.milliseconds(10))
    var report = InboundReport(
      account: Sender.main.account, sender: Sender.main.id, contact: number,
      providerID: ProviderID(id), at: world.clock.now)
    report.words = InboundWords(
      kind: "text", words: "Hello \(id)", content: Array("{}".utf8), received: world.clock.now)
    report.words?.charge = Charge(assistant: "helper")
    _ = try world.store.receive([report])
  }

  private func asked(
    _ world: StoreUnderTest,
    _ decide: (WaitingForAssistant, Timestamp) -> AssistantDecision = { _, now in
      .ask(until: now + .seconds(60))
    }
  ) throws -> WaitingForAssistant? {
    try world.store.claimForAssistants(limit: 10, decide).asked.first
  }

  private func text(_ words: String, _ world: StoreUnderTest) -> SetReply.SetText {
    SetReply.SetText(
      Array(#"{"to":"x","body":"\#(words)"}"#.utf8), expires: world.clock.now + .seconds(3600),
      maxAttempts: 3)
  }

  private func call(
    _ world: StoreUnderTest, _ verdict: AssistantCall.Verdict = .replied
  ) -> AssistantCall {
    var call = AssistantCall(
      "helper", model: "small", prompt: "abc", begun: world.clock.now, ended: world.clock.now,
      verdict)
    (call.tokensIn, call.tokensOut, call.money) = (100, 20, 7)
    call.withheld = Array(#"[{"body":"one"}]"#.utf8)
    return call
  }

  private func accept(_ claim: Claim, in world: StoreUnderTest) throws {
    _ = try world.store.record(
      claim.sends.map {
        AttemptReport(
          of: $0, .accepted(ProviderID("SM\($0.id)")), postedAt: claim.now, answer: [])
      })
  }

  private func words(_ claim: Claim) -> [String] {
    claim.sends.map { String(decoding: $0.content.json, as: UTF8.self) }
  }

  @Test(
    "who waits and is not looked after is told, until somebody looks", arguments: Backend.allCases)
  func left(backend: Backend) throws {
    let world = try world(backend)
    try writes("in1", in: world)
    #expect(try world.store.leftWaiting(for: .seconds(60)) == (false, false))
    world.clock.advance(.seconds(61))
    #expect(try world.store.leftWaiting(for: .seconds(60)) == (true, false))
    // Where the endpoint is away it waits on, and somebody knows of it.
    #expect(try asked(world) { _, now in .later(now + .seconds(30)) } == nil)
    #expect(try world.store.leftWaiting(for: .seconds(60)) == (false, false))
  }

  @Test(
    "a burst is answered once, and its messages go one after the other",
    arguments: Backend.allCases)
  func once(backend: Backend) throws {
    let world = try world(backend)
    #expect(try asked(world) == nil)
    try writes("in1", in: world)
    try writes("in2", in: world)
    let one = try #require(try asked(world))
    #expect(one.messages.map(\.providerID.text) == ["in1", "in2"])
    // Nobody else asks meanwhile.
    #expect(try asked(world) == nil)
    let texts = ["one", "two", "three"].map { text($0, world) }
    guard case .done(let ids) = try world.store.settle(one, .reply(texts), [call(world)])
    else { throw Missing() }
    #expect(ids.count == 3)
    #expect(try world.store.settle(one, .reply(texts), [call(world)]) == .overtaken)
    for (place, word) in ["one", "two", "three"].enumerated() {
      let claim = try world.claim()
      #expect(words(claim) == [#"{"to":"x","body":"\#(word)"}"#])
      // What comes next waits for it.
      #expect(try world.store.followReplies(limit: 10) == 0)
      #expect(try world.claim().sends.isEmpty)
      try accept(claim, in: world)
      #expect(try world.store.followReplies(limit: 10) == 1, "\(place)")
    }
    #expect(try world.store.followReplies(limit: 10) == 0)
    #expect(try world.claim().sends.isEmpty)
    #expect(try asked(world) == nil)
    let calls = try world.store.assistantCalls(in: one.conversation, limit: 10).map(\.call)
    #expect(calls.map(\.verdict) == [.overtaken, .replied])
    #expect(calls.map { $0.withheld == nil } == [false, true])
    // What it used up counts for the next.
    try writes("in3", in: world)
    let next = try #require(try asked(world))
    #expect(next.messages.map(\.providerID.text) == ["in3"])
    for scope in AssistantBudget.Scope.allCases {
      #expect(next.used[scope] == AssistantUse(tokens: 240, price: 14, calls: 2))
    }
  }

  struct Missing: Error {}

  @Test(
    "several are settled at once, each by itself and in their order", arguments: Backend.allCases)
  func together(backend: Backend) throws {
    let world = try world(backend)
    let people = (0..<5).map { PersonAddress("+39333300001\($0)") }
    for (place, person) in people.enumerated() {
      try writes("in\(place)", by: person, in: world)
    }
    let asked = try world.store.claimForAssistants(limit: 10) { _, now in
      .ask(until: now + .seconds(60))
    }.asked.sorted { $0.conversation.address.text > $1.conversation.address.text }
    // The third was overtaken by a person.
    _ = try world.store.act(.setMode(.manual), in: asked[2].conversation.id, by: .agent("bea"))
    let settled = try world.store.settle(
      asked.enumerated().map { place, one in
        AskedAssistant(one, .reply([text("answer \(place)", world)]), [call(world)])
      })
    #expect(settled.count == 5 && settled[2] == .overtaken)
    let claim = try world.claim()
    for place in [0, 1, 3, 4] {
      let mine = claim.sends.filter { $0.recipient == asked[place].conversation.address }
      guard case .done(let ids) = settled[place] else { throw Missing() }
      #expect(mine.map(\.id) == ids)
      #expect(
        mine.first.map { String(decoding: $0.content.json, as: UTF8.self) }?
          .contains("answer \(place)") == true)
    }
    #expect(claim.sends.count == 4)
  }

  @Test("an answer that can never be kept is told apart from a store that is away")
  func unkeepable() throws {
    let world = try world(.scaledOut)
    try writes("in1", in: world)
    let one = try #require(try asked(world))
    var call = call(world)
    call.reason = "a\u{0}b"
    let error = #expect(throws: StoreError.self) {
      try world.store.settle(one, .silence, [call])
    }
    guard case .refused = error else { throw Missing() }
    #expect(try world.store.settle(one, .silence, []) == .done([]))
  }

  @Test("what a person has overtaken goes no more", arguments: Backend.allCases)
  func overtaken(backend: Backend) throws {
    let world = try world(backend)
    try writes("in1", in: world)
    let one = try #require(try asked(world))
    #expect(try world.store.outdated([one]).isEmpty)
    let act = ConversationAct.personWrote(at: world.clock.now)
    _ = try world.store.act(act, in: Self.id, by: .agent("bea"))
    #expect(try world.store.outdated([one]) == [one.conversation.key])
    let settled = try world.store.settle(one, .reply([text("late", world)]), [call(world)])
    #expect(settled == .overtaken)
    #expect(try world.claim().sends.isEmpty)
    let end = world.clock.now + .seconds(1)
    let withheld = try world.store.withheld(
      in: one.conversation, from: .distantPast, until: end)
    #expect(withheld.map(\.call.verdict) == [.overtaken])
    #expect(withheld.first?.call.withheld == Array(#"[{"body":"one"}]"#.utf8))
  }

  @Test("the rest of an answer goes no more once a person has acted", arguments: Backend.allCases)
  func rest(backend: Backend) throws {
    let world = try world(backend)
    try writes("in1", in: world)
    let one = try #require(try asked(world))
    let texts = ["one", "two"].map { text($0, world) }
    _ = try world.store.settle(one, .reply(texts), [call(world)])
    try accept(try world.claim(), in: world)
    _ = try world.store.act(.setMode(.manual), in: Self.id, by: .agent("bea"))
    _ = try world.store.followReplies(limit: 10)
    #expect(try world.claim().sends.isEmpty)
    #expect(try world.store.followReplies(limit: 10) == 0)
  }

  @Test(
    "whoever writes on while the assistant thinks is answered for all", arguments: Backend.allCases)
  func superseded(backend: Backend) throws {
    let world = try world(backend)
    try writes("in1", in: world)
    let one = try #require(try asked(world))
    try writes("in2", in: world)
    #expect(try world.store.outdated([one]) == [one.conversation.key])
    let settled = try world.store.settle(one, .reply([text("half", world)]), [call(world)])
    #expect(settled == .superseded)
    #expect(try world.claim().sends.isEmpty)
    let both = try #require(try asked(world))
    #expect(both.messages.map(\.providerID.text) == ["in1", "in2"])
    guard case .done(let ids) = try world.store.settle(both, .reply([text("all", world)]), [])
    else { throw Missing() }
    #expect(ids.count == 1)
  }

  @Test("a message waits until the last answer is all gone", arguments: Backend.allCases)
  func waits(backend: Backend) throws {
    let world = try world(backend)
    try writes("in1", in: world)
    let one = try #require(try asked(world))
    _ = try world.store.settle(one, .reply(["one", "two"].map { text($0, world) }), [])
    try writes("in2", in: world)
    for _ in 0..<2 {
      #expect(try asked(world) == nil)
      try accept(try world.claim(), in: world)
      _ = try world.store.followReplies(limit: 10)
      world.clock.advance(.milliseconds(300))
    }
    #expect(try asked(world)?.messages.map(\.providerID.text) == ["in2"])
  }

  @Test(
    "an answer that is under way is waited for, though a person acted and gave the assistant back",
    arguments: Backend.allCases)
  func underWay(backend: Backend) throws {
    let world = try world(backend)
    try writes("in1", in: world)
    let one = try #require(try asked(world))
    _ = try world.store.settle(one, .reply(["one", "two"].map { text($0, world) }), [])
    let claim = try world.claim()
    #expect(claim.sends.count == 1)
    for mode in [ConversationStanding.Mode.manual, .automatic] {
      _ = try world.store.act(.setMode(mode), in: Self.id, by: .agent("bea"))
    }
    try writes("in2", in: world)
    // It is not looked at before it is gone, so that it keeps nobody waiting.
    #expect(try world.store.followReplies(limit: 10) == 0)
    #expect(try asked(world) == nil)
    try accept(claim, in: world)
    #expect(try world.store.followReplies(limit: 10) == 1)
    world.clock.advance(.milliseconds(300))
    #expect(try asked(world)?.messages.map(\.providerID.text) == ["in2"])
    #expect(try world.claim().sends.isEmpty)
  }

  @Test(
    "where two workers follow an answer, each of its messages waits for the one before it",
    arguments: Backend.allCases)
  func atOnce(backend: Backend) async throws {
    let world = try world(backend)
    let other = try world.another()
    defer { other.close() }
    for place in 10..<40 {
      try writes("in\(place)", by: PersonAddress("+3933330000\(place)"), in: world)
    }
    let asked = try world.store.claimForAssistants(limit: 100) { _, now in
      .ask(until: now + .seconds(60))
    }.asked
    let texts = ["one", "two", "three", "four"].map { text($0, world) }
    _ = try world.store.settle(asked.map { AskedAssistant($0, .reply(texts), []) })
    for place in texts.indices {
      let claim = try world.claim()
      #expect(claim.sends.count == 30 && Set(claim.sends.map(\.recipient)).count == 30, "\(place)")
      try accept(claim, in: world)
      let store = world.store
      async let first: Void = onOwnThread { _ = try store.followReplies(limit: 100) }
      async let second: Void = onOwnThread { _ = try other.followReplies(limit: 100) }
      _ = try await (first, second)
    }
    #expect(try world.claim().sends.isEmpty)
  }

  @Test(
    "what a person looked after is not answered again once the assistant has it",
    arguments: Backend.allCases)
  func lookedAfter(backend: Backend) throws {
    let world = try world(backend)
    try writes("in1", in: world)
    let act = ConversationAct.personWrote(at: world.clock.now)
    _ = try world.store.act(act, in: Self.id, by: .agent("bea"))
    try writes("in2", in: world)
    _ = try world.store.act(.setMode(.automatic), in: Self.id, by: .agent("bea"))
    #expect(try asked(world) == nil)
    try writes("in3", in: world)
    #expect(try asked(world)?.messages.map(\.providerID.text) == ["in3"])
  }

  @Test(
    "a person is wanted: the assistant is off and the contact is told", arguments: Backend.allCases)
  func handOver(backend: Backend) throws {
    let world = try world(backend)
    try writes("in1", in: world)
    let one = try #require(try asked(world))
    _ = try world.store.settle(
      one, .handOver(because: "blocked", [text("a person comes", world)]), [call(world, .blocked)])
    let standing = try #require(try world.store.conversation(Self.id)).standing
    #expect(standing.mode == .manual && !standing.isAssistantOn)
    #expect(words(try world.claim()) == [#"{"to":"x","body":"a person comes"}"#])
    let changes = try world.store.happenings(in: one.conversation, limit: 1)
    #expect(changes.map(\.act) == ["handed-over"] && changes.map(\.detail) == ["blocked"])
    // Blocked words are kept, for people to see.
    #expect(
      try world.store.assistantCalls(in: one.conversation, limit: 1).first?.call.withheld != nil)
    try writes("in2", in: world)
    #expect(try asked(world) == nil)
  }

  @Test(
    "an endpoint that is away is asked again, and people hear of it once",
    arguments: Backend.allCases)
  func away(backend: Backend) throws {
    let world = try world(backend)
    try writes("in1", in: world)
    let one = try #require(try asked(world))
    let start = world.clock.now
    let later = start + .seconds(5)
    _ = try world.store.settle(one, .again(later, isAway: true), [call(world, .away)])
    #expect(try asked(world) == nil)
    world.clock.advance(.seconds(6))
    let wait = text("wait", world)
    #expect(
      try asked(world) { waiting, now in
        waiting.away.map { $0 <= later } == true ? .askToWait(wait, now) : .nothing
      } == nil)
    #expect(words(try world.claim()) == [#"{"to":"x","body":"wait"}"#])
    let again = try #require(try asked(world))
    #expect(again.conversation.standing.askedToWait != nil && again.away != nil)
    #expect(again.failures == 0)
    _ = try world.store.settle(again, .again(world.clock.now, isAway: false), [])
    let third = try #require(try asked(world))
    #expect(third.failures == 1 && third.away == nil)
    _ = try world.store.settle(third, .reply([text("there", world)]), [])
    try accept(try world.claim(), in: world)
    _ = try world.store.followReplies(limit: 10)
    try writes("in2", in: world)
    let fourth = try #require(try asked(world))
    #expect(fourth.failures == 0)
    #expect(fourth.conversation.standing.askedToWait == nil)
  }

  @Test("nothing is left of calls and answers of who is forgotten", arguments: Backend.allCases)
  func forgotten(backend: Backend) throws {
    let world = try world(backend)
    try writes("in1", in: world)
    let one = try #require(try asked(world))
    _ = try world.store.settle(
      one, .reply(["one", "two"].map { text($0, world) }), [call(world)])
    try accept(try world.claim(), in: world)
    try world.store.published(try world.store.unpublished(limit: 100))
    guard case .done = try world.store.erase(one.conversation.person, keepsOptOuts: false) else {
      throw Missing()
    }
    #expect(try world.store.assistantCalls(in: one.conversation, limit: 10).isEmpty)
    #expect(try world.store.followReplies(limit: 10) == 0)
  }
}
