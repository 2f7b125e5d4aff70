import Domain
import EventLog
import Events
import Foundation
import JSON
import TestSupport
import Testing
import Time

@testable import postrider

@Suite(.timeLimit(.minutes(5))) struct EventsCommandTests {
  let folder: TemporaryFolder
  let file: String

  init() throws {
    folder = try TemporaryFolder()
    file = folder.file("settings.json5")
    try write(listen: "127.0.0.1:0")
  }

  private func write(listen: String, log: String = "embedded:log.db", more: String = "") throws {
    try """
    {
      listen: "\(listen)", log: "\(log)", \(more) store: "sqlite:store.db",
      spool: { path: "spool.db" },
      apiKeys: ["key"],
      senders: [{
        id: "main", provider: "meta", phoneNumberId: "1065", wabaId: "10291",
        accessToken: "some-token", appSecret: "some-secret", verifyToken: "verify",
      }],
    }
    """.write(toFile: file, atomically: true, encoding: .utf8)
  }

  private static let start = Timestamp(seconds: 1_800_000_000)

  private func change(
    _ id: String, _ state: String = "sent", hours: Int = 0, to: String = "+393331234567"
  ) -> NewRecord {
    NewRecord(
      topic: .messages, key: "one",
      event: CloudEvent(
        id: id, source: "test", type: MessageEvent.type,
        time: Self.start + .seconds(hours * 3600),
        data: JSONWriter.object { writer in
          writer.field("id", id)
          writer.field("state", state)
          writer.field("sender", "main")
          writer.field("to", to)
        }))
  }

  private func append(_ records: NewRecord...) throws {
    let log = try EmbeddedLog(EmbeddedLogSettings(path: folder.file("log.db")))
    defer { log.close(within: .seconds(10)) }
    try log.append(records, within: .seconds(20))
  }

  private func ids(_ text: String) throws -> [String] {
    try text.split(separator: "\n").map { line in
      try #require(try JSONDocument(Array(line.utf8)).root["id"]?.string)
    }
  }

  /// `events tail` with all that it prints.
  private struct Tail {
    let process: Process
    let output: SaidText
    let errors: SaidText
  }

  private func tail(_ words: String..., output pipe: Pipe = Pipe()) throws -> Tail {
    let process = Process.postrider(["events", "tail", "--config", file] + words)
    let errors = Pipe()
    (process.standardOutput, process.standardError) = (pipe, errors)
    let tail = Tail(process: process, output: SaidText(pipe), errors: SaidText(errors))
    try process.run()
    #expect(tail.errors.text(until: "Listening").contains("Listening"))
    return tail
  }

  @Test(
    "tail tells what it was asked for, goes on after the system was away, and ends when told to")
  func follow() async throws {
    try await onOwnThread {
      let system = try RunningPostrider(settings: file)
      defer { system.end() }
      let listener = try tail(
        "--url", "http://\(system.address)", "--state", "sent,read", "--masked")
      defer { listener.process.end() }
      try append(change("a"), change("b", "delivered"), change("c", "read"))
      #expect(try ids(listener.output.text(until: "\"c\"")) == ["a", "c"])
      system.end()
      #expect(listener.errors.text(until: "goes on").contains("goes on where it was"))
      try append(change("d", "queued"), change("e"))
      try write(listen: system.address)
      let again = try RunningPostrider(settings: file)
      defer { again.end() }
      let text = listener.output.text(until: "\"e\"")
      #expect(try ids(text) == ["a", "c", "e"])
      #expect(!text.contains("39333123") && text.contains("+393•••••••67"))
      listener.process.end(by: SIGINT)
      #expect(listener.process.terminationStatus == 0)
      #expect(listener.process.terminationReason == .exit)
    }
  }

  @Test("tail whose reader has gone ends by itself")
  func brokenPipe() async throws {
    try await onOwnThread {
      let system = try RunningPostrider(settings: file)
      defer { system.end() }
      let process = Process.postrider([
        "events", "tail", "--config", file, "--url", "http://\(system.address)",
      ])
      let (output, errors) = (Pipe(), Pipe())
      (process.standardOutput, process.standardError) = (output, errors)
      let said = SaidText(errors)
      try process.run()
      defer { process.end() }
      #expect(said.text(until: "Listening").contains("Listening"))
      try output.fileHandleForReading.close()
      try append(change("a"))
      process.waitUntilExit()
      #expect(process.terminationStatus == 0)
      #expect(process.terminationReason == .exit)
    }
  }

  @Test("tail says why it is refused, and that nobody is there")
  func refused() async throws {
    try await onOwnThread {
      let system = try RunningPostrider(settings: file)
      defer { system.end() }
      let url = "http://\(system.address)"
      let refused = try CommandTests.run([
        "events", "tail", "--config", file, "--url", url, "--sender", "nobody",
      ])
      #expect(refused.status == 1)
      #expect(refused.errors.contains("/sender must be ids of your senders"))
      system.end()
      let away = try CommandTests.run(["events", "tail", "--config", file, "--url", url])
      #expect(away.status == 69 && away.errors.contains("no answer at"))
    }
  }

  @Test(
    "export writes what has its time between the two, whatever its place in the log",
    arguments: Backend.allCases)
  func export(backend: Backend) async throws {
    try await onOwnThread {
      let place = try TestLog(backend, in: folder)
      try write(
        listen: "127.0.0.1:0", log: place.settingsText.log, more: place.settingsText.more)
      let log = try place.open()
      // The last one was late.
      let records = [
        change("a"), change("b", hours: 2), change("c", "read", hours: 4), change("d", hours: 6),
        change("late", hours: 3),
      ]
      try log.append(records, within: .seconds(20))
      log.close(within: .seconds(10))
      let (since, until) = (Self.start + .seconds(7200), Self.start + .seconds(6 * 3600))
      func export(_ words: String...) throws -> CommandTests.Run {
        try CommandTests.run(["events", "export", "--config", file] + words)
      }
      let some = try export("--since", "\(since)", "--until", "\(until)")
      #expect(some.status == 0, "\(some.errors)")
      #expect(try ids(some.output) == ["b", "c", "late"])
      #expect(some.errors == "")
      let all = try export("--since", "2020-01-01T00:00:00Z", "--state", "sent", "--masked")
      #expect(try ids(all.output) == ["a", "b", "d", "late"])
      #expect(all.errors.contains("no events of messages before \(Self.start)"))
      #expect(!all.output.contains("+393331234567"))
      let out = folder.file("events.ndjson")
      let written = try export("--since", "\(since)", "--out", out)
      #expect(written.output.contains("4 events are in \(out)"))
      #expect(try ids(String(contentsOfFile: out, encoding: .utf8)) == ["b", "c", "d", "late"])
      let none = try export("--since", "\(since)", "--topics", "inbound")
      #expect(none.status == 0 && none.output == "")
      #expect(none.errors == "The log has no events of inbound.\n")
    }
  }

  @Test(
    "what the events command cannot use is named",
    arguments: [
      ([], "events needs tail or export"), (["fly"], "events needs tail or export"),
      (["tail", "now"], "events takes one word, tail or export"),
      (["tail", "--since", "1h"], "events tail takes no --since"),
      (["export"], "events export needs --since"),
      (["export", "--url", "http://h"], "events export takes no --url"),
      (
        ["export", "--since", "yesterday"],
        "--since must be a time such as 2026-11-28T00:00:00Z, or how long ago, such as 12h"
      ),
      (
        ["tail", "--topics", "sends"],
        "--topics must be some of messages, inbound, conversations, campaigns, with commas between them"
      ),
      (
        ["export", "--since", "1h", "--sender", "nobody"],
        "--sender must be ids of your senders, with commas between them"
      ),
    ] as [([String], String)])
  func usage(arguments: [String], sentence: String) throws {
    let run = try CommandTests.run(["events", "--config", file] + arguments)
    #expect(run.status == 64)
    #expect(run.errors == "postrider: \(sentence)\nSee postrider --help.\n")
  }

  @Test("an export that cannot be written leaves no file")
  func unwritable() throws {
    try append(change("a"))
    let run = try CommandTests.run([
      "events", "export", "--config", file, "--since", "2020-01-01T00:00:00Z", "--out",
      folder.file("nowhere/events"),
    ])
    #expect(run.status == 1 && run.errors.contains("cannot be written: No such file"))
  }
}

@Suite struct ServerEventReaderTests {
  @Test("a stream is read the same wherever it was cut")
  func cuts() throws {
    let text =
      ": \nid: p-0\n\nid: p-1\ndata: {\"a\": 1}\n\nid: p-2\r\nevent: gap\r\ndata:{}\r\n\r\ndata: x\ndata: y\n\n: \n\nid: half"
    let expected = [
      ServerEvent(id: "p-0"), ServerEvent(id: "p-1", data: Array("{\"a\": 1}".utf8)),
      ServerEvent(id: "p-2", name: "gap", data: Array("{}".utf8)),
      ServerEvent(data: Array("x\ny".utf8)),
    ]
    let bytes = Array(text.utf8)
    for cut in 0...bytes.count {
      var reader = ServerEventReader()
      let seen = try reader.take(Array(bytes[..<cut])) + reader.take(Array(bytes[cut...]))
      #expect(seen == expected, "cut at \(cut)")
    }
  }

  @Test("what never ends is given up", arguments: ["data: ", "data: x\n"])
  func bound(part: String) {
    var reader = ServerEventReader(atMost: 1000)
    #expect(throws: ServerEventReader.TooLong.self) {
      for _ in 0..<1000 { _ = try reader.take(Array(part.utf8)) }
    }
  }

  @Test(
    "numbers of people are shown in part, wherever they stand, and ids are not touched",
    arguments: [
      (#"{"to":"+393331234567","id":"1"}"#, #"{"to":"+393•••••••67","id":"1"}"#),
      (#"{"contact":"whatsapp:+393331234567"}"#, #"{"contact":"whatsapp:+393•••••••67"}"#),
      (#"{"waId":"12345"}"#, #"{"waId":"•••"}"#),
      (#"{"contact":"IT.BSUID"}"#, #"{"contact":"IT.BSUID"}"#),
      (
        #"{"raw":{"From":"+393331234567"},"cards":[{"phones":[{"number":"+3933312345"}]}]}"#,
        #"{"cards":[{"phones":[{"number":"+393•••••45"}]}]}"#
      ),
      (
        #"{"reaction":{"to":"wamid.HBg"},"n":[1,-2.5,true,null]}"#,
        #"{"reaction":{"to":"wamid.HBg"},"n":[1,-2.5,true,null]}"#
      ),
    ])
  func masked(line: String, expected: String) throws {
    let masked = try #require(MaskedEvent.line(Array(line.utf8)))
    #expect(String(decoding: masked, as: UTF8.self) == expected)
  }
}
