import Campaigns
import Domain
import Foundation
import JSON
import Platform
import SQLite
import SendStore
import Simulator
import Store
import TestSupport
import Testing
import Time

/// Rehearsals from the command line, of campaigns in a store of their own.
@Suite struct RehearseTests {
  @Test(
    "everybody is sent to once, within the limits, when the plan says, and the store stays as it was"
  )
  func whole() async throws {
    try await onOwnThread {
      let stand = try RehearsalStand()
      let id = try stand.campaign(200)
      let before = try stand.contents()
      let told = try stand.rehearse(id)
      #expect(try stand.contents() == before)
      #expect(told.number("people") == 200 && told.number("attempts") == 200)
      #expect(told.count("delivered", "read") == 200 && told.number("waiting") == 0)
      #expect(told.number("violations") == 0 && told.number("duplicates") == 0)
      let difference = try #require(told.json["differencePercent"]?.double)
      #expect(abs(difference) <= 5, "\(difference) %")
      #expect(told.json["state"]?.string == "done")
      #expect(told.json["price"]?["most"]?.string == "12.00")
      #expect(told.json["notCopied"]?.items?.isEmpty == false)
    }
  }

  @Test("what a lane has spent, and who opted out, is as it is now")
  func spent() async throws {
    try await onOwnThread {
      let stand = try RehearsalStand(
        budget: #"rate: "100/s", inFlight: 200, daily: { limit: 250, counts: "recipients" }"#)
      // A hundred of the day's recipients are used up.
      let earlier = try stand.campaign(100, from: 1000)
      #expect(try stand.send(earlier) == 100)
      let id = try stand.campaign(200)
      try stand.optOut(ofPerson: 7)
      let told = try stand.rehearse(id)
      #expect(told.number("people") == 199 && told.number("violations") == 0)
      #expect(told.counts["failed opted-out"] == 1 && told.number("waiting") == 0, "\(told)")
      let late = try told.time("finish") - told.time("start")
      #expect(late > .seconds(86_000) && late < .seconds(87_000), "\(late)")
      #expect(told.limits.contains("recipients"), "\(told.limits)")
    }
  }

  @Test("quiet hours are kept")
  func quietHours() async throws {
    try await onOwnThread {
      let stand = try RehearsalStand()
      // Italy is one or two hours ahead of UTC, so it is quiet there for one to three hours more.
      let hour = Int(try stand.store.now().microseconds / 3_600_000_000 % 24)
      func text(_ hour: Int) -> String { "\(hour % 24 < 10 ? "0" : "")\(hour % 24):00" }
      let id = try stand.campaign(
        50, #""quietHours":{"from":"\#(text(hour))","to":"\#(text(hour + 4))"}"#)
      let told = try stand.rehearse(id)
      #expect(told.number("people") == 50 && told.count("delivered", "read") == 50, "\(told)")
      let opened = try told.time("first")
      #expect(opened - (try told.time("start")) > .seconds(60 * 60), "\(told)")
      #expect(opened.microseconds % 3_600_000_000 < 1_000_000, "\(opened)")
      #expect(told.limits == ["quiet-hours"])
    }
  }

  @Test("the rest of a first wave waits until what became of it was seen")
  func firstWave() async throws {
    try await onOwnThread {
      let stand = try RehearsalStand()
      let id = try stand.campaign(200, #""firstWave":{"size":50,"wait":"10m"}"#)
      let told = try stand.rehearse(id)
      #expect(told.number("people") == 200 && told.count("delivered", "read") == 200, "\(told)")
      #expect(told.limits.contains("first-wave"), "\(told.limits)")
      let whole = try told.time("finish") - told.time("start")
      #expect(whole > .seconds(3) && whole < .seconds(60), "\(whole) \(told)")
      // While it is out nobody knows how it ends, and it does not go twice.
      try stand.begin(id)
      let run = try stand.run("rehearse", id.description)
      #expect(run.status == 65 && run.errors.contains("first wave is out"), "\(run)")
      try stand.passWave(of: id)
      let rest = try stand.rehearse(id)
      #expect(rest.number("people") == 200 && !rest.limits.contains("first-wave"), "\(rest)")
    }
  }

  @Test("what fails too often uses up the error budget, and the others wait for a person")
  func errorBudget() async throws {
    try await onOwnThread {
      let stand = try RehearsalStand()
      let budget = #""errorBudget":{"share":10,"after":20}"#
      let id = try stand.campaign(200, budget, expiry: .seconds(2 * 86_400))
      let told = try stand.rehearse(id, "template-paused@20%")
      #expect(told.events.contains { $0.contains("failed with 132015") }, "\(told.events)")
      let waiting = told.number("waiting") ?? 0
      #expect(waiting > 0 && told.counts["queued"] == waiting, "\(told)")
      #expect(told.limits.contains("lane-held") && told.number("duplicates") == 0, "\(told)")
      // Without one all of them meet it.
      let without = try stand.campaign(200, from: 200, expiry: .seconds(2 * 86_400))
      let failed = try stand.rehearse(without, "template-paused@20%")
      #expect(failed.number("waiting") == 0 && failed.number("duplicates") == 0, "\(failed)")
      #expect((failed.counts["failed 132015"] ?? 0) > (told.counts["failed 132015"] ?? 0))
    }
  }

  @Test(
    "whom campaigns wrote to lately is left alone, and who has no turn before its end gets nothing")
  func leftOut() async throws {
    try await onOwnThread {
      let stand = try RehearsalStand(budget: #"rate: "50/s", inFlight: 200"#)
      #expect(try stand.send(try stand.campaign(50)) == 50)
      let cap = #""frequencyCap":{"messages":1,"per":"7d"}"#
      let told = try stand.rehearse(
        try stand.campaign(100, cap, expiry: .seconds(86_400)))
      #expect(told.number("people") == 50 && told.counts["failed frequency-cap"] == 50, "\(told)")
      let slow = try stand.campaign(200, from: 100, #""pace":"1/s""#, expiry: .seconds(100))
      let late = try stand.rehearse(slow)
      #expect((95...105).contains(late.number("people") ?? 0), "\(late)")
      #expect(late.counts["expired expired"] == 200 - (late.number("people") ?? 0), "\(late)")
      #expect(late.limits == ["pace"] && late.json["differencePercent"] == nil)
    }
  }

  @Test("a campaign is paused before it costs more than it may")
  func ceiling() async throws {
    try await onOwnThread {
      let stand = try RehearsalStand()
      let id = try stand.campaign(200, #""maxPrice":"6.00""#)
      let told = try stand.rehearse(id)
      // A message costs 0.06.
      #expect(told.json["state"]?.string == "paused" && told.number("people") == 100, "\(told)")
      #expect(told.events.contains { $0.contains("could cost more than the 6.00") }, "\(told)")
    }
  }

  @Test("a cut of the recipients' limit makes it end a day later, and passes no limit")
  func tierCut() async throws {
    try await onOwnThread {
      let stand = try RehearsalStand()
      let id = try stand.campaign(300)
      let told = try stand.rehearse(id, "tier-cut@20%")
      #expect(told.number("people") == 300 && told.number("violations") == 0, "\(told)")
      let late = try told.time("finish") - told.time("plannedFinish")
      #expect(late > .seconds(86_000) && late < .seconds(87_000), "\(late)")
      #expect(told.limits.contains("recipients"), "\(told.limits)")
      #expect(told.events.contains { $0.contains("from 1000 to 250") }, "\(told.events)")
      // It rises again before the others come back.
      let risen = try stand.rehearse(id, "tier-cut@20%", "tier-rise@1h")
      #expect(try risen.time("finish") - risen.time("start") < .seconds(3700), "\(risen)")
      #expect(risen.number("people") == 300 && risen.number("violations") == 0, "\(risen)")
    }
  }

  @Test("an expired token stops the lane until there is a new one, and nobody is lost")
  func token() async throws {
    try await onOwnThread {
      let stand = try RehearsalStand()
      let id = try stand.campaign(200)
      let told = try stand.rehearse(id, "token-expires@30%", "token-mended@10m")
      #expect(told.count("delivered", "read") == 200, "\(told)")
      let span = try told.time("finish") - told.time("start")
      #expect(span > .seconds(600) && span < .seconds(660), "\(span)")
      #expect(told.limits.contains("lane-held") && told.number("duplicates") == 0)
    }
  }

  @Test("while nobody can be reached nothing is lost or sent twice, and it goes on afterwards")
  func outage() async throws {
    try await onOwnThread {
      let stand = try RehearsalStand(budget: #"rate: "2/s""#)
      let id = try stand.campaign(200)
      let told = try stand.rehearse(id, "provider-down@30s..2m")
      #expect(told.count("delivered", "read") == 200, "\(told)")
      #expect(told.number("duplicates") == 0 && told.number("violations") == 0)
      let late = try told.time("finish") - told.time("plannedFinish")
      #expect(late > .seconds(80) && late < .seconds(150), "\(late)")
    }
  }

  @Test("several lanes of a campaign go beside each other, Twilio's too")
  func lanes() async throws {
    try await onOwnThread {
      let stand = try RehearsalStand(senders: [
        RehearsalStand.meta, RehearsalStand.sms, RehearsalStand.service,
      ])
      let id = try stand.campaign(240)
      let told = try stand.rehearse(id)
      #expect(told.number("people") == 240 && told.count("delivered", "read") == 240, "\(told)")
      #expect(told.number("violations") == 0 && told.number("duplicates") == 0)
      let lanes = told.json["lanes"]?.items ?? []
      #expect(lanes.compactMap { $0["sent"]?.integer } == [80, 80, 80], "\(told)")
      let difference = try #require(told.json["differencePercent"]?.double)
      #expect(abs(difference) <= 5, "\(difference) %")
      // Each is paused by its own provider.
      let paused = try stand.rehearse(id, "template-paused@0s")
      #expect(paused.counts["failed 132015"] != nil, "\(paused)")
      #expect(paused.counts.keys.contains { $0.hasSuffix(" 63041") }, "\(paused)")
    }
  }

  @Test(
    "a fault that there is not is refused with the list",
    arguments: [
      ("tier-fall@10m", "token-expires, token-mended"), ("tier-cut", "such as @10m or @20%"),
      ("tier-cut@soon", "such as @10m or @20%"), ("provider-down@5m", "such as @5m..7m"),
    ])
  func unknown(fault: String, sentence: String) throws {
    let run = try CommandTests.run([
      "campaign", "rehearse", CampaignID.random(at: Timestamp(seconds: 1)).description, "--fault",
      fault,
    ])
    #expect(run.status == 64 && run.errors.contains(sentence), "\(run)")
  }
}
