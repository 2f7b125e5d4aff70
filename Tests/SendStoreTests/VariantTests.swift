import Domain
import SendStore
import Store
import TestSupport
import Testing
import Time

/// Rows that get the best of a campaign's messages once it is known.
@Suite struct VariantTests {
  private func row(_ campaign: CampaignUnderTest, _ line: Int, isRest: Bool) -> CampaignBatch.Row {
    var row = campaign.row(
      line, template: isRest ? "" : "first", variant: isRest ? VariantShares.rest : 1)
    if isRest { row.others = (2...3).map { Array("{\"body\":\"row \(line) of \($0)\"}".utf8) } }
    return row
  }

  private func world(_ backend: Backend) throws -> CampaignUnderTest {
    let campaign = try CampaignUnderTest(in: StoreUnderTest(backend), { $0.care.isTest = true })
    try campaign.load((0..<10).map { row(campaign, $0, isRest: $0 >= 4) })
    return campaign
  }

  private func bodies(_ sends: [ClaimedSend]) -> Set<String> {
    Set(sends.map { String(decoding: $0.content.json, as: UTF8.self) })
  }

  private func settle(_ campaign: CampaignUnderTest, on variant: Int) throws -> Int {
    var rounds = 0
    while try campaign.store.settle(try campaign.now, on: variant, template: "best", limit: 4) {
      rounds += 1
    }
    return rounds
  }

  @Test(
    "the rest waits until the best message is known, and gets that one",
    arguments: Backend.allCases,
    [1, 3])
  func rest(backend: Backend, best: Int) throws {
    let campaign = try world(backend)
    _ = try campaign.order(.start)
    #expect(try campaign.world.claim().sends.count == 4)
    let waiting = SendID.ofRow("to \(CampaignUnderTest.person(9))", in: campaign.id, load: 1)
    #expect(try campaign.store.standing(of: waiting).waits?.code == .campaignBestMessage)
    #expect(try campaign.store.choose(best, of: campaign.key, because: "read more"))
    // The first word stands.
    #expect(try !campaign.store.choose(2, of: campaign.key, because: "by hand"))
    #expect(try campaign.store.test(of: campaign.key)?.winner?.variant == best)
    #expect(try campaign.store.test(of: campaign.key)?.winner?.reason == "read more")
    #expect(try settle(campaign, on: best) == 2)
    let sends = try campaign.world.claim().sends
    #expect(
      bodies(sends)
        == Set(
          (4..<10).map { line in
            best == 1 ? #"{"to":"x","body":"row \#(line)"}"# : #"{"body":"row \#(line) of 3"}"#
          }))
    #expect(try campaign.world.count("choices") == 0)
    try campaign.publish()
    let tally = try campaign.store.tally(of: campaign.key)
    #expect(Set(tally.items.map(\.variant)) == [1, VariantShares.rest + best])
    #expect(Set(tally.items.map(\.template)) == ["first", "best"])
  }

  @Test("a part that has its message waits until all of its queue has", arguments: Backend.allCases)
  func half(backend: Backend) throws {
    let campaign = try world(backend)
    _ = try campaign.order(.start)
    #expect(try campaign.world.claim().sends.count == 4)
    #expect(try campaign.store.settle(try campaign.now, on: 2, template: "best", limit: 4))
    #expect(try campaign.world.claim().sends.isEmpty)
    #expect(try campaign.store.settle(try campaign.now, on: 2, template: "best", limit: 4))
    #expect(try campaign.world.claim().sends.count == 6)
  }

  @Test("a hold of the best message's template holds the rest", arguments: Backend.allCases)
  func hold(backend: Backend) throws {
    let campaign = try world(backend)
    _ = try campaign.order(.start)
    #expect(try campaign.world.claim().sends.count == 4)
    let until = campaign.world.clock.now + .seconds(600)
    try campaign.store.hold(
      template: "best", of: Sender.main.id, until: until, because: "paused")
    _ = try settle(campaign, on: 2)
    #expect(try campaign.world.claim().sends.isEmpty)
    campaign.world.clock.advance(.seconds(600))
    #expect(try campaign.world.claim().sends.count == 6)
  }

  @Test("another upload, and a cancel, leave nothing to choose from", arguments: Backend.allCases)
  func swept(backend: Backend) throws {
    let campaign = try world(backend)
    _ = try campaign.store.beginUpload(campaign.id)
    while try campaign.store.sweep(campaign.id, limit: 4) > 0 {}
    #expect(try campaign.world.count("choices") == 0)
    try campaign.load((0..<10).map { row(campaign, $0, isRest: true) }, load: 2)
    #expect(try campaign.world.count("choices") == 20)
    _ = try campaign.order(.cancel)
    while try campaign.store.sweep(campaign.id, limit: 4) > 0 {}
    #expect(try campaign.world.count("choices") == 0)
  }

  @Test(
    "who was left out on purpose is told only where that is asked for", arguments: Backend.allCases)
  func heldOut(backend: Backend) throws {
    let campaign = try CampaignUnderTest(in: StoreUnderTest(backend))
    let person = CampaignUnderTest.person(1)
    _ = try campaign.store.saveUpload(
      [], of: campaign.key, load: 1, over: 0,
      faults: [
        .heldOut(person, at: 2),
        CampaignFault(line: 3, number: 0, field: "to", reason: "no-recipient", detail: "is empty"),
      ])
    func lines(_ reason: String) throws -> [Int] {
      try campaign.store.faults(of: campaign.key, load: 1, reason: reason, limit: 10).map(\.line)
    }
    #expect(try lines("") == [3])
    #expect(try lines("held-out") == [2])
    #expect(try lines("no-recipient") == [3])
    #expect(
      try campaign.store.faults(of: campaign.key, load: 1, reason: "held-out", limit: 1).map(
        \.detail)
        == [person.text])
  }

  // MARK: Senders

  @Test(
    "who knows one of the senders gets it from that one, the latest first",
    arguments: Backend.allCases)
  func acquainted(backend: Backend) throws {
    let senders = [Sender.main, CareTests.other("second"), CareTests.other("third")]
    let stranger = CareTests.other("elsewhere")
    let world = try StoreUnderTest(backend, senders: senders + [stranger])
    let campaign = try CampaignUnderTest(in: world, senders: senders)
    func writes(_ line: Int, to sender: Sender, _ change: OptOutChange? = nil) throws {
      world.clock.advance(.seconds(1))
      _ = try world.store.receive([
        InboundReport(
          account: sender.account, sender: sender.id, contact: CampaignUnderTest.person(line),
          providerID: ProviderID("\(line) \(sender.id) \(world.clock.now)"), at: world.clock.now,
          optOut: change)
      ])
    }
    // Those of line 0, 3, 6 were drawn for the first sender.
    try writes(0, to: senders[1])
    try writes(3, to: senders[1])
    try writes(3, to: senders[2])
    try writes(6, to: senders[2])
    try writes(6, to: senders[1], .out(.everything))
    try writes(9, to: stranger)
    try campaign.load((0..<12).map { campaign.row($0) })
    #expect(try campaign.load([campaign.row(0)]).folded == 0)
    _ = try campaign.order(.start)
    func people(_ sender: Sender) throws -> Set<PersonAddress> {
      Set(try world.claim(sender).sends.map(\.recipient))
    }
    func lines(_ lines: Int...) -> Set<PersonAddress> {
      Set(lines.map { CampaignUnderTest.person($0) })
    }
    #expect(try people(senders[0]) == lines(9))
    // The one of line 6 has opted out there.
    #expect(try people(senders[1]) == lines(0, 1, 4, 7, 10))
    #expect(try people(senders[2]) == lines(2, 3, 5, 8, 11))
  }
}
