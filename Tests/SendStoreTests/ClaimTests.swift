internal import TestSupport

import Domain
import SendStore
import TestSupport
import Testing
import Time

@Suite struct ClaimTests {
  @Test("a claim takes what is due, oldest first, and nothing twice", arguments: Backend.allCases)
  func claims(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let ids = try world.queue(5)
    let first = try world.claim(limit: 3)
    #expect(first.sends.map(\.id) == Array(ids.prefix(3)))
    #expect(first.sends.allSatisfy { $0.attempt == 1 })
    #expect(first.postBy == world.clock.now + .seconds(2))
    #expect(try world.claim().sends.map(\.id) == Array(ids.suffix(2)))
    #expect(try world.claim().sends.isEmpty)
    #expect(try world.state(ids[0]) == .sending)
    let status = try #require(try world.store.laneStatus().first)
    #expect(status.inFlight == 5 && status.waiting == 0)
  }

  @Test("a worker without the lease claims nothing", arguments: Backend.allCases)
  func fencing(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    try world.queue()
    let lease = try world.lease()
    let (sender, two) = (Sender.main.id, WorkerID("two"))
    #expect(try world.store.claim(sender, lease, worker: two, limit: 1) == .fenced)
    world.clock.advance(.seconds(3))
    #expect(try world.store.claim(sender, lease, worker: world.worker, limit: 1) == .fenced)
    let newer = try #require(try world.store.tendLeases(two).held.first)
    #expect(try world.store.claim(sender, lease, worker: world.worker, limit: 1) == .fenced)
    guard case .claimed(let claim) = try world.store.claim(sender, newer, worker: two, limit: 1)
    else {
      Issue.record("the owner was fenced")
      return
    }
    #expect(claim.sends.count == 1)
  }

  @Test(
    "no span of the interval sees more than the rate, across restarts and owners",
    arguments: Backend.allCases)
  func rate(backend: Backend) throws {
    let sender = Sender.main.with(Budget(rate: Rate(4, per: .seconds(1)), daily: nil, pair: nil))
    let world = try StoreUnderTest(backend, senders: [sender])
    try world.queue(60)
    var posts: [Timestamp] = []
    var store = world.store
    let end = world.clock.now + .seconds(10)
    while world.clock.now < end {
      let lease = try #require(try store.tendLeases(world.worker).held.first)
      guard
        case .claimed(let claim) = try store.claim(
          sender.id, lease, worker: world.worker, limit: 10)
      else { throw StoreUnderTest.Unexpected(what: "fenced") }
      for send in claim.sends {
        world.clock.advance(.milliseconds(3))
        posts.append(world.clock.now)
        _ = try store.record([.accepted(send, "SM\(posts.count)", postedAt: world.clock.now)])
      }
      if posts.count == 20 { store = try world.another(senders: [sender]) }
      // What was just recorded brings the next room forward.
      if claim.sends.isEmpty { world.clock.advance(to: try #require(claim.next)) }
    }
    for (index, post) in posts.enumerated().dropFirst(4) {
      #expect(post - posts[index - 4] >= .seconds(1))
    }
    #expect(posts.count >= 36)
  }

  @Test(
    "a day's limit holds the rest until slots are a day old, and says until when",
    arguments: Backend.allCases)
  func daily(backend: Backend) throws {
    let sender = Sender.main.with(Budget(rate: nil, daily: .messages(10), pair: nil))
    let world = try StoreUnderTest(backend, senders: [sender])
    try world.queue(15) { _, send in send.expires = send.due + .seconds(7 * 86400) }
    let claim = try world.claim(limit: 100)
    #expect(claim.sends.count == 10)
    _ = try world.store.record(
      claim.sends.map { .accepted($0, "SM\($0.key.value)", postedAt: world.clock.now) })
    guard case .budget(.daily, let until?) = try world.claim().hold else {
      Issue.record("not held by the day")
      return
    }
    #expect(until >= world.clock.now + DailyLimit.length)
    world.clock.advance(to: until - .milliseconds(1))
    #expect(try world.claim().sends.isEmpty)
    world.clock.advance(to: until)
    #expect(try world.claim().sends.count == 5)
  }

  @Test(
    "a full recipients budget holds new recipients; those counted and those who wrote go on",
    arguments: Backend.allCases)
  func recipients(backend: Backend) throws {
    let sender = Sender.main.with(Budget(rate: nil, daily: .recipients(2), pair: nil))
    let world = try StoreUnderTest(backend, senders: [sender])
    let people: [PersonAddress] = [
      "+393330000001", "+393330000002", "+393330000003", "+393330000001", "+393330000004",
    ]
    _ = try world.store.receive([
      InboundReport(
        account: AccountID("AC1"), sender: sender.id, contact: people[4],
        providerID: ProviderID("SMin"), at: world.clock.now)
    ])
    try world.queue(5) { index, send in
      send.recipient = people[index]
      send.expires = send.due + .seconds(7 * 86400)
    }
    let claim = try world.claim()
    #expect(claim.sends.map(\.recipient) == [people[0], people[1], people[3], people[4]])
    let later = try world.claim()
    #expect(later.sends.isEmpty)
    guard case .budget(.recipients, let until?) = later.hold else {
      Issue.record("held by \(String(describing: later.hold))")
      return
    }
    world.clock.advance(to: until)
    #expect(try world.claim().sends.map(\.recipient) == [people[2]])
  }

  @Test("lanes of one portfolio share their recipients", arguments: Backend.allCases)
  func sharedRecipients(backend: Backend) throws {
    let budget = Budget(rate: nil, daily: .recipients(1), pair: nil)
    var one = Sender.main.with(budget)
    one.portfolio = "p"
    var two = one
    two.id = SenderID("second")
    let world = try StoreUnderTest(backend, senders: [one, two])
    try world.queue(2) { index, send in send.sender = index == 0 ? one.id : two.id }
    #expect(try world.claim(one).sends.count == 1)
    #expect(try world.claim(two).sends.isEmpty)
  }

  @Test("a pair that is spent holds that person only", arguments: Backend.allCases)
  func pairs(backend: Backend) throws {
    let sender = Sender.main.with(
      Budget(rate: nil, daily: nil, pair: Rate(1, per: .seconds(6), burst: 2)))
    let world = try StoreUnderTest(backend, senders: [sender])
    try world.queue(4) { index, send in
      send.recipient = index < 3 ? "+393330000001" : "+393330000002"
    }
    let claim = try world.claim()
    #expect(claim.sends.map(\.recipient) == ["+393330000001", "+393330000002"])
    let next = try #require(claim.next)
    world.clock.advance(to: next)
    #expect(try world.claim().sends.count == 1)
    world.clock.advance(.seconds(5))
    #expect(try world.claim().sends.isEmpty)
    world.clock.advance(.seconds(2))
    #expect(try world.claim().sends.count == 1)
  }

  @Test("in flight never passes its limit, and an answer makes room", arguments: Backend.allCases)
  func inFlight(backend: Backend) throws {
    let sender = Sender.main.with(Budget(rate: nil, daily: nil, pair: nil, inFlight: 3))
    let world = try StoreUnderTest(backend, senders: [sender])
    try world.queue(10)
    let claim = try world.claim()
    #expect(claim.sends.count == 3)
    #expect(try world.claim().hold == .budget(.inFlight, until: nil))
    _ = try world.store.record([.accepted(claim.sends[0], "SM1")])
    #expect(try world.claim().sends.count == 1)
  }

  @Test(
    "a higher priority overtakes a campaign, and campaigns share the lane",
    arguments: Backend.allCases)
  func fairness(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    try world.queue(40) { _, send in send.campaign = "big" }
    #expect(try world.claim(limit: 10).sends.count == 10)
    let small = try world.queue(10) { _, send in send.campaign = "small" }
    let code = try world.queue(1) { _, send in send.priority = 9 }
    let claim = try world.claim(limit: 11)
    #expect(claim.sends.first?.id == code.first)
    let ofSmall = claim.sends.filter { small.contains($0.id) }.count
    #expect(ofSmall == 5)
    #expect(claim.sends.count == 11)
  }

  @Test("one send at a time, two campaigns take turns", arguments: Backend.allCases)
  func turns(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let one = try world.queue(6) { _, send in send.campaign = "one" }
    let two = try world.queue(6) { _, send in send.campaign = "two" }
    let order = try (0..<6).flatMap { _ in try world.claim(limit: 1).sends.map(\.id) }
    #expect(order.filter { one.contains($0) }.count == 3)
    #expect(order.filter { two.contains($0) }.count == 3)
  }

  @Test("a held template waits alone, and says until when", arguments: Backend.allCases)
  func heldTemplate(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    try world.queue(4) { index, send in send.template = index % 2 == 0 ? "paused" : "fine" }
    let until = world.clock.now + .seconds(3 * 3600)
    try world.store.hold(
      template: "paused", of: Sender.main.id, until: until, because: "paused by Meta")
    let claim = try world.claim()
    #expect(claim.sends.count == 2)
    #expect(claim.next == until)
    world.clock.advance(to: until)
    #expect(try world.claim().sends.count == 2)
  }

  @Test(
    "a stopped lane burns nothing, and goes on when it is resumed", arguments: Backend.allCases)
  func stopped(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    try world.queue(2)
    let changes = try world.store.laneChanges()
    try world.store.stop(Sender.main.id, Failure(code: "20003", sentence: "authentication failed"))
    #expect(try world.store.laneChanges() != changes)
    guard case .stopped(let stop) = try world.claim().hold else {
      Issue.record("not stopped")
      return
    }
    #expect(stop.code == "20003" && stop.since == world.clock.now)
    #expect(try world.store.laneStatus().first?.stop == stop)
    try world.store.resume(Sender.main.id)
    #expect(try world.claim().sends.count == 2)
  }

  @Test("a held lane waits until its time", arguments: Backend.allCases)
  func heldLane(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    try world.queue()
    let until = world.clock.now + .seconds(60)
    try world.store.hold(Sender.main.id, until: until, because: "63038")
    #expect(try world.claim().hold == .held(until: until, reason: "63038"))
    world.clock.advance(to: until)
    #expect(try world.claim().sends.count == 1)
  }

  @Test("what is not due yet waits, and what has expired ends", arguments: Backend.allCases)
  func dueAndExpiry(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let ids = try world.queue(3) { index, send in
      if index == 1 { send.due = send.due + .seconds(60) }
      if index == 2 { send.expires = send.due }
    }
    let claim = try world.claim()
    #expect(claim.sends.map(\.id) == [ids[0]])
    #expect(claim.expired == 1)
    #expect(claim.next == world.clock.now + .seconds(60))
    #expect(try world.state(ids[2]) == .expired)
    world.clock.advance(.seconds(60))
    #expect(try world.claim().sends.map(\.id) == [ids[1]])
  }

  @Test("whoever opted out is not written to", arguments: Backend.allCases)
  func optOut(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    try world.store.optOut("+393330010000", of: Sender.main.id, .out(.everything))
    try world.store.optOut("+393330010001", of: Sender.main.id, .out(.marketing))
    let ids = try world.queue(3)
    let claim = try world.claim()
    #expect(claim.sends.map(\.optOut) == [.marketing, nil])
    #expect(claim.optedOut == 1)
    #expect(try world.store.send(ids[0])?.history.last?.code == "opted-out")
    #expect(try world.state(ids[0]) == .failed)
    try world.store.optOut("+393330010000", of: Sender.main.id, .backIn)
    try world.queue(1)
    #expect(try world.claim().sends.count == 1)
  }

  @Test(
    "what an owner before left unrecorded is waited for, then in doubt, never repeated by itself",
    arguments: Backend.allCases)
  func takeOver(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let ids = try world.queue(3)
    let claim = try world.claim(limit: 2)
    #expect(claim.sends.count == 2)
    // One second after its claim the worker is gone; its lease ends two seconds later.
    world.clock.advance(.seconds(1))
    _ = try world.store.tendLeases(world.worker)
    world.clock.advance(.milliseconds(500))
    try world.store.release(try world.lease())
    let two = WorkerID("two")
    try world.store.leave(world.worker)
    let lease = try #require(try world.store.tendLeases(two).held.first)
    func claimByTwo() throws -> Claim {
      guard
        case .claimed(let claim) = try world.store.claim(
          Sender.main.id, lease, worker: two, limit: 9)
      else { throw StoreUnderTest.Unexpected(what: "fenced") }
      return claim
    }
    guard case .predecessor(let until) = try claimByTwo().hold else {
      Issue.record("claimed before the deadline of its predecessor")
      return
    }
    #expect(until > claim.postBy)
    world.clock.advance(to: until)
    #expect(try claimByTwo().sends.map(\.id) == [ids[2]])
    #expect(try world.state(ids[0]) == .inDoubt)
    let status = try #require(try world.store.laneStatus().first)
    #expect(status.inDoubt == 2 && status.inFlight == 1)
    // The one who was thought gone records after all.
    let late = try world.store.record([.accepted(claim.sends[0], "SMlate")])
    #expect(late.map(\.state) == [.accepted])
    #expect(late.map(\.moved) == [true])
    #expect(try world.store.laneStatus().first?.inDoubt == 1)
    #expect(try world.store.laneStatus().first?.inFlight == 1)
  }

  @Test("budgets of an owner before count for its successor", arguments: Backend.allCases)
  func spentByPredecessor(backend: Backend) throws {
    let sender = Sender.main.with(Budget(rate: nil, daily: .messages(3), pair: nil))
    let world = try StoreUnderTest(backend, senders: [sender])
    try world.queue(5)
    #expect(try world.claim(limit: 2).sends.count == 2)
    world.clock.advance(.seconds(10))
    #expect(try world.claim(limit: 9).sends.count == 1)
  }
}
