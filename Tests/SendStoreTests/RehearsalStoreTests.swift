import Domain
import SendStore
import TestSupport
import Testing
import Time

/// The latest rehearsal of a campaign is kept for every process that shows it.
@Suite struct RehearsalStoreTests {
  private static let lost = "the process that ran it has ended: start it again"

  private func begin(
    _ world: StoreUnderTest, _ campaign: CampaignKey, _ faults: String...
  ) throws -> StoredRehearsal {
    try #require(try world.store.beginRehearsal(of: campaign, faults: faults))
  }

  @Test("one that runs tells how far it is, and what it came to", arguments: Backend.allCases)
  func run(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let key = try CampaignUnderTest(in: world).key
    #expect(try world.store.rehearsal(of: key) == nil)
    let one = try begin(world, key, "token-expires@10m", "tier-cut@20%")
    #expect(one.state == .running && one.faults == ["token-expires@10m", "tier-cut@20%"])
    #expect(one.started == world.clock.now && one.ended == nil && one.progress == nil)
    #expect(try world.store.rehearsal(of: key) == one)
    #expect(try world.store.beginRehearsal(of: key, faults: []) == nil)
    world.clock.advance(.seconds(20))
    let progress = RehearsalProgress(posted: 7, people: 200, at: world.clock.now + .seconds(3600))
    #expect(try world.store.beat(one, progress))
    world.clock.advance(.seconds(20))
    let seen = try #require(try world.store.rehearsal(of: key))
    #expect(seen.state == .running && seen.progress == progress && seen.report == nil)
    let report = Array(#"{"people":200}"#.utf8)
    #expect(try world.store.end(one, .done(report)))
    let done = try #require(try world.store.rehearsal(of: key))
    #expect(done.state == .done && done.report == report && done.reason.isEmpty)
    #expect(done.ended == world.clock.now && done.progress == progress)
    #expect(try !world.store.beat(one, nil))
    #expect(try !world.store.end(one, .failed("late")))
    #expect(try !world.store.stopRehearsal(of: key))
    #expect(try world.store.rehearsal(of: key) == done)
  }

  @Test("one begins anew, and a former one says nothing more", arguments: Backend.allCases)
  func anew(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let key = try CampaignUnderTest(in: world).key
    let former = try begin(world, key, "tier-cut@20%")
    #expect(
      try world.store.beat(former, RehearsalProgress(posted: 1, people: 2, at: world.clock.now)))
    #expect(try world.store.stopRehearsal(of: key))
    let stopped = try #require(try world.store.rehearsal(of: key))
    #expect(stopped.state == .failed && stopped.reason == "it was stopped")
    #expect(try !world.store.beat(former, nil))
    world.clock.advance(.seconds(1))
    let next = try begin(world, key)
    #expect(next.faults.isEmpty && next.progress == nil && next.reason.isEmpty)
    #expect(next.run == former.run + 1 && next.started == world.clock.now)
    #expect(try !world.store.beat(former, nil))
    #expect(try !world.store.end(former, .done(Array("{}".utf8))))
    #expect(try world.store.end(next, .failed(String(repeating: "x", count: 900))))
    let failed = try #require(try world.store.rehearsal(of: key))
    #expect(failed.state == .failed && failed.reason.count == 500 && failed.report == nil)
  }

  @Test(
    "one whose process is not heard of reads as failed, and makes room", arguments: Backend.allCases
  )
  func lost(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let key = try CampaignUnderTest(in: world).key
    let one = try begin(world, key)
    world.clock.advance(.seconds(30))
    #expect(try world.store.rehearsal(of: key)?.state == .running)
    #expect(try world.store.beginRehearsal(of: key, faults: []) == nil)
    world.clock.advance(.milliseconds(1))
    let seen = try #require(try world.store.rehearsal(of: key))
    #expect(seen.state == .failed && seen.reason == Self.lost && seen.ended == one.beat)
    #expect(try !world.store.stopRehearsal(of: key))
    let next = try begin(world, key)
    #expect(try world.store.rehearsal(of: key) == next)
    // The former one wakes.
    #expect(try !world.store.beat(one, nil))
  }

  @Test("each campaign has its own, which is forgotten with it", arguments: Backend.allCases)
  func forgotten(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let (first, second) = (
      try CampaignUnderTest(in: world), try CampaignUnderTest(in: world)
    )
    for campaign in [first, second] { _ = try begin(world, campaign.key) }
    try first.order(.cancel)
    world.clock.advance(.seconds(86_400))
    while try world.store.prune(before: world.clock.now).hasMore {}
    #expect(try world.store.campaign(first.id) == nil)
    #expect(try world.store.rehearsal(of: first.key) == nil)
    #expect(try world.store.rehearsal(of: second.key) != nil)
  }
}
