import Domain
import SendStore
import Store
import TestSupport
import Testing
import Time

/// What a campaign takes care of while it runs: hours, sight, first wave, what fails, money, and how much people get.
@Suite struct CareTests {
  private static let day = Duration.seconds(86400)

  static func other(_ name: String, group: String? = nil) -> Sender {
    Sender(
      id: SenderID(name), channel: .twilioWhatsApp, account: AccountID("AC1"),
      address: "whatsapp:+1415523\(name.utf8.count)111", tenant: Sender.main.tenant,
      budget: Sender.unlimited)
  }

  /// Why the row of that line waits.
  private func waits(_ campaign: CampaignUnderTest, _ line: Int) throws -> Waits.Code? {
    let id = SendID.ofRow(
      "to \(CampaignUnderTest.person(line))", in: campaign.id, load: 1)
    return try campaign.store.standing(of: id).waits?.code
  }

  // MARK: Hours

  @Test(
    "a place is claimed from only while it is open, up to the last moment that a post may take",
    arguments: Backend.allCases)
  func hours(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let campaign = try CampaignUnderTest(in: world, { $0.care.keepsHours = true })
    try campaign.load(
      (0..<4).map { campaign.row($0, region: "IT") }
        + (4..<6).map { campaign.row($0, region: "JP") })
    #expect(try campaign.order(.start) == .running)
    // Nobody has said yet when it is open.
    #expect(try world.claim().sends.isEmpty)
    let places = try world.store.places(of: campaign.key)
    #expect(places.map(\.region) == ["IT", "JP"])
    let now = world.clock.now
    try world.store.open(
      [
        places[0].number: now + .seconds(60)..<now + .seconds(120),
        places[1].number: now..<now + .seconds(10),
      ], of: campaign.key)
    let first = try world.claim()
    #expect(
      first.sends.map(\.recipient.text).sorted()
        == (4..<6).map { CampaignUnderTest.person($0).text })
    #expect(first.next == now + .seconds(60))
    let waiting = SendID.ofRow(
      "to \(CampaignUnderTest.person(0))", in: campaign.id, load: 1)
    #expect(try world.store.standing(of: waiting).waits?.code == .campaignQuiet)
    #expect(try world.store.standing(of: waiting).waits?.until == now + .seconds(60))
    world.clock.advance(.seconds(59))
    #expect(try world.claim().sends.isEmpty)
    world.clock.advance(.seconds(1))
    #expect(try world.claim(limit: 1).sends.count == 1)
    // What was claimed now could go out when the hour is over.
    world.clock.advance(.seconds(59))
    #expect(try world.claim().sends.isEmpty)
    // Another day.
    let later = world.clock.now
    try world.store.open([places[0].number: later..<later + .seconds(30)], of: campaign.key)
    #expect(try world.claim().sends.count == 3)
  }

  @Test("a campaign that keeps no hours waits for none", arguments: Backend.allCases)
  func noHours(backend: Backend) throws {
    let campaign = try CampaignUnderTest(in: StoreUnderTest(backend))
    try campaign.load([campaign.row(0, region: "IT"), campaign.row(1)])
    _ = try campaign.order(.start)
    #expect(try campaign.world.claim().sends.count == 2)
    // Whose country nobody knows is told by the calling code.
    #expect(try campaign.store.places(of: campaign.key).map(\.region) == ["IT", "+39"])
  }

  // MARK: Sight

  @Test("without sight nothing goes", arguments: Backend.allCases)
  func sight(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let campaign = try CampaignUnderTest(in: world, { $0.care.needsSight = true })
    try campaign.started(3)
    #expect(try world.claim().sends.isEmpty)
    try world.store.see([campaign.key], until: world.clock.now + .seconds(15))
    #expect(try world.claim(limit: 1).sends.count == 1)
    world.clock.advance(.seconds(15))
    let blind = try world.claim()
    #expect(try waits(campaign, 1) == .campaignBlind)
    #expect(blind.sends.isEmpty && blind.next != nil)
    try world.store.see([campaign.key], until: world.clock.now + .seconds(15))
    #expect(try world.claim().sends.count == 2)
  }

  // MARK: First wave

  @Test(
    "of a first wave so many go as it is large, over all lanes, and the rest once it has passed",
    arguments: Backend.allCases)
  func wave(backend: Backend) throws {
    let two = Self.other("second")
    let world = try StoreUnderTest(backend, senders: [.main, two])
    let campaign = try CampaignUnderTest(in: world, { $0.care.wave = 7 }, senders: [.main, two])
    try campaign.started(30)
    func all() throws -> Int {
      try [Sender.main, two].reduce(0) { try $0 + world.claim($1, limit: 3).sends.count }
    }
    var count = 0
    for _ in 0..<6 { count += try all() }
    #expect(count == 7)
    #expect(try world.store.care(of: campaign.key).wave == .out)
    #expect(try waits(campaign, 29) == .campaignFirstWave)
    try world.store.passWave(of: campaign.key)
    for _ in 0..<6 { count += try all() }
    #expect(count == 30)
  }

  @Test("whoever resumes a campaign that its first wave has stopped lets the rest go")
  func waveByHand() throws {
    let campaign = try CampaignUnderTest(in: StoreUnderTest(.oneMachine), { $0.care.wave = 2 })
    try campaign.started(5)
    #expect(try campaign.world.claim().sends.count == 2)
    _ = try campaign.order(.pause)
    _ = try campaign.order(.resume)
    #expect(try campaign.world.claim().sends.count == 3)
  }

  // MARK: What fails

  @Test(
    "a part that is stopped waits, the others go on, and it goes on when the campaign is resumed",
    arguments: Backend.allCases)
  func stopped(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let campaign = try CampaignUnderTest(in: world)
    let template = TemplateKey(name: "sale", language: "it").text
    try campaign.load(
      (0..<3).map { campaign.row($0, template: template, region: "IT") }
        + (3..<6).map { campaign.row($0, template: template, region: "FR") }
        + (6..<9).map { campaign.row($0, template: "other", region: "IT") })
    _ = try campaign.order(.start)
    let italy = try #require(try world.store.places(of: campaign.key).first { $0.region == "IT" })
    func stop(until: Timestamp) throws {
      try world.store.stop(
        [
          CampaignStop(
            ErrorBudget.Segment(sender: Sender.main.id, template: "sale", place: italy.number),
            cause: "131026", since: world.clock.now, until: until, reason: "too many failed")
        ], of: campaign.key)
    }
    try stop(until: .distantFuture)
    let claim = try world.claim()
    #expect(claim.sends.count == 6 && claim.next == nil)
    #expect(try world.store.stops(of: campaign.key).map(\.cause) == ["131026"])
    #expect(try waits(campaign, 0) == .campaignStopped)
    _ = try campaign.order(.resume)
    #expect(try world.claim(limit: 1).sends.count == 1)
    try stop(until: world.clock.now + .seconds(60))
    #expect(try world.claim().next == world.clock.now + .seconds(60))
    world.clock.advance(.seconds(60))
    #expect(try world.claim().sends.count == 2)
  }

  // MARK: Money

  @Test(
    "no more is claimed than is paid for, over all lanes; what failed is free again",
    arguments: Backend.allCases)
  func ceiling(backend: Backend) throws {
    let two = Self.other("second")
    let world = try StoreUnderTest(backend, senders: [.main, two])
    let campaign = try CampaignUnderTest(
      in: world,
      {
        $0.care.ceiling = 1_000_000
        $0.care.currency = "EUR"
      }, senders: [.main, two])
    try campaign.load((0..<40).map { campaign.row($0, region: $0 % 4 < 2 ? "IT" : "FR") })
    guard case .refused(let why) = try campaign.store.order(.start, campaign.id) else {
      Issue.record("it starts without a price")
      return
    }
    #expect(why.contains("what a message costs"))
    let places = try world.store.places(of: campaign.key)
    try world.store.price([places[0].number: 70_000, places[1].number: 90_000], of: campaign.key)
    #expect(try campaign.order(.start) == .running)
    var sends: [ClaimedSend] = []
    for round in 0..<12 { sends += try world.claim(round % 2 == 0 ? .main : two, limit: 2).sends }
    let money = try world.store.money(of: campaign.key)
    #expect(money.reserved <= 1_000_000 && money.reserved > 1_000_000 - 90_000)
    #expect(sends.count >= 11 && sends.count < 15)
    try world.store.release(180_000, of: campaign.key)
    var more = 0
    for round in 0..<6 {
      more += try world.claim(round % 2 == 0 ? .main : two, limit: 2).sends.count
    }
    #expect(more >= 2 && more <= 3)
    let after = try world.store.money(of: campaign.key)
    #expect(after.reserved - after.released <= 1_000_000)
  }

  @Test("one claim spends no more than is left, over all places", arguments: Backend.allCases)
  func oneClaim(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let campaign = try CampaignUnderTest(in: world, { $0.care.ceiling = 100 })
    try campaign.load((0..<20).map { campaign.row($0, region: $0 % 2 == 0 ? "IT" : "FR") })
    let places = try world.store.places(of: campaign.key)
    try world.store.price([places[0].number: 20, places[1].number: 20], of: campaign.key)
    _ = try campaign.order(.start)
    #expect(try world.claim().sends.count == 5)
    #expect(try world.store.money(of: campaign.key).reserved == 100)
    #expect(try world.claim().sends.isEmpty)
  }

  @Test(
    "who gets several rows of one campaign gets no more at once than the cap says",
    arguments: Backend.allCases)
  func capInOneClaim(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let campaign = try CampaignUnderTest(
      in: world, { $0.care.cap = FrequencyCap(2, in: Self.day) }, byRecipient: false)
    try campaign.load((0..<5).map { campaign.row($0, to: CampaignUnderTest.person(1)) })
    _ = try campaign.order(.start)
    #expect(try world.claim().sends.count == 2)
    world.clock.advance(Self.day + .seconds(1))
    #expect(try world.claim().sends.count == 2)
  }

  @Test("a message is charged once, when it arrives", arguments: Backend.allCases)
  func charged(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let campaign = try CampaignUnderTest(in: world)
    try campaign.started(2)
    let sends = try world.claim().sends
    _ = try world.store.record(
      sends.map { .of($0, .accepted(ProviderID("id-\($0.key.value)"))) })
    for state in [SendNews.Reached.sent, .delivered, .read] {
      _ = try world.store.apply(
        sends.map { send in
          CallbackReport(
            attempt: nil, providerID: ProviderID("id-\(send.key.value)"),
            provider: Sender.main.channel.provider, account: Sender.main.account,
            address: Sender.main.address, status: .wentOut(state),
            providerAt: world.clock.now.calendar,
            detail: HistoryDetail(
              json: Array(#"{"pricing":{"billable":true,"category":"marketing"}}"#.utf8)))
        })
      try campaign.publish()
    }
    let charges = try world.store.charges(of: campaign.key)
    #expect(charges.map(\.count) == [2] && charges.map(\.category) == ["marketing"])
  }

  @Test("a send that is tried again is paid for once")
  func paidOnce() throws {
    let world = try StoreUnderTest(.oneMachine)
    let campaign = try CampaignUnderTest(in: world, { $0.care.ceiling = 130 })
    try campaign.load([campaign.row(0, region: "IT")])
    let place = try #require(try world.store.places(of: campaign.key).first)
    try world.store.price([place.number: 60], of: campaign.key)
    _ = try campaign.order(.start)
    let send = try #require(try world.claim().sends.first)
    _ = try world.store.record([
      .of(send, .retry(at: world.clock.now + .seconds(1), Failure(code: "1", sentence: "Later.")))
    ])
    world.clock.advance(.seconds(2))
    #expect(try world.claim().sends.map(\.attempt) == [2])
    #expect(try world.store.money(of: campaign.key).reserved == 60)
  }

  @Test(
    "all campaigns of a tenant together spend no more in a day than they may",
    arguments: Backend.allCases)
  func dayCeiling(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let campaigns = try (0..<2).map { _ in
      try CampaignUnderTest(in: world, { $0.care.dayCeiling = 100 })
    }
    for campaign in campaigns {
      try campaign.load((0..<5).map { campaign.row($0, region: "IT") })
      let place = try #require(try world.store.places(of: campaign.key).first)
      try world.store.price([place.number: 30], of: campaign.key)
      _ = try campaign.order(.start)
    }
    #expect(try world.claim().sends.count + world.claim().sends.count == 3)
    world.clock.advance(Self.day)
    #expect(try world.claim().sends.count + world.claim().sends.count == 3)
  }

  // MARK: People

  @Test(
    "a person gets no more of the campaigns of a tenant than the cap says, from whatever lane",
    arguments: Backend.allCases)
  func cap(backend: Backend) throws {
    let two = Self.other("second")
    let world = try StoreUnderTest(backend, senders: [.main, two])
    let free = try CampaignUnderTest(in: world)
    try free.started(2)
    #expect(try world.claim().sends.count == 2)
    func capped(_ sender: Sender, expiry: Duration) throws -> CampaignUnderTest {
      let campaign = try CampaignUnderTest(
        in: world,
        {
          $0.care.cap = FrequencyCap(2, in: .seconds(3 * 86400))
          $0.expiry = expiry
        }, senders: [sender])
      try campaign.started(3)
      return campaign
    }
    world.clock.advance(Self.day)
    let first = try capped(.main, expiry: .seconds(30 * 86400))
    #expect(try world.claim().sends.count == 3)
    let short = try capped(two, expiry: .seconds(3600))
    // The third person had one message only, the other two had both.
    #expect(try world.claim(two).sends.map(\.recipient) == [CampaignUnderTest.person(2)])
    try short.publish()
    #expect(try world.store.tally(of: short.key).causes.map(\.code) == ["frequency-cap"])
    let long = try capped(two, expiry: .seconds(30 * 86400))
    #expect(try world.claim(two).sends.isEmpty)
    // Three days after the first messages there is room for another one, and for all after three days more.
    world.clock.advance(.seconds(2 * 86400 + 1))
    #expect(try world.claim(two).sends.count == 2)
    world.clock.advance(.seconds(3 * 86400))
    #expect(try world.claim(two).sends.count == 1)
    try long.publish()
    #expect(try world.store.tally(of: long.key).causes.isEmpty)
    _ = first
  }

  @Test(
    "whom a provider spares from marketing rests from it, longer each time, and gets all else",
    arguments: Backend.allCases)
  func marketing(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    func campaign(marketing: Bool) throws -> CampaignUnderTest {
      let campaign = try CampaignUnderTest(
        in: world,
        {
          $0.care.isMarketing = marketing
          $0.expiry = .seconds(30 * 86400)
        })
      try campaign.started(1)
      return campaign
    }
    func refuse() throws {
      let send = try #require(try world.claim().sends.first)
      _ = try world.store.record([
        AttemptReport(
          of: send, .failed(Failure(code: "131049", sentence: "No.")),
          postedAt: world.clock.now, answer: [], consequences: [.restFromMarketing])
      ])
    }
    _ = try campaign(marketing: true)
    try refuse()
    _ = try campaign(marketing: true)
    #expect(try world.claim().sends.isEmpty)
    // What is no marketing goes.
    _ = try campaign(marketing: false)
    try world.queue()
    #expect(try world.claim().sends.count == 2)
    world.clock.advance(Self.day - .seconds(1))
    #expect(try world.claim().sends.isEmpty)
    world.clock.advance(.seconds(1))
    try refuse()
    _ = try campaign(marketing: true)
    world.clock.advance(Self.day + .seconds(1))
    #expect(try world.claim().sends.isEmpty)
    world.clock.advance(Self.day)
    #expect(try world.claim().sends.count == 1)
  }
}
