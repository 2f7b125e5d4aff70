import Domain
import Foundation
import Platform
import SendStore
import Store
import TestSupport
import Testing
import Time

@Suite(.timeLimit(.minutes(5))) struct LaneCommandTests {
  let folder: TemporaryFolder
  let file: String
  let store: SendStore

  init() throws {
    folder = try TemporaryFolder()
    file = folder.file("settings.json5")
    try """
    {
      store: "sqlite:store.db",
      senders: [{
        id: "main", provider: "meta", phoneNumberId: "1065", accessToken: "some-token",
        appSecret: "some-secret", verifyToken: "verify",
      }],
    }
    """.write(toFile: file, atomically: true, encoding: .utf8)
    store = try SendStore(.sqlite(path: folder.file("store.db")))
    _ = try CommandTests.run(["lane", "--config", file])
  }

  private func run(_ words: String...) throws -> CommandTests.Run {
    try CommandTests.run(words + ["--config", file])
  }

  @Test("a lane is paused with a reason, shown, and resumed")
  func pause() throws {
    let paused = try run("lane", "pause", "main", "--reason", "too many complaints")
    #expect(paused.status == 0)
    #expect(paused.output.contains("too many complaints"))
    #expect(try store.laneStatus().first?.stop?.code == LaneStop.byHand)
    #expect(try run("lane").output.contains("paused"))
    #expect(try run("lane", "resume", "main").output.contains("idle"))
    #expect(try store.laneStatus().first?.stop == nil)
  }

  @Test("resuming takes back what holds a template, also for sends that come later")
  func release() throws {
    try store.define([
      Sender(id: SenderID("main"), channel: .metaWhatsApp, account: AccountID("a"), address: "1065")
    ])
    let now = try store.now()
    func take(_ offset: Int64, _ campaign: String) throws {
      let send = NewSend(
        id: .random(at: now), sender: SenderID("main"), recipient: "+393331234567", content: [1],
        campaign: campaign, template: "t", due: now, expires: now + .seconds(60))
      _ = try store.take(
        IntakeBatch(log: "log", partition: 0, from: offset, next: offset + 1, sends: [send]))
    }
    try take(0, "one")
    try store.hold(
      template: "t", of: SenderID("main"), until: now + .seconds(600), because: "paused by Meta")
    #expect(try run("lane").output.contains("paused by Meta"))
    #expect(!(try run("lane", "resume", "main").output.contains("paused by Meta")))
    try take(1, "two")
    #expect(try store.heldFlows().isEmpty)
  }

  @Test(
    "what is not there is told",
    arguments: [["lane", "pause", "other"], ["lane", "resume", "other"]])
  func unknown(words: [String]) throws {
    let run = try CommandTests.run(words + ["--config", file])
    #expect(run.status == 1)
    #expect(run.errors.contains("there is no lane other; lanes are main"))
  }

  @Test("a doubt is listed and decided by hand, once")
  func doubt() throws {
    try store.define([
      Sender(id: SenderID("main"), channel: .metaWhatsApp, account: AccountID("a"), address: "1065")
    ])
    let id = SendID.random(at: try store.now())
    let now = try store.now()
    _ = try store.take(
      IntakeBatch(
        log: "log", partition: 0, from: 0, next: 1,
        sends: [
          NewSend(
            id: id, sender: SenderID("main"), recipient: "+393331234567", content: [1], due: now,
            expires: now + .seconds(60))
        ]))
    let worker = WorkerID("w")
    let lease = try #require(try store.tendLeases(worker).held.first)
    guard
      case .claimed(let claim) = try store.claim(
        SenderID("main"), lease, worker: worker, limit: 1)
    else { throw Failed() }
    let send = try #require(claim.sends.first)
    _ = try store.record([
      AttemptReport(
        of: send,
        .inDoubt(Failure(code: "network", sentence: "Cut."), nextLook: now))
    ])
    let list = try run("doubt")
    #expect(list.output.contains(id.description))
    #expect(list.output.contains("Cut."))
    let decided = try run("doubt", "sent", id.description)
    #expect(decided.output == "\(id) is accepted\n")
    let again = try run("doubt", "fail", id.description)
    #expect(again.status == 1)
    #expect(again.errors.contains("is not in doubt, it is accepted"))
  }

  private struct Failed: Error {}
}
