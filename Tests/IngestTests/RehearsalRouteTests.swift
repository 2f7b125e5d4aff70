import Campaigns
import Domain
import Foundation
import HTTP
import Ingest
import JSON
import Platform
import Running
import SendStore
import Store
import TestSupport
import Testing
import Time

@testable import API

/// Rehearsals over the API, of a process that plays one.
@Suite struct RehearsalRouteTests {
  /// A rehearsal that goes on until it is told how it ends, or is not wanted.
  private final class Play: Sendable {
    let asked = Locked<[[String]]>([])
    let result = Locked<RehearsalResult?>(nil)
    let progress = Locked<RehearsalProgress?>(nil)

    var rehearse: Rehearse {
      { [self] _, faults, goesOn in
        asked.withLock { $0.append(faults.map(\.text)) }
        while goesOn(progress.withLock { $0 }) {
          if let result = result.withLock({ $0 }) { return result }
          pause(for: .milliseconds(10))
        }
        return .failed("it was stopped")
      }
    }
  }

  private struct World {
    let play = Play()
    let stand: IngestStand
    let stock: StockedStore

    init(isRehearsing: Bool = true) throws {
      stand = try IngestStand(publicURL: nil, rehearse: isRehearsing ? play.rehearse : nil)
      stock = try StockedStore(stand)
    }

    func campaign(sender: String = "twilio") throws -> StoredCampaign {
      let store = stock.store
      let made = try store.create(
        NewCampaign(
          id: .random(at: try store.now()), tenant: Tenant(app: "crm", company: "acme"),
          name: "autumn",
          definition: Array(
            "{\"name\":\"autumn\",\"senders\":[\"\(sender)\"],\"message\":{\"body\":\"Hi\"}}".utf8))
      )
      let row = CampaignBatch.Row(
        line: 1, sender: SenderID(sender), recipient: PersonAddress("+393331234567"),
        content: Array(#"{"to":"+393331234567","body":"Hi"}"#.utf8), template: "")
      _ = try store.load([
        CampaignBatch(
          campaign: made.campaign.id, load: 1, due: try store.now(), rows: [row], isEnd: true)
      ])
      return try #require(try store.campaign(made.campaign.id))
    }

    func call(
      _ method: String, _ campaign: StoredCampaign, _ body: String = "", key: String = "admin-key"
    ) async throws -> IngestStand.Answer {
      try await stand.call(
        method, "/api/campaigns/\(campaign.id)/rehearsal", SendTests.bearer(key), Array(body.utf8))
    }

    /// Once that is so of what is shown.
    func shown(
      _ campaign: StoredCampaign, once isSo: (JSONValue) -> Bool
    ) async throws -> JSONValue {
      let end = RunningTime.now + .seconds(60)
      while true {
        let json = try await call("GET", campaign).json
        if isSo(json) || end.hasPassed { return json }
        try await Task.sleep(for: .milliseconds(20))
      }
    }
  }

  @Test("it is asked for, shows how far it is, and what it came to")
  func whole() async throws {
    let world = try World()
    let campaign = try world.campaign()
    let before = try await world.call("GET", campaign)
    #expect(before.status == 200 && before.text == #"{"state":"none"}"#)
    let at = Timestamp(seconds: 1_900_000_000)
    world.play.progress.withLock { $0 = RehearsalProgress(posted: 5, people: 9, at: at) }
    let begun = try await world.call("POST", campaign, #"{"faults":["tier-cut@20%"]}"#)
    #expect(begun.status == 202, "\(begun.text)")
    #expect(try begun.json["state"]?.string == "running")
    #expect(try begun.json["startedAt"]?.string != nil)
    let running = try await world.shown(campaign) { $0["progress"] != nil }
    #expect(running["progress"]?["posted"]?.integer == 5)
    #expect(running["progress"]?["people"]?.integer == 9)
    #expect(running["progress"]?["at"]?.string == at.description)
    #expect(running["endedAt"] == nil && running["reason"] == nil && running["report"] == nil)
    #expect(running["faults"]?.items?.compactMap(\.string) == ["tier-cut@20%"])
    #expect(world.play.asked.withLock { $0 } == [["tier-cut@20%"]])
    world.play.result.withLock { $0 = .done(Array(#"{"people":9}"#.utf8)) }
    let done = try await world.shown(campaign) { $0["state"]?.string == "done" }
    #expect(done["state"]?.string == "done" && done["report"]?["people"]?.integer == 9)
    #expect(done["endedAt"]?.string != nil && done["reason"] == nil)
    // A tenant sees its own; another's key finds none.
    #expect(try await world.call("GET", campaign, key: "acme-reader").status == 200)
    #expect(try await world.call("GET", campaign, key: "beta-reader").status == 404)
    #expect(try await world.call("POST", campaign, key: "acme-reader").status == 403)
    #expect(try await world.call("DELETE", campaign, key: "reader-key").status == 403)
  }

  @Test("one that fails says why")
  func failed() async throws {
    let world = try World()
    let campaign = try world.campaign()
    world.play.result.withLock { $0 = .failed("there is no plan of the campaign") }
    #expect(try await world.call("POST", campaign).status == 202)
    let failed = try await world.shown(campaign) { $0["state"]?.string == "failed" }
    #expect(failed["reason"]?.string == "there is no plan of the campaign")
    #expect(failed["report"] == nil)
  }

  @Test("one of a campaign and one of a process runs at a time, until it is stopped")
  func one() async throws {
    let world = try World()
    let (first, second) = (try world.campaign(), try world.campaign())
    #expect(try await world.call("DELETE", first).status == 409)
    #expect(try await world.call("POST", first).status == 202)
    let again = try await world.call("POST", first)
    #expect(again.status == 409 && again.text.contains("runs already"), "\(again.text)")
    let other = try await world.call("POST", second)
    #expect(other.status == 503 && other.text.contains("one runs at a time"), "\(other.text)")
    #expect(other.headers.first(named: "Retry-After") != nil)
    #expect(try await world.call("GET", second).text == #"{"state":"none"}"#)
    let stopped = try await world.call("DELETE", first)
    #expect(stopped.status == 200)
    #expect(try stopped.json["state"]?.string == "failed")
    #expect(try stopped.json["reason"]?.string == "it was stopped")
    // The process that runs it hears of that within about a second.
    let end = RunningTime.now + .seconds(60)
    var status = 503
    while status == 503, !end.hasPassed {
      status = try await world.call("POST", second).status
      if status == 503 { try await Task.sleep(for: .milliseconds(50)) }
    }
    #expect(status == 202)
    #expect(try await world.shown(first) { _ in true }["reason"]?.string == "it was stopped")
  }

  @Test(
    "what cannot be rehearsed, and what cannot be asked for, is refused with the command's words")
  func refused() async throws {
    let world = try World()
    let campaign = try world.campaign()
    let bad = try await world.call("POST", campaign, #"{"faults":["tier-cut@20%","tier-cut"]}"#)
    #expect(bad.status == 422 && bad.text.contains("/faults/1"), "\(bad.text)")
    #expect(bad.text.contains("such as @10m or @20%"))
    let unknown = try await world.call("POST", try world.campaign(sender: "gone"))
    #expect(unknown.status == 409 && unknown.text.contains("gone"), "\(unknown.text)")
    _ = try world.stock.store.order(.cancel, campaign.id)
    let canceled = try await world.call("POST", campaign)
    #expect(
      canceled.status == 409 && canceled.text.contains("The campaign is canceled: one is rehearsed")
    )
    #expect(world.play.asked.withLock { $0 }.isEmpty)
    let without = try World(isRehearsing: false)
    let none = try await without.call("POST", try without.campaign())
    #expect(none.status == 501 && none.text.contains("No campaign can be rehearsed here"))
  }

  @Test("where its process is stopped it says so")
  func closed() async throws {
    let world = try World()
    let campaign = try world.campaign()
    #expect(try await world.call("POST", campaign).status == 202)
    try await onOwnThread { world.stand.listener.drain(within: .seconds(1)) }
    let ended = try #require(try world.stock.store.rehearsal(of: campaign.key))
    #expect(ended.state == .failed)
    #expect(ended.reason == "the process that ran it was stopped: start it again")
  }

  /// After so many seconds: what the store said, or that it said nothing; then whether it is asked half a second later,
  /// and whether the rehearsal goes on by then.
  @Test(
    "it tells once a second that it is there, and gives up once it is taken for lost",
    arguments: [
      ([(0.0, true)], 0.5, false, true), ([(0, true)], 1, true, true),
      ([(0, false)], 0.5, false, false), ([(0, true), (1, nil)], 1.5, false, true),
      ([(0, true), (1, nil)], 29.9, true, true),
      ([(0, true), (1, nil), (29, nil)], 30, true, false),
      ([(0, true), (25, true), (26, nil)], 54, true, true), ([], 29.9, true, true),
      ([], 30, true, false),
    ] as [([(Double, Bool?)], Double, Bool, Bool)])
  func beats(said: [(Double, Bool?)], then: Double, isDue: Bool, goesOn: Bool) {
    let start = RunningTime(microseconds: 1_000_000_000)
    func time(_ seconds: Double) -> RunningTime { start + .milliseconds(Int64(seconds * 1000)) }
    var beats = RehearsalBeats(start: start)
    #expect(beats.isDue(at: start))
    for (seconds, isWanted) in said {
      if let isWanted {
        beats.told(isWanted: isWanted, at: time(seconds))
      } else {
        beats.failed(at: time(seconds))
      }
    }
    #expect(beats.isDue(at: time(then)) == isDue && beats.goesOn(at: time(then)) == goesOn)
  }
}
