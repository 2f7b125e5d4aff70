import Events
import Domain
import EventLog
import Foundation
import JSON
import Platform
import SendStore
import Store
import TestSupport
import Testing
import Time

@Suite(.timeLimit(.minutes(5))) struct SendCommandTests {
  let folder: TemporaryFolder
  let file: String

  init() throws {
    folder = try TemporaryFolder()
    file = folder.file("settings.json5")
    try """
    {
      log: "embedded:log.db", store: "sqlite:store.db",
      apiKeys: ["key"],
      senders: [{
        id: "main", provider: "meta", phoneNumberId: "1065", wabaId: "10291",
        accessToken: "some-token", appSecret: "some-secret", verifyToken: "verify",
      }],
    }
    """.write(toFile: file, atomically: true, encoding: .utf8)
  }

  private func run(_ words: String...) throws -> CommandTests.Run {
    try CommandTests.run(words + ["--config", file])
  }

  private func store() throws -> SendStore {
    let store = try SendStore(.sqlite(path: folder.file("store.db")))
    try store.define([
      Sender(
        id: SenderID("main"), channel: .metaWhatsApp, account: AccountID("10291"), address: "1065")
    ])
    return store
  }

  private func queue(_ store: SendStore) throws -> SendID {
    let now = try store.now()
    let send = NewSend(
      id: .random(at: now), sender: SenderID("main"), recipient: "+393331234567",
      content: Array("{}".utf8), campaign: "spring", due: now, expires: now + .seconds(60))
    _ = try store.take(IntakeBatch(log: "log", partition: 0, from: 0, next: 1, sends: [send]))
    return send.id
  }

  @Test("one send's life is traced step by step")
  func trace() throws {
    let store = try store()
    let id = try queue(store)
    let worker = WorkerID("w")
    let lease = try #require(try store.tendLeases(worker).held.first)
    guard
      case .claimed(let claim) = try store.claim(SenderID("main"), lease, worker: worker, limit: 1)
    else {
      Issue.record("nothing was claimed")
      return
    }
    let answer = Array(#"{"messages":[{"id":"wamid.1"}]}"#.utf8)
    _ = try store.record(
      claim.sends.map {
        AttemptReport(
          of: $0, .accepted(ProviderID("wamid.1")), answer: answer)
      })
    _ = try store.apply([
      CallbackReport(
        attempt: AttemptID(id, 1), providerID: ProviderID("wamid.1"), provider: .meta,
        account: AccountID("10291"), address: "1065", status: .failed(.failed, againAfter: nil),
        code: "131026", detail: HistoryDetail(json: Array(#"{"reason":"No WhatsApp there."}"#.utf8))
      )
    ])
    let traced = try run("trace", id.description)
    #expect(traced.status == 0)
    let lines = traced.output.split(separator: "\n").map(String.init)
    for (state, place) in zip(["queued", "sending", "accepted", "failed"], lines.suffix(4)) {
      #expect(place.contains(state))
    }
    #expect(lines.last?.contains("131026: No WhatsApp there.") == true)
    #expect(traced.output.contains("wamid.1") && traced.output.contains("spring"))
    let none = try run("trace", SendID.random(at: Timestamp(seconds: 0)).description)
    #expect(none.status == 1 && none.errors.contains("there is no send"))
  }

  @Test("old sends are forgotten at once, and their number is told")
  func prune() throws {
    let store = try store()
    let id = try queue(store)
    _ = try store.cancel(id)
    try store.published(try store.unpublished(limit: 10))
    #expect(try run("prune").output == "forgot 0 sends and 0 records of the log\n")
    try String(contentsOfFile: file, encoding: .utf8)
      .replacingOccurrences(of: "apiKeys:", with: "retention: \"8d\", apiKeys:")
      .write(toFile: file, atomically: true, encoding: .utf8)
    #expect(try run("prune").status == 0)
    #expect(try store.send(id) != nil)
  }

  private func letter(_ log: EmbeddedLog) throws -> (key: String, event: CloudEvent) {
    let event = CloudEvent(
      id: "1", source: "test", type: "postrider.callback.v1", time: Timestamp(seconds: 1),
      data: Array(#"{"meaning":"never heard of"}"#.utf8))
    try log.append(
      [NewRecord(topic: .callbacks, key: "SM1", event: event)], within: .seconds(10))
    let record = try log.records(of: .callbacks).first
    let dead = DeadLetter(try #require(record), because: "no such meaning")
    try log.append([dead.event(at: Timestamp(seconds: 2))], within: .seconds(10))
    return ("SM1", event)
  }

  @Test("a dead letter is listed, shown, put back as it was, and then done with")
  func dead() throws {
    let log = try EmbeddedLog(EmbeddedLogSettings(path: folder.file("log.db")))
    let (_, event) = try letter(log)
    let row = try #require(
      try run("dead").output.split(separator: "\n").first { $0.contains("no such meaning") })
    let number = String(row.prefix { $0 != " " })
    #expect(try run("dead", "show", number).output.contains("never heard of"))
    let replayed = try run("dead", "replay", number)
    #expect(replayed.output == "\(number) is replayed\n")
    #expect(!(try run("dead", "list").output.contains(number)))
    #expect(try run("dead", "drop", number).status == 1)
    let events = try log.records(of: .callbacks, atLeast: 2).map { try $0.event() }
    #expect(events == [event, event])
  }

  @Test("a dropped letter stays dropped; what a tenant did not take goes back into its line")
  func dropAndDelivery() throws {
    let store = try store()
    let log = try EmbeddedLog(EmbeddedLogSettings(path: folder.file("log.db")))
    _ = try letter(log)
    #expect(try run("dead", "drop", "all").status == 0)
    #expect(try run("dead").output.split(separator: "\n").count == 1)
    let data = JSONWriter.object { writer in
      writer.field("reason", "the address answered 400, for a day")
      writer.field("app", "crm")
      writer.field("company", "acme")
      writer.field("delivery", "msg_1")
      writer.field("value", "{\"id\":1}")
    }
    try log.append(
      [
        NewRecord(
          topic: .deadLetters, key: "line",
          event: CloudEvent(
            id: "action/msg_1", source: "test", type: DeadLetter.type,
            time: Timestamp(seconds: 3), subject: "actions", data: data))
      ], within: .seconds(10))
    #expect(try run("dead", "replay", "all").status == 0)
    let due = try store.claimDeliveries(
      of: Tenant(app: "crm", company: "acme"), limit: 9, for: .seconds(20))
    #expect(due.map(\.line) == ["line"] && due.first?.body == Array("{\"id\":1}".utf8))
    #expect(try run("dead").output.split(separator: "\n").count == 1)
  }

  @Test("a message is taken in by a running system, and its id and state are printed")
  func send() throws {
    try String(contentsOfFile: file, encoding: .utf8)
      .replacingOccurrences(
        of: "apiKeys:",
        with: "listen: \"127.0.0.1:0\", spool: { path: \"spool.db\" }, apiKeys:"
      )
      .replacingOccurrences(
        of: "verifyToken", with: "baseURL: \"http://127.0.0.1:1/v24.0\", verifyToken"
      )
      .write(toFile: file, atomically: true, encoding: .utf8)
    let process = Process.postrider(["up", "--config", file])
    let errors = Pipe()
    process.standardError = errors
    try process.run()
    defer { process.waitUntilExit() }
    defer { process.terminate() }
    var log = ""
    while !log.contains("\"event\":\"ready\""),
      case let data = errors.fileHandleForReading.availableData, !data.isEmpty
    {
      log += String(decoding: data, as: UTF8.self)
    }
    let address = try #require(log.firstMatch(of: /127\.0\.0\.1:[0-9]+/)?.output)
    let sent = try run(
      "send", "--to", "+393331234567", "--body", "hi", "--url", "http://\(address)", "--wait",
      "queued", "--timeout", "30")
    let lines = sent.output.split(separator: "\n").map(String.init)
    #expect(sent.status == 0)
    #expect(lines.count == 2 && SendID(lines[0]) != nil && SendState(name: lines[1]) != nil)
    let refused = try run(
      "send", "--to", "12", "--body", "hi", "--url", "http://\(address)", "--timeout", "30")
    #expect(refused.status == 1 && refused.errors.contains("the API answered 422: /to"))
    let id = try #require(lines.first)
    #expect(try run("trace", id).output.contains(id))
    // The lane is paused, so what is waited for takes longer than a person likes.
    let store = try store()
    try store.stop(SenderID("main"), Failure(code: LaneStop.byHand, sentence: "checking"))
    let late = try run(
      "send", "--to", "+393331234567", "--body", "hi", "--url", "http://\(address)", "--wait",
      "delivered", "--timeout", "4")
    #expect(late.status == 1 && late.output.hasSuffix("queued\n"))
    let told = late.errors.split(separator: "\n").filter { $0.hasPrefix("waits: ") }
    #expect(told.count == 1 && told[0].hasPrefix("waits: the lane `main` is paused since"))
    try store.optOut("+393331234568", of: SenderID("main"), .out(.everything))
    try store.resume(SenderID("main"))
    let failed = try run(
      "send", "--to", "+393331234568", "--body", "hi", "--url", "http://\(address)", "--wait",
      "delivered", "--timeout", "30")
    #expect(failed.status == 1 && failed.output.hasSuffix("failed\n"))
    #expect(failed.errors.contains("failed: opted-out"))
    let followed = try run(
      "send", "--to", "+393331234568", "--body", "hi", "--url", "http://\(address)", "--follow",
      "--timeout", "30")
    let steps = followed.output.split(separator: "\n").dropFirst().map { $0.split(separator: " ") }
    #expect(
      followed.status == 1
        && steps.map { $0.dropFirst().joined(separator: " ") } == [
          "queued", "failed opted-out",
        ])
  }

  @Test("a send that is queued tells what it waits for, and one that is not there as well")
  func waits() throws {
    let store = try store()
    let id = try queue(store)
    try store.hold(
      campaign: "spring", of: SenderID("main"), until: .distantFuture, because: "checking")
    let held = "campaign `spring` is held until lifted: checking"
    #expect(try run("trace", id.description).output.contains(held))
    let shown = try run("lane", "show", "main")
    #expect(
      shown.status == 0 && shown.output.contains("all that waits is held, and first: \(held)"))
    let list = try run("lane").output
    let flow = try #require(list.split(separator: "\n").first { $0.contains("- campaign spring") })
    #expect(flow.contains("until lifted") && flow.hasSuffix("checking"))
    let none = try run("trace", SendID.random(at: Timestamp(seconds: 0)).description)
    #expect(none.errors.contains("no dispatch worker is alive"))
    #expect(try run("lane", "show", "other").errors.contains("there is no lane other"))
  }

  @Test("nobody there is told, with the exit status of what is not available")
  func nobody() throws {
    let run = try run(
      "send", "--to", "+393331234567", "--body", "hi", "--url", "http://127.0.0.1:1")
    #expect(run.status == 69)
    #expect(run.errors.contains("no answer at http://127.0.0.1:1"))
  }

  @Test(
    "says what it does not understand",
    arguments: [
      (["send"], "send needs --to"), (["send", "--to", "1"], "send needs --body or --template"),
      (
        ["send", "--to", "1", "--body", "x", "--wait", "y"],
        "--wait needs a state of a send, such as delivered"
      ),
      (["trace"], "trace needs the id of one send"), (["trace", "x"], "x is not the id of a send"),
      (["dead", "show"], "dead show needs the number of a dead letter"),
      (["dead", "drop", "x"], "x is not the number of a dead letter, such as 3/17"),
      (["prune", "now"], "prune takes no arguments"),
    ] as [([String], String)])
  func usage(words: [String], sentence: String) throws {
    let run = try CommandTests.run(words)
    #expect(run.status == 64)
    #expect(run.errors == "postrider: \(sentence)\nSee postrider --help.\n")
  }
}
