import Domain
import SendStore
import TestSupport
import Testing
import Time

/// A campaign that is copied from one store to another with what is known of its people and lanes.
@Suite struct CampaignCopyTests {
  @Test(
    "a copy is claimed from as the original would be: what is spent, who opted out, who was written to",
    arguments: Backend.allCases, [(cap: nil, claimed: 5), (cap: 1, claimed: 2)] as [(Int?, Int)])
  func copy(backend: Backend, _ one: (cap: Int?, claimed: Int)) throws {
    let sender = Sender.main.with(
      Budget(rate: nil, daily: .recipients(5), pair: nil, inFlight: 1_000))
    let world = try StoreUnderTest(backend, senders: [sender])
    let earlier = try CampaignUnderTest(in: world)
    try earlier.started(3)
    #expect(try world.claim().sends.count == 3)
    let campaign = try CampaignUnderTest(
      in: world, { $0.care.cap = one.cap.map { FrequencyCap($0, in: .seconds(7 * 86400)) } })
    try campaign.load((0..<10).map { campaign.row($0, region: "IT") })
    try world.store.optOut(CampaignUnderTest.person(3), of: sender.id, .out(.everything))

    let place = try StoreUnderTest(.oneMachine, senders: [sender])
    try place.store.put(try world.store.copiedLanes())
    let terms = try world.store.care(of: campaign.key).terms
    let copy = try CampaignUnderTest(in: place, { $0.care = terms })
    var people: [PersonAddress] = []
    try world.store.copy(
      of: try campaign.now, reachedSince: world.clock.now - .seconds(7 * 86400)
    ) { rows in
      people += rows.map(\.row.recipient)
      try copy.load(rows.map(\.row), isEnd: false)
      try place.store.put(rows, of: Sender.main.tenant)
    }
    #expect(people == (0..<10).map { CampaignUnderTest.person($0) })
    try copy.load([])
    #expect(try copy.order(.start) == .running)
    // Those three are counted already, so two others have room.
    let claim = try place.claim()
    #expect(claim.sends.count == one.claimed && claim.optedOut == 1)
    #expect(try #require(claim.next) >= world.clock.now + .seconds(86400))
    #expect(!claim.sends.contains { $0.recipient == CampaignUnderTest.person(3) })
  }
}
