import Domain
import SendStore
import TestSupport
import Testing
import Time

@Suite struct SearchTests {
  static let other: Sender = {
    var sender = Sender.main
    sender.id = SenderID("other")
    sender.address = "whatsapp:+15550000"
    sender.tenant = Tenant(app: "crm", company: "other")
    return sender
  }()

  /// All pages of a query, and how long each was.
  private func pages(
    _ query: SendQuery, by limit: Int, in store: SendStore
  ) throws -> (ids: [SendID], sizes: [Int]) {
    var (ids, sizes): ([SendID], [Int]) = ([], [])
    var cursor: SendCursor?
    repeat {
      let page = try #require(try store.search(query, after: cursor, limit: limit))
      ids += page.sends.map(\.id)
      sizes.append(page.sends.count)
      // As a caller carries it.
      cursor = try page.next.map { try #require(SendCursor($0.text)) }
    } while cursor != nil && sizes.count < 100
    return (ids, sizes)
  }

  @Test(
    "sends are found by recipient, campaign and state, page by page, each once",
    arguments: Backend.allCases)
  func search(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let spring = try world.queue(7) { index, send in
      send.campaign = "spring"
      send.recipient = index.isMultiple(of: 2) ? "+391" : "+392"
      send.priority = index % 3
    }
    let plain = try world.queue(3) { _, send in send.recipient = "+391" }
    let store = world.store
    let toFirst = [0, 2, 4, 6].map { spring[$0] } + plain
    #expect(
      try pages(SendQuery(recipient: "+391"), by: 3, in: store).ids == toFirst.reversed())
    let campaign = try pages(SendQuery(campaign: "spring"), by: 3, in: store)
    #expect(campaign.ids.count == 7 && Set(campaign.ids) == Set(spring))
    let queued = try pages(SendQuery(state: .queued), by: 4, in: store)
    #expect(queued.ids.count == 10 && Set(queued.ids) == Set(spring + plain))
    let both = try pages(SendQuery(recipient: "+391", campaign: "spring"), by: 1, in: store)
    #expect(Set(both.ids) == Set([0, 2, 4, 6].map { spring[$0] }) && both.ids.count == 4)
    #expect(try store.search(SendQuery(campaign: "winter"), limit: 5)?.sends.isEmpty == true)
  }

  @Test("all of some senders' are found, the newest first", arguments: Backend.allCases)
  func newest(backend: Backend) throws {
    let world = try StoreUnderTest(backend, senders: [.main, Self.other])
    let sends = try world.queue(7) { index, send in
      if index.isMultiple(of: 2) { send.sender = Self.other.id }
      send.recipient = index < 3 ? "+391" : "+392"
    }
    var query = SendQuery()
    #expect(!query.isSearchable)
    query.senders = [Self.other.id]
    let all = [6, 4, 2, 0].map { sends[$0] }
    for size in [1, 3, 50] {
      #expect(try pages(query, by: size, in: world.store).ids == all)
    }
    query.senders = [Self.other.id, Sender.main.id]
    #expect(try pages(query, by: 2, in: world.store).ids == sends.reversed())
    query.senders = [Self.other.id]
    query.recipient = "+391"
    #expect(try pages(query, by: 2, in: world.store).ids == [sends[2], sends[0]])
    query.senders = []
    #expect(try pages(query, by: 2, in: world.store).ids.isEmpty)
  }

  @Test("sends are found by each state they can be searched by", arguments: Backend.allCases)
  func states(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    try world.queue(5)
    let sends = try world.claim().sends
    let store = world.store
    #expect(try pages(SendQuery(state: .sending), by: 2, in: store).ids == sends.map(\.id))
    let failure = Failure(code: "63016", sentence: "Outside the window.")
    _ = try store.record([
      .of(sends[0], .failed(failure)), .of(sends[1], .failed(failure)),
      .of(sends[2], .inDoubt(failure, nextLook: world.clock.now)), .accepted(sends[3], "SM3"),
      .of(sends[4], .failed(failure)),
    ])
    #expect(
      try pages(SendQuery(state: .failed), by: 2, in: store).ids
        == [sends[4].id, sends[1].id, sends[0].id])
    #expect(try pages(SendQuery(state: .inDoubt), by: 2, in: store).ids == [sends[2].id])
    #expect(try pages(SendQuery(state: .sending), by: 2, in: store).ids == [])
    // Delivered beats failed: it is not among those that failed any more.
    _ = try store.apply([.about(sends[1].id, providerID: "SM1", .wentOut(.delivered))])
    #expect(
      try pages(SendQuery(state: .failed), by: 2, in: store).ids == [sends[4].id, sends[0].id])
    let found = try #require(
      try store.search(SendQuery(providerID: ProviderID("SM3")), limit: 5)?.sends.first)
    #expect(found.id == sends[3].id && found.providerID == ProviderID("SM3"))
    #expect(found.state == .accepted && found.progress.attemptsMade == 1)
    #expect(
      try store.search(SendQuery(providerID: ProviderID("SM3"), state: .failed), limit: 5)?.sends
        .isEmpty == true)
    #expect(try store.search(SendQuery(state: .delivered), limit: 5) == nil)
    #expect(try store.providerIDs(of: sends[3].id).map(\.id) == [ProviderID("SM3")])
  }

  @Test("a tenant finds its own sends and nobody else's", arguments: Backend.allCases)
  func tenants(backend: Backend) throws {
    let world = try StoreUnderTest(backend, senders: [.main, Self.other])
    let sends = try world.queue(6) { index, send in
      send.sender = index.isMultiple(of: 2) ? Sender.main.id : Self.other.id
      (send.recipient, send.campaign) = ("+391", "spring")
    }
    for query in [
      SendQuery(recipient: "+391"), SendQuery(campaign: "spring"), SendQuery(state: .queued),
    ] {
      var own = query
      own.tenant = Self.other.tenant
      #expect(
        Set(try pages(own, by: 2, in: world.store).ids) == Set([sends[1], sends[3], sends[5]]))
      own.tenant = Tenant(app: "crm", company: "nobody")
      #expect(try pages(own, by: 2, in: world.store).ids.isEmpty)
    }
  }

  @Test(
    "one page looks at a bounded number of rows, and the search goes on after it",
    arguments: Backend.allCases)
  func bound(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let sends = try world.queue(4100) { index, send in
      (send.recipient, send.campaign) = ("+391", index == 0 ? "rare" : "")
    }
    let found = try pages(SendQuery(recipient: "+391", campaign: "rare"), by: 50, in: world.store)
    #expect(found.ids == [sends[0]])
    #expect(found.sizes.count == 3)
  }

  @Test(
    "a cursor of another query, or of nobody's, is not taken",
    arguments: ["q1.2.3", "r1.2", "x1", "c1"])
  func foreignCursor(text: String) throws {
    let world = try StoreUnderTest(.oneMachine)
    let cursor = try #require(SendCursor(text))
    #expect(try world.store.search(SendQuery(recipient: "+391"), after: cursor, limit: 5) == nil)
  }

  @Test("pruned sends are found no more", arguments: Backend.allCases)
  func pruned(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let ids = try world.queue(3) { _, send in (send.campaign, send.recipient) = ("spring", "+391") }
    for id in ids { _ = try world.store.cancel(id) }
    try world.store.published(try world.store.unpublished(limit: 100))
    world.clock.advance(.seconds(86400))
    _ = try world.store.prune(before: world.clock.now)
    for query in [
      SendQuery(campaign: "spring"), SendQuery(recipient: "+391"), SendQuery(state: .canceled),
    ] {
      let page = try #require(try world.store.search(query, limit: 1))
      #expect(page.sends.isEmpty && page.next == nil)
    }
  }
}
