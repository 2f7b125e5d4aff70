import Domain
import Platform
import SendStore
import Store
import TestSupport
import Testing
import Time

/// Who waits and has no assistant is answered once.
@Suite struct WaitingContactTests {
  private static func person(_ number: Int) -> PersonAddress {
    PersonAddress("+39333\(3_000_000 + number)")
  }

  private static func report(
    _ id: String, from number: Int = 0, at time: Timestamp,
    _ change: (inout InboundWords) -> Void = { _ in }
  ) -> InboundReport {
    var report = InboundReport(
      account: Sender.main.account, sender: Sender.main.id, contact: person(number),
      providerID: ProviderID(id), at: time)
    var words = InboundWords(
      kind: "text", words: "Hello", content: Array("{}".utf8), received: time)
    change(&words)
    report.words = words
    return report
  }

  private static func text(_ now: Timestamp) -> SetReply {
    .say(
      SetReply.SetText(
        Array(#"{"to":"x","body":"wait"}"#.utf8), expires: now + .seconds(3600), maxAttempts: 3))
  }

  private func id(_ number: Int = 0) -> ConversationID {
    ConversationID(
      of: Sender.main.id, with: Self.person(number), tenant: Sender.main.tenant)
  }

  /// Everybody is told to wait whose standing says so.
  @discardableResult
  private func answer(_ store: SendStore, limit: Int = 100) throws -> WaitingAnswered {
    try store.answerWaiting(limit: limit) { _, contact, now in
      contact.standing.answerer == .setText ? Self.text(now) : .nothing
    }
  }

  @Test(
    "who writes is asked to wait once, until somebody has answered", arguments: Backend.allCases)
  func once(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    _ = try world.lease()
    let store = world.store
    func writes(_ id: String) throws {
      world.clock.advance(.seconds(1))
      _ = try store.receive([Self.report(id, at: world.clock.now)])
    }
    #expect(try answer(store).seen == 0)
    try writes("in1")
    world.clock.advance(.seconds(61))
    #expect(try store.leftWaiting(for: .seconds(60)) == (false, true))
    #expect(try answer(store).answered == 1)
    #expect(try store.leftWaiting(for: .seconds(60)) == (false, false))
    try writes("in2")
    #expect(try answer(store).answered == 0)
    var one = try #require(try store.conversation(id()))
    #expect(one.standing.askedToWait != nil && one.due == nil)
    let sent = try world.claim().sends
    #expect(sent.map(\.recipient) == [Self.person(0)])
    let timeline = try store.timeline(of: one, limit: 10).page
    #expect(timeline.count == 3)
    guard
      case .send(_, _, _, _, _, _, let author)? = timeline.map(\.what).first(where: {
        if case .send = $0 { true } else { false }
      })
    else { throw Missing() }
    #expect(author == "set text")
    // Who was answered by a person and goes back to automatic is asked again.
    _ = try store.act(.personWrote(at: world.clock.now), in: id(), by: .agent("bea"))
    try writes("in3")
    #expect(try answer(store).seen == 0)
    _ = try store.act(.setMode(.automatic), in: id(), by: .agent("bea"))
    try writes("in4")
    #expect(try answer(store).answered == 1)
    // A conversation that was put away is over.
    _ = try store.act(.archive, in: id(), by: .agent("bea"))
    try writes("in5")
    #expect(try answer(store).answered == 1)
    one = try #require(try store.conversation(id()))
    #expect(!one.standing.isArchived)
  }

  struct Missing: Error {}

  @Test("a text that waits goes no more once a person has answered", arguments: Backend.allCases)
  func overtaken(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    _ = try world.lease()
    _ = try world.store.receive([Self.report("in1", at: world.clock.now)])
    #expect(try answer(world.store).answered == 1)
    let taken = try #require(
      try world.store.act(.personWrote(at: world.clock.now), in: id(), by: .agent("bea")))
    #expect(taken.canceled.count == 1 && taken.underWay.isEmpty)
    #expect(try world.claim().sends.isEmpty)
  }

  @Test(
    "words that are obeyed, an assistant and manual mode ask for no text",
    arguments: Backend.allCases)
  func nothing(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    _ = try world.lease()
    let (store, now) = (world.store, world.clock.now)
    _ = try store.receive([
      Self.report("in0", from: 0, at: now) { $0.isAutomatic = true },
      Self.report("in1", from: 1, at: now) { $0.charge = Charge(assistant: "helper") },
      Self.report("in2", from: 2, at: now),
    ])
    _ = try store.act(.setMode(.manual), in: id(2), by: .agent("bea"))
    #expect(try answer(store) == WaitingAnswered())
    // It is left to the assistant, and to the text once that is off.
    #expect(try store.conversation(id(1))?.due == now)
    _ = try store.act(.switchAssistant(on: false), in: id(1), by: .agent("bea"))
    #expect(try answer(store).answered == 1)
    #expect(try store.conversation(id(0))?.standing.unread == 1)
  }

  @Test(
    "whoever is left for later is looked at later, and others are not kept waiting",
    arguments: Backend.allCases)
  func later(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    _ = try world.lease()
    let store = world.store
    _ = try store.receive((0..<3).map { Self.report("in\($0)", from: $0, at: world.clock.now) })
    let first = try store.answerWaiting(limit: 2) { _, _, _ in .later }
    #expect(first.seen == 2 && first.answered == 0)
    #expect(try answer(store, limit: 2).answered == 1)
    #expect(try answer(store).seen == 0)
    world.clock.advance(.seconds(61))
    #expect(try answer(store).answered == 2)
  }

  @Test("what is known of somebody is there when it is decided", arguments: Backend.allCases)
  func facts(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    _ = try world.lease()
    let (store, now) = (world.store, world.clock.now)
    _ = try store.receive([Self.report("in0", at: now)])
    try store.optOut(Self.person(0), of: Sender.main.id, .out(.everything))
    let seen = Locked<[WaitingContact]>([])
    func look() throws {
      _ = try store.answerWaiting(limit: 10) { _, contact, now in
        seen.withLock { $0 = [contact] }
        return Self.text(now)
      }
    }
    try look()
    var contact = try #require(seen.withLock { $0.first })
    #expect(contact.isFirst && contact.optOut == .everything && contact.window.lastInbound == now)
    #expect(contact.standing.unread == 1)
    _ = try store.act(.archive, in: id(), by: .agent("bea"))
    _ = try store.receive([Self.report("in1", at: now + .seconds(5))])
    try look()
    contact = try #require(seen.withLock { $0.first })
    #expect(!contact.isFirst)
  }

  @Test("two workers answer each once", arguments: Backend.allCases)
  func both(backend: Backend) async throws {
    let world = try StoreUnderTest(backend)
    _ = try world.lease()
    let other = try world.another()
    defer { other.close() }
    let (store, now) = (world.store, world.clock.now)
    _ = try store.receive((0..<200).map { Self.report("in\($0)", from: $0, at: now) })
    let count = Locked(0)
    @Sendable func answerAll(_ store: SendStore) throws {
      for _ in 0..<60 {
        let done = try answer(store, limit: 7)
        count.withLock { $0 += done.answered }
      }
    }
    async let first: Void = onOwnThread { try answerAll(store) }
    async let second: Void = onOwnThread { try answerAll(other) }
    _ = try await (first, second)
    #expect(count.withLock { $0 } == 200)
    let sends = try world.claim(limit: 1000).sends
    #expect(Set(sends.map(\.recipient)).count == 200 && sends.count == 200)
  }

  @Test(
    "while a worker is alive that does not know turns nobody is answered",
    arguments: Backend.allCases)
  func besideOld(backend: Backend) throws {
    let world = try StoreUnderTest(backend, besideOld: true)
    _ = try world.store.receive([Self.report("in1", at: world.clock.now)])
    #expect(try answer(world.store).seen == 0)
    try world.endOld()
    _ = try world.lease()
    #expect(try answer(world.store).answered == 1)
  }

  // MARK: Rest

  @Test(
    "what is manual and has an assistant goes back to it a day after the last message",
    arguments: Backend.allCases)
  func rest(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    _ = try world.lease()
    let (store, now) = (world.store, world.clock.now)
    _ = try store.receive(
      (0..<4).map { number in
        Self.report("in\(number)", from: number, at: now) { words in
          if number != 1 { words.charge = Charge(assistant: "helper") }
        }
      })
    for number in 0..<3 {
      _ = try store.act(.personWrote(at: now), in: id(number), by: .agent("bea"))
    }
    _ = try store.act(.switchAssistant(on: false), in: id(0), by: .agent("bea"))
    world.clock.advance(.seconds(3600))
    _ = try store.receive([Self.report("late", from: 2, at: world.clock.now)])
    world.clock.advance(.seconds(86_400 - 3601))
    #expect(try store.giveBackRested(limit: 10) == 0)
    world.clock.advance(.seconds(1))
    #expect(try store.giveBackRested(limit: 10) == 1)
    let one = try #require(try store.conversation(id(0)))
    #expect(one.standing.mode == .automatic && one.standing.isAssistantOn)
    #expect(one.standing.turn == 3)
    #expect(try store.giveBackRested(limit: 10) == 0)
    world.clock.advance(.seconds(3600))
    #expect(try store.giveBackRested(limit: 1) == 1)
    #expect(try store.conversation(id(2))?.standing.mode == .automatic)
    // Without an assistant it stays with people.
    world.clock.advance(.seconds(30 * 86_400))
    #expect(try store.giveBackRested(limit: 10) == 0)
    #expect(try store.conversation(id(1))?.standing.mode == .manual)
  }
}
