import Domain
import SendStore
import Store
import TestSupport
import Testing
import Time

@Suite struct CampaignTests {
  @Test("a campaign of an id is made once", arguments: Backend.allCases)
  func once(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let new = NewCampaign(
      id: .derived(tenant: Sender.main.tenant, idempotencyKey: "k"), tenant: Sender.main.tenant,
      name: "one", definition: Array(#"{"a":1}"#.utf8))
    #expect(try world.store.create(new).isNew)
    var again = new
    again.name = "two"
    let found = try world.store.create(again)
    #expect(!found.isNew && found.campaign.name == "one")
    #expect(try world.store.campaigns(of: Sender.main.tenant, limit: 10).map(\.id) == [new.id])
    #expect(try world.store.campaigns(of: Tenant(app: "x", company: "y"), limit: 10).isEmpty)
    #expect(try world.store.campaigns(of: nil, limit: 10).count == 1)
  }

  @Test("nothing of it is claimed before it runs, and everything then", arguments: Backend.allCases)
  func running(backend: Backend) throws {
    let campaign = try CampaignUnderTest(in: StoreUnderTest(backend))
    let world = campaign.world
    try campaign.load((0..<10).map { campaign.row($0) }, isEnd: false)
    #expect(try world.claim().sends.isEmpty)
    try campaign.load([], isEnd: true)
    #expect(try campaign.now.state == .planned)
    #expect(try world.claim().sends.isEmpty)
    // Loading writes neither history nor events.
    #expect(try world.store.unpublishedCount() == 0)
    #expect(try campaign.order(.start) == .running)
    #expect(try world.claim(limit: 4).sends.count == 4)
    #expect(try campaign.order(.pause) == .paused)
    #expect(try world.claim().sends.isEmpty)
    #expect(try campaign.order(.resume) == .running)
    #expect(try world.claim().sends.count == 6)
    let told = try world.store.unpublished(limit: 100).entries
    #expect(told.count == 10)
    #expect(told.allSatisfy { $0.change.state == .sending && $0.change.version == 1 })
    #expect(told.allSatisfy { $0.campaign == campaign.id.description })
  }

  @Test("one that is started while it loads runs once it is loaded", arguments: Backend.allCases)
  func startedEarly(backend: Backend) throws {
    let campaign = try CampaignUnderTest(in: StoreUnderTest(backend))
    #expect(try campaign.order(.start) == .loading)
    try campaign.load([campaign.row(1)])
    #expect(try campaign.now.state == .running)
    let changes = try campaign.store.changes(of: campaign.key)
    #expect(changes.map(\.state) == [.loading, .running])
  }

  @Test("one without recipients does not start", arguments: Backend.allCases)
  func empty(backend: Backend) throws {
    let campaign = try CampaignUnderTest(in: StoreUnderTest(backend))
    try campaign.load([])
    #expect(
      try campaign.store.order(.start, campaign.id) == .refused("the campaign has no recipients"))
  }

  @Test("the same row again changes nothing", arguments: Backend.allCases, [true, false])
  func replayed(backend: Backend, byRecipient: Bool) throws {
    let campaign = try CampaignUnderTest(in: StoreUnderTest(backend), byRecipient: byRecipient)
    let rows = (1...20).map { campaign.row($0) }
    #expect(try campaign.load(rows, isEnd: false) == CampaignLoaded(new: 20))
    #expect(try campaign.load(rows, isEnd: false) == CampaignLoaded(folded: 20))
    #expect(try campaign.load(rows) == CampaignLoaded(folded: 20))
    #expect(try campaign.load(rows) == CampaignLoaded(ignored: 20))
    #expect(try campaign.now.rows == 20)
    _ = try campaign.order(.start)
    #expect(try campaign.world.claim().sends.count == 20)
  }

  @Test(
    "another line with the same person is a duplicate, told once with both lines",
    arguments: Backend.allCases)
  func duplicates(backend: Backend) throws {
    let campaign = try CampaignUnderTest(in: StoreUnderTest(backend))
    let rows = [
      campaign.row(2), campaign.row(3, to: CampaignUnderTest.person(2)), campaign.row(4),
    ]
    try campaign.load(rows, isEnd: false)
    try campaign.load(rows + [campaign.row(9, to: CampaignUnderTest.person(4))])
    let now = try campaign.now
    #expect(now.rows == 2 && now.duplicates == 2)
    let faults = try campaign.store.faults(of: campaign.key, load: 1, limit: 10)
    #expect(faults.map(\.line) == [3, 9])
    #expect(
      faults.first?.detail
        == "the person of line 3 is in line 2 already, which is the one that counts")
  }

  @Test("where each row is a message, one person may have several", arguments: Backend.allCases)
  func byRow(backend: Backend) throws {
    let campaign = try CampaignUnderTest(in: StoreUnderTest(backend), byRecipient: false)
    try campaign.load((1...3).map { campaign.row($0, to: CampaignUnderTest.person(1)) })
    let now = try campaign.now
    #expect(now.rows == 3 && now.duplicates == 0)
  }

  @Test("an upload that begins anew takes the place of the one before", arguments: Backend.allCases)
  func anew(backend: Backend) throws {
    let campaign = try CampaignUnderTest(in: StoreUnderTest(backend))
    try campaign.load((1...700).map { campaign.row($0) }, isEnd: false)
    #expect(try campaign.store.beginUpload(campaign.id)?.load == 2)
    // What was still on its way counts no more.
    #expect(try campaign.load([campaign.row(701)], load: 1) == CampaignLoaded(ignored: 1))
    try campaign.load((1...5).map { campaign.row($0) }, load: 2)
    #expect(try campaign.now.rows == 5)
    _ = try campaign.order(.start)
    #expect(try campaign.world.claim().sends.count == 5)
    var swept = 0
    while case let count = try campaign.store.sweep(campaign.id, limit: 500), count > 0 {
      swept += count
    }
    #expect(swept == 700)
    #expect(try campaign.world.count("sends") == 5)
    #expect(try campaign.world.count("contents") == 5)
    #expect(try campaign.world.count("campaign_sends") == 5)
    // Once it has started it is not loaded again.
    #expect(try campaign.store.beginUpload(campaign.id) == nil)
  }

  @Test("of two who upload at once the second is told", arguments: Backend.allCases)
  func uploads(backend: Backend) throws {
    let campaign = try CampaignUnderTest(in: StoreUnderTest(backend))
    let fault = CampaignFault(line: 7, number: 0, field: "to", reason: "recipient", detail: "no")
    func save(over version: Int64) throws -> UploadSaved {
      try campaign.store.saveUpload(
        Array("{}".utf8), of: campaign.key, load: 1, over: version, faults: [fault])
    }
    #expect(try save(over: 0) == .saved(version: 1))
    #expect(try save(over: 0) == .elsewhere)
    #expect(try save(over: 1) == .saved(version: 2))
    #expect(try campaign.store.faults(of: campaign.key, load: 1, limit: 10) == [fault])
  }

  @Test(
    "while a worker is alive that knows no campaigns nothing is taken in",
    arguments: Backend.allCases)
  func besideOld(backend: Backend) throws {
    let campaign = try CampaignUnderTest(in: StoreUnderTest(backend, besideOld: true))
    #expect(throws: StoreError.self) { try campaign.load([campaign.row(1)]) }
    try campaign.world.endOld()
    _ = try campaign.world.lease()
    #expect(try campaign.load([campaign.row(1)]).new == 1)
  }

  @Test(
    "what is canceled ends at once for every reader, and leaves its queues in parts",
    arguments: Backend.allCases)
  func canceled(backend: Backend) throws {
    let campaign = try CampaignUnderTest(in: StoreUnderTest(backend))
    let world = campaign.world
    try campaign.started(30)
    let claimed = try world.claim(limit: 2).sends
    _ = try world.store.record([.accepted(claimed[0], "SM0")])
    // The other comes back into the queue, with a history that goes on.
    let failure = Failure(code: "1", sentence: "Later.")
    _ = try world.store.record([.of(claimed[1], .retry(at: world.clock.now, failure))])
    guard case .done(let now, let underWay) = try world.store.order(.cancel, campaign.id) else {
      Issue.record("it was not canceled")
      return
    }
    #expect(now.state == .canceled && underWay == 0)
    #expect(try world.claim().sends.isEmpty)
    let unclaimed = SendID.ofRow("to \(CampaignUnderTest.person(20))", in: campaign.id, load: 1)
    #expect(try world.state(unclaimed) == .canceled)
    #expect(try world.store.sweep(campaign.id, limit: 10) == 10)
    while try world.store.sweep(campaign.id, limit: 10) > 0 {}
    #expect(try world.count("queue") == 0)
    #expect(try world.state(unclaimed) == .canceled)
    #expect(try world.state(claimed[1].id) == .canceled)
    #expect(try world.store.send(unclaimed)?.history.isEmpty == true)
    #expect(try world.store.laneStatus().first?.waiting == 0)
    try campaign.publish()
    #expect(try campaign.counts() == [.accepted: 1, .canceled: 1])
    #expect(try campaign.counts() == campaign.scan())
    #expect(try world.store.openCampaigns().isEmpty)
  }

  @Test(
    "counts are what a look at every send gives, whatever it went through",
    arguments: Backend.allCases)
  func counted(backend: Backend) throws {
    let campaign = try CampaignUnderTest(in: StoreUnderTest(backend))
    let world = campaign.world
    try campaign.started(60)
    let failure = Failure(code: "131026", sentence: "No.")
    var round = 0
    while round < 4 {
      let sends = try world.claim(limit: 20).sends
      let results = sends.enumerated().map { place, send -> AttemptReport in
        switch (place + round) % 5 {
        case 0: .of(send, .failed(failure))
        case 1: .of(send, .retry(at: world.clock.now, failure))
        case 2: .of(send, .inDoubt(failure, nextLook: .distantFuture))
        default: .accepted(send, "SM-\(send.id)-\(send.attempt)")
        }
      }
      _ = try world.store.record(results)
      if round % 2 == 0 { try campaign.publish() }
      var callbacks: [CallbackReport] = []
      for (send, result) in zip(sends, results) {
        guard case .accepted(let id) = result.result else { continue }
        let status: CallbackReport.Status =
          switch callbacks.count % 3 {
          case 0: .wentOut(.delivered)
          case 1: .failed(.undelivered, againAfter: nil)
          default: .wentOut(.sent)
          }
        callbacks.append(
          .about(send.id, attempt: send.attempt, providerID: id.text, status))
      }
      _ = try world.store.apply(callbacks)
      // Delivered beats failed, so counts go back as well.
      let read = callbacks.prefix(4).compactMap { report in
        report.attempt.map {
          CallbackReport.about(
            $0.send, attempt: $0.number, providerID: report.providerID.text, .wentOut(.read))
        }
      }
      _ = try world.store.apply(read)
      round += 1
    }
    try campaign.publish()
    let scan = try campaign.scan()
    #expect(scan.count >= 5)
    #expect(try campaign.counts() == scan)
    let tally = try campaign.store.tally(of: campaign.key)
    #expect(tally.items.allSatisfy { $0.segment == "+39" && $0.count > 0 })
    #expect(tally.causes.first { $0.code == "131026" }?.count == scan[.failed])
  }

  @Test("what is published twice is counted once", arguments: Backend.allCases)
  func publishedTwice(backend: Backend) throws {
    let campaign = try CampaignUnderTest(in: StoreUnderTest(backend))
    try campaign.started(5)
    _ = try campaign.world.claim()
    let changes = try campaign.store.unpublished(limit: 100)
    try campaign.store.published(changes)
    try campaign.store.published(changes)
    #expect(try campaign.counts() == [.sending: 5])
  }

  @Test(
    "two campaigns of one sender share it evenly, however many flows each has",
    arguments: Backend.allCases)
  func fairness(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let one = try CampaignUnderTest(in: world)
    let two = try CampaignUnderTest(in: world)
    try one.load((0..<400).map { one.row($0, template: "t\($0 % 8)") })
    try two.load((0..<400).map { two.row($0) })
    _ = try one.order(.start)
    // One at a time, and many: whoever comes later does not make up for what it missed.
    for _ in 0..<40 { _ = try world.claim(limit: 1) }
    _ = try two.order(.start)
    var (first, second) = (0, 0)
    for limit in Array(repeating: 1, count: 40) + Array(repeating: 10, count: 20) {
      for send in try world.claim(limit: limit).sends {
        if send.campaign == one.key { first += 1 } else { second += 1 }
      }
    }
    #expect(first + second == 240)
    #expect(abs(first - second) <= 24, "\(first) and \(second)")
  }

  @Test("a reply goes at once, whatever a campaign has waiting", arguments: Backend.allCases)
  func reply(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let campaign = try CampaignUnderTest(in: world)
    try campaign.started(300)
    for _ in 0..<10 { _ = try world.claim(limit: 10) }
    let reply = try world.queue()[0]
    #expect(try world.claim(limit: 2).sends.map(\.id).contains(reply))
  }

  @Test(
    "a share of the lane leaves the rest of it to others", arguments: Backend.allCases, [25, 50])
  func share(backend: Backend, share: Int) throws {
    let sender = Sender.main.with(
      Budget(rate: Rate(80, per: .seconds(1)), daily: nil, pair: nil, inFlight: 1_000_000))
    let world = try StoreUnderTest(backend, senders: [sender])
    let campaign = try CampaignUnderTest(in: world, { $0.share = share }, senders: [sender])
    try campaign.started(1000)
    try world.queue(1000)
    var (own, others) = (0, 0)
    let start = world.clock.now
    while world.clock.now - start < .seconds(10) {
      let sends = try world.claim(sender).sends
      own += sends.count { $0.campaign != nil }
      others += sends.count { $0.campaign == nil }
      _ = try world.store.record(
        sends.map { .accepted($0, "SM-\($0.id)", postedAt: world.clock.now) })
      world.clock.advance(.milliseconds(20))
    }
    let all = 800
    #expect(abs(own - all * share / 100) <= all * 2 / 100 + 20 * share / 100, "\(own)")
    #expect(own + others >= 760, "\(own) and \(others)")
  }

  @Test("a pace is kept over all of its lanes", arguments: Backend.allCases)
  func pace(backend: Backend) throws {
    var other = Sender.main
    other.id = SenderID("other")
    other.address = "whatsapp:+14155230000"
    let world = try StoreUnderTest(backend, senders: [.main, other])
    let campaign = try CampaignUnderTest(
      in: world,
      {
        $0.pace = Rate(600, per: .seconds(60))
        $0.lanes = 2
      }, senders: [.main, other])
    try campaign.started(500)
    var count = 0
    for _ in 0..<200 {
      for sender in [Sender.main, other] { count += try world.claim(sender).sends.count }
      world.clock.advance(.milliseconds(100))
    }
    #expect((195...212).contains(count), "\(count) in 20 s at 10 a second")
  }

  @Test("its sends are over when it is", arguments: Backend.allCases)
  func expiry(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let campaign = try CampaignUnderTest(in: world, { $0.expiry = .seconds(60) })
    try campaign.load([campaign.row(1), campaign.row(2)])
    // However long it stood before: the time begins with the start.
    world.clock.advance(.seconds(3600))
    _ = try campaign.order(.start)
    let send = try #require(try world.claim(limit: 1).sends.first)
    #expect(send.expires == world.clock.now + .seconds(60))
    world.clock.advance(.seconds(60))
    let claim = try world.claim()
    #expect(claim.sends.isEmpty && claim.expired == 1)
  }

  @Test(
    "another is made of what did not arrive, and never of what is in doubt",
    arguments: Backend.allCases, ["not-delivered", "131026"])
  func source(backend: Backend, outcome: String) throws {
    let world = try StoreUnderTest(backend)
    let former = try CampaignUnderTest(in: world)
    try former.load((0..<40).map { former.row($0, template: "t\($0 % 3)") })
    _ = try former.order(.start)
    let sends = try world.claim().sends
    _ = try world.store.record(
      sends.enumerated().map { place, send -> AttemptReport in
        switch place % 4 {
        case 0: .of(send, .failed(Failure(code: "131026", sentence: "No.")))
        case 1: .of(send, .failed(Failure(code: "131049", sentence: "No.")))
        case 2: .of(send, .inDoubt(Failure(code: "1", sentence: "?"), nextLook: .distantFuture))
        default: .accepted(send, "SM\(place)")
        }
      })
    let next = try CampaignUnderTest(in: world, { $0.source = former.key })
    let wanted = try #require(CampaignOutcome(outcome))
    var rounds = 0
    while !(try world.store.loadFromSource(
      next.id, wanted, priority: 0, limit: 7,
      { row in
        CampaignBatch.Row(
          line: 0, sender: row.sender, recipient: row.recipient, content: row.content,
          template: row.template)
      }))
    { rounds += 1 }
    #expect(rounds > 3)
    let now = try next.now
    #expect(now.state == .planned)
    #expect(now.rows == (outcome == "131026" ? 10 : 20))
    #expect(CampaignOutcome("in-doubt") == nil && CampaignOutcome("queued") == nil)
  }
}
