import Domain
import Platform
import SendStore
import Store
import TestSupport
import Testing
import Time

/// What people write is kept in conversations, and what was written for a former turn is not sent.
@Suite struct ConversationStoreTests {
  private static let person = PersonAddress("+393330010000")

  private static func report(
    _ id: String, from person: PersonAddress = person, at time: Timestamp, kind: String = "text",
    words: String = "Hello", name: String? = nil, waID: String? = nil, userID: String? = nil,
    original: String? = nil, changedTo: PersonAddress? = nil
  ) -> InboundReport {
    var report = InboundReport(
      account: Sender.main.account, sender: Sender.main.id, contact: person,
      providerID: ProviderID(id), at: time, waID: waID)
    report.words = InboundWords(
      kind: kind, words: words, original: original.map { ProviderID($0) },
      content: Array("{}".utf8), received: time, profileName: name, userID: userID,
      changedTo: changedTo)
    return report
  }

  private func all(_ world: StoreUnderTest) throws -> [StoredConversation] {
    try world.store.conversations(ConversationQuery(), limit: 100).page
  }

  @Test(
    "a first message makes a contact and a conversation, and each is kept once",
    arguments: Backend.allCases)
  func first(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let now = world.clock.now
    let message = Self.report("in1", at: now, name: "Anna", waID: "393330010000")
    #expect(try world.store.receive([message, message]) == [true, false])
    #expect(try world.store.receive([message]) == [false])
    let one = try #require(try all(world).first)
    #expect(try all(world).count == 1)
    #expect(one.name == "Anna" && one.address == Self.person && one.preview == "Hello")
    #expect(one.standing.unread == 1 && one.standing.mode == .automatic && one.due == now)
    #expect(
      one.id == ConversationID(of: Sender.main.id, with: Self.person, tenant: Sender.main.tenant))
    let contact = try #require(try world.store.person(one.person))
    #expect(
      contact.identities == [
        Identity(.number, Self.person.text), Identity(.whatsApp, "393330010000"),
      ])
    let timeline = try world.store.timeline(of: one, limit: 10)
    #expect(timeline.page.map(\.providerID) == [ProviderID("in1")] && timeline.next == nil)
  }

  @Test(
    "messages stand in the order in which they were written, however they come",
    arguments: Backend.allCases)
  func order(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let now = world.clock.now
    for (id, seconds) in [("c", 30), ("a", 10), ("b", 20)] {
      _ = try world.store.receive([
        Self.report(id, at: now + .seconds(seconds), words: "words \(id)")
      ])
    }
    let one = try #require(try all(world).first)
    #expect(one.preview == "words c" && one.standing.unread == 3)
    #expect(one.standing.inbound == now + .seconds(30))
    var ids: [String] = []
    var place: TimelinePlace? = .end
    while let from = place {
      let page = try world.store.timeline(of: one, before: from, limit: 2)
      ids += page.page.compactMap(\.providerID?.text)
      place = page.next
    }
    #expect(ids == ["c", "b", "a"])
  }

  @Test(
    "a reaction, an edit and a message taken back are kept, and ask for no answer",
    arguments: Backend.allCases, ["reaction", "edit", "revoke"])
  func apart(backend: Backend, kind: String) throws {
    let world = try StoreUnderTest(backend)
    let now = world.clock.now
    _ = try world.store.receive([Self.report("in1", at: now)])
    _ = try world.store.receive([
      Self.report("in2", at: now + .seconds(5), kind: kind, words: "", original: "in1")
    ])
    let one = try #require(try all(world).first)
    #expect(one.standing.unread == 1 && one.preview == "Hello")
    #expect(try world.store.timeline(of: one, limit: 10).page.count == 2)
  }

  @Test(
    "somebody is known by each of their ids, also by the number that they change to",
    arguments: Backend.allCases)
  func identities(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let (now, hidden) = (world.clock.now, PersonAddress("IT.1234567890"))
    let new = PersonAddress("+393339999999")
    _ = try world.store.receive([
      Self.report("in1", at: now, name: "Anna", userID: hidden.text),
      Self.report("in2", from: hidden, at: now + .seconds(1), words: "Hidden"),
      Self.report(
        "in3", at: now + .seconds(2), kind: "system", words: "", changedTo: new),
      Self.report("in4", from: new, at: now + .seconds(3), words: "New number", name: "Anna B"),
    ])
    let found = try all(world)
    #expect(found.count == 1)
    #expect(found.first?.name == "Anna B" && found.first?.address == new)
    #expect(found.first?.standing.unread == 3)
    let timeline = try world.store.timeline(of: try #require(found.first), limit: 10)
    #expect(timeline.page.compactMap(\.providerID?.text) == ["in4", "in3", "in2", "in1"])
  }

  @Test("whatever strangers write is kept, within bounds", arguments: Backend.allCases)
  func strange(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let long = "a\0b" + String(repeating: "é", count: 20_000)
    _ = try world.store.receive([
      Self.report("in1", at: world.clock.now, kind: "te\0xt", words: long, name: "An\0na")
    ])
    let one = try #require(try all(world).first)
    #expect(one.name == "An\u{FFFD}na" && one.preview.hasPrefix("a\u{FFFD}bé"))
    guard
      case .inbound(let kind, let words, _, _) = try world.store.timeline(of: one, limit: 1)
        .page.first?.what
    else {
      Issue.record("no message")
      return
    }
    #expect(kind == "te\u{FFFD}xt" && words.count == 10_000)
  }

  @Test("conversations are found by what they are", arguments: Backend.allCases)
  func queries(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let now = world.clock.now
    for number in 0..<6 {
      _ = try world.store.receive([
        Self.report(
          "in\(number)", from: PersonAddress("+39333001000\(number)"),
          at: now + .seconds(number))
      ])
    }
    let found = try all(world)
    #expect(found.map(\.address.text.last) == ["5", "4", "3", "2", "1", "0"])
    func act(_ act: ConversationAct, _ place: Int) throws {
      _ = try world.store.act(act, in: found[place].id, by: .agent("bea"))
    }
    try act(.archive, 0)
    try act(.setMode(.manual), 1)
    try act(.assign(agent: "bea"), 2)
    try act(.read, 3)
    func places(_ change: (inout ConversationQuery) -> Void) throws -> [Int] {
      var query = ConversationQuery(of: Sender.main.tenant)
      change(&query)
      var (places, place): ([Int], ConversationPlace?) = ([], nil)
      repeat {
        let (page, next) = try world.store.conversations(query, after: place, limit: 2)
        places += page.compactMap { one in found.firstIndex { $0.id == one.id } }
        place = next
      } while place != nil
      return places
    }
    #expect(try places { _ in } == [1, 2, 3, 4, 5])
    #expect(try places { $0.isArchived = true } == [0])
    #expect(try places { $0.mode = .manual } == [1])
    #expect(try places { $0.agent = "bea" } == [2])
    #expect(try places { $0.isUnread = false } == [3])
    #expect(try places { $0.tenant = Tenant(app: "other", company: "x") } == [])
  }

  // MARK: Turns

  private func queue(
    _ world: StoreUnderTest, _ count: Int, in conversation: ConversationID, turn: Int64?
  ) throws -> [SendID] {
    try world.queue(count) { _, send in
      send.recipient = Self.person
      send.conversation = ConversationSend(
        in: conversation, by: "assistant ann", unlessTurn: turn)
    }
  }

  @Test(
    "what was written for a former turn is canceled, and what had been claimed is told",
    arguments: Backend.allCases)
  func takeOver(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    _ = try world.store.receive([Self.report("in1", at: world.clock.now)])
    let one = try #require(try all(world).first)
    let sends = try queue(world, 5, in: one.id, turn: 0)
    let free = try queue(world, 1, in: one.id, turn: nil)
    let claimed = try world.claim(limit: 2).sends
    let taken = try #require(
      try world.store.act(.personWrote(at: world.clock.now), in: one.id, by: .agent("bea")))
    #expect(taken.conversation.standing.mode == .manual && taken.conversation.standing.turn == 1)
    let bound = Set(claimed.map(\.id)).intersection(sends)
    #expect(Set(taken.canceled) == Set(sends).subtracting(bound))
    #expect(Set(taken.underWay.map(\.send)) == bound)
    #expect(try world.store.stillUnderWay(taken.underWay).count == bound.count)
    // What another author wrote goes all the same, and nothing else.
    #expect(try world.claim().sends.map(\.id) + claimed.map(\.id).filter { $0 == free[0] } == free)
    // A send of the former turn that comes only now, and one of this turn.
    let late = try queue(world, 1, in: one.id, turn: 0)
    let next = try queue(world, 1, in: one.id, turn: 1)
    #expect(try world.claim().sends.map(\.id) == next)
    #expect(try world.store.send(late[0])?.progress.state == .canceled)
    #expect(try world.store.send(late[0])?.history.last?.code == "turn-taken")
    world.clock.advance(SendStore.postSpan + .milliseconds(1))
    #expect(try world.store.stillUnderWay(taken.underWay).isEmpty)
  }

  @Test("what is for no conversation that there is goes nowhere", arguments: Backend.allCases)
  func nowhere(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let id = ConversationID(of: Sender.main.id, with: Self.person, tenant: Sender.main.tenant)
    let sends = try queue(world, 1, in: id, turn: 0)
    #expect(try world.claim().sends.isEmpty)
    #expect(try world.store.send(sends[0])?.progress.state == .canceled)
  }

  @Test(
    "what failed and is due again goes no more once somebody has taken over",
    arguments: Backend.allCases)
  func again(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    _ = try world.store.receive([Self.report("in1", at: world.clock.now)])
    let one = try #require(try all(world).first)
    let sends = try queue(world, 1, in: one.id, turn: 0)
    let claimed = try world.claim().sends
    let taken = try #require(
      try world.store.act(.setMode(.manual), in: one.id, by: .agent("bea")))
    #expect(taken.underWay.map(\.send) == sends)
    // The answer may have been lost.
    let again = try #require(
      try world.store.act(.setMode(.manual), in: one.id, by: .agent("bea")))
    #expect(again.underWay == taken.underWay && again.canceled.isEmpty)
    _ = try world.store.record(
      claimed.map {
        AttemptReport(
          of: $0, .retry(at: world.clock.now, Failure(code: "503", sentence: "Later.")),
          postedAt: world.clock.now)
      })
    #expect(try world.store.stillUnderWay(taken.underWay).isEmpty)
    #expect(try world.claim().sends.isEmpty)
    #expect(try world.store.send(sends[0])?.progress.state == .canceled)
  }

  @Test(
    "whoever takes over while claims go on is told of all that was claimed, and nothing more is",
    arguments: Backend.allCases)
  func race(backend: Backend) async throws {
    let world = try StoreUnderTest(backend)
    _ = try world.store.receive([Self.report("in1", at: world.clock.now)])
    let one = try #require(try all(world).first)
    let other = try world.another()
    defer { other.close() }
    for turn in 0..<Int64(60) {
      let sends = Set(try queue(world, 4, in: one.id, turn: turn))
      let (found, led) = (Locked<[SendID]>([]), Locked<TurnTaken?>(nil))
      let lease = try world.lease(.main)
      let (store, worker, now) = (world.store, world.worker, world.clock.now)
      async let claims: Void = onOwnThread {
        for _ in 0..<5 {
          let result = try store.claim(Sender.main.id, lease, worker: worker, limit: 1)
          guard case .claimed(let claim) = result else { continue }
          found.withLock { $0 += claim.sends.map(\.id) }
        }
      }
      async let acts: Void = onOwnThread {
        let taken = try other.act(.personWrote(at: now), in: one.id, by: .agent("bea"))
        led.withLock { $0 = taken }
      }
      _ = try await (claims, acts)
      let (claimed, taken) = (
        Set(found.withLock { $0 }), try #require(led.withLock { $0 })
      )
      let passed = Set(taken.underWay.map(\.send))
      #expect(claimed.isSubset(of: sends) && claimed.isSubset(of: passed))
      #expect(Set(taken.canceled).isDisjoint(with: claimed))
      #expect(Set(taken.canceled).union(passed) == sends)
      #expect(try world.claim().sends.isEmpty)
      world.clock.advance(.seconds(3))
    }
  }
}
