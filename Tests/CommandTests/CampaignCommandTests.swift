import Domain
import Foundation
import JSON
import Platform
import Simulator
import TestSupport
import Testing
import Time

/// Whole campaigns from the command line, by a whole system against the simulator.
@Suite(.timeLimit(.minutes(5))) struct CampaignCommandTests {
  private final class World {
    static let nobody = "+393330000007"

    let simulator: Simulator
    let folder: TemporaryFolder
    private let running: RunningPostrider
    private let file: String

    init() throws {
      var world = SimulatorSettings()
      world.everyone.hasOpenWindow = true
      var nobody = Person(address: Self.nobody)
      nobody.isOnWhatsApp = false
      world.people = [nobody]
      (world.life.sent, world.life.delivered) = (.none, .none)
      world.life.readShare = 0
      simulator = try Simulator(world)
      folder = try TemporaryFolder()
      file = folder.file("settings.json5")
      try """
      {
        listen: "127.0.0.1:0", log: "embedded:log.db", store: "sqlite:store.db",
        spool: { path: "spool.db" }, publicURL: "http://127.0.0.1:1", apiKeys: ["key"],
        senders: [{
          id: "meta", provider: "meta", phoneNumberId: "\(Demo.phoneNumberID)",
          wabaId: "\(Demo.wabaID)", accessToken: "\(Demo.accessToken)",
          appSecret: "\(Demo.appSecret)", verifyToken: "\(Demo.verifyToken)",
          baseURL: "http://127.0.0.1:\(simulator.port)/v24.0",
        }],
      }
      """.write(toFile: file, atomically: true, encoding: .utf8)
      running = try RunningPostrider(settings: file)
      let webhook = "http://\(running.address)/api/whatsapp/webhook"
      simulator.report(inboundTo: nil, webhooksTo: webhook)
    }

    func end() {
      running.end()
      simulator.stop(within: .zero)
    }

    private func words(_ words: [String], settings: String? = nil) -> [String] {
      ["campaign"] + words
        + ["--config", settings ?? file, "--url", "http://\(running.address)"]
    }

    func run(_ words: String..., settings: String? = nil) throws -> CommandTests.Run {
      try CommandTests.run(self.words(words, settings: settings))
    }

    /// In a process of its own; what it prints is read by the caller.
    func begin(_ words: String...) throws -> (Process, FileHandle) {
      let process = Process.postrider(self.words(words))
      let output = Pipe()
      process.standardOutput = output
      process.standardError = FileHandle.nullDevice
      try process.run()
      return (process, output.fileHandleForReading)
    }

    func write(_ name: String, _ text: String) throws -> String {
      let path = folder.file(name)
      try text.write(toFile: path, atomically: true, encoding: .utf8)
      return path
    }

    func campaign(
      _ name: String, of lines: [String], head: String = "to,name", more: String = ""
    ) throws -> String {
      _ = try write("\(name).csv", ([head] + lines).joined(separator: "\n"))
      return try write(
        "\(name).json5",
        """
        {
          // What everybody gets.
          name: '\(name)', sender: 'meta', message: { body: 'Hello {{name}}' },
          recipients: '\(name).csv', \(more)
        }
        """)
    }

    func state(of id: String) -> String? {
      running.call("GET", "/api/campaigns/\(id)")?["state"]?.string
    }

    /// Requests of the provider's that were accepted.
    var accepted: String? {
      simulator.summary().firstMatch(of: /([0-9]+) accepted/).map { String($0.output.1) }
    }
  }

  private static func people(_ count: Int) -> [String] {
    (0..<count).map { "+39333000\(String(format: "%04d", $0)),Person \($0)" }
  }

  /// Until it has printed that.
  private static func text(of output: FileHandle, until found: String) -> String {
    var text = ""
    while !text.contains(found), case let data = output.availableData, !data.isEmpty {
      text += String(decoding: data, as: UTF8.self)
    }
    return text
  }

  private static func id(_ output: String) throws -> String {
    try #require(output.split(separator: "\n").first.map(String.init))
  }

  @Test(
    "a plan says when a campaign ends, and one that does not end in its time starts only anyway")
  func plan() async throws {
    try await onOwnThread {
      let world = try World()
      defer { world.end() }
      let file = try world.campaign(
        "slow", of: Self.people(30), more: "pace: '1/1m', expiry: '10m'")
      let id = try Self.id(try world.run("create", file).output)
      waitUntil("it is loaded") { world.state(of: id) == "planned" }
      let plan = try world.run("plan", id)
      #expect(plan.status == 65, "\(plan)")
      #expect(plan.errors.contains("are still to come when the campaign expires"), "\(plan)")
      #expect(plan.output.contains("still to be written to  30"), "\(plan)")
      #expect(plan.output.contains("pace") && plan.output.contains("price: not known"), "\(plan)")
      let json = try #require(
        JSONValue(whole: Array(try world.run("plan", id, "--json").output.utf8)))
      #expect(json["people"]?["waiting"]?.integer == 30 && json["refusal"] != nil)
      let refused = try world.run("start", id)
      #expect(refused.status == 1 && refused.errors.contains("anyway"), "\(refused)")
      #expect(world.state(of: id) == "planned")
      #expect(try world.run("start", id, "--anyway").status == 0)
      #expect(world.state(of: id) == "running")
      let quick = try world.campaign("quick", of: Self.people(3))
      let second = try Self.id(try world.run("create", quick).output)
      waitUntil("it is loaded") { world.state(of: second) == "planned" }
      let good = try world.run("plan", second)
      #expect(good.status == 0 && good.output.contains("it ends at"), "\(good)")
    }
  }

  @Test("a file becomes a campaign once: its faults are told first, and its report adds up")
  func whole() async throws {
    try await onOwnThread {
      let world = try World()
      defer { world.end() }
      let lines = Self.people(60) + ["+39,Too short", "+393330000003,Again", "nonsense,Wrong"]
      let file = try world.campaign("spring", of: lines)
      let stopped = try world.run("run", file)
      #expect(stopped.status == 65, "\(stopped)")
      #expect(stopped.errors.contains("line 62") && stopped.errors.contains("--yes"))
      let id = try Self.id(stopped.output)
      #expect(world.accepted == "0")
      let run = try world.run("run", file, "--yes")
      #expect(run.status == 0 && run.output.hasPrefix("\(id)\n"), "\(run)")
      #expect(run.output.contains("done: 60 rows, 1 failed (1.7 %)\n  131026: 1"), "\(run)")
      let again = try world.run("run", file, "--yes")
      #expect(again.status == 0 && again.errors.contains("The campaign is done."), "\(again)")
      #expect(world.accepted == "60")
      #expect(try world.run("watch", id, "--fail-over", "1%").status == 1)
      #expect(try world.run("watch", id, "--fail-over", "2%").status == 0)
      let table = try world.run("report", id, "--csv").output.split(whereSeparator: \.isNewline)
      let counts = table.dropFirst().compactMap { Int($0.split(separator: ",").last ?? "") }
      #expect(table.count == counts.count + 1 && counts.reduce(0, +) == 60, "\(table)")
      #expect(try world.run("report", id).output.contains("131026"))
      #expect(try world.run("faults", id).output.contains("62"))
      #expect(try world.run("faults", id, "--csv").output.hasPrefix("line,field,reason,detail\r\n"))
      #expect(try world.run("preview", id).output.contains("Hello Person"))
      #expect(try world.run("list").output.contains("spring"))
      let resent = try world.run("resend", id, "--cause", "131026")
      let second = try world.run("run", try Self.id(resent.output))
      #expect(second.status == 0 && second.output.contains("done: 1 rows, 1 failed"), "\(second)")
    }
  }

  @Test("an upload whose command was killed goes on where it was, and nobody is written to twice")
  func killed() async throws {
    try await onOwnThread {
      let world = try World()
      defer { world.end() }
      let filling = String(repeating: "x", count: 40_000)
      let lines = Self.people(200).map { "\($0),\(filling)" }
      let file = try world.campaign("summer", of: lines, head: "to,name,notes")
      let (process, output) = try world.begin("run", file, "--part", "128")
      let told = Self.text(of: output, until: "uploaded")
      process.end()
      #expect(told.contains("uploaded"))
      let run = try world.run("run", file, "--part", "1024")
      #expect(run.errors.contains("The upload goes on at byte "), "\(run)")
      #expect(run.status == 0 && run.output.contains("done: 200 rows, 1 failed"), "\(run)")
      #expect(run.output.hasPrefix(try Self.id(told)) && world.accepted == "200")
    }
  }

  @Test("a campaign is paused, goes on and is canceled, and whoever looks on is told")
  func orders() async throws {
    try await onOwnThread {
      let world = try World()
      defer { world.end() }
      let file = try world.campaign("slow", of: Self.people(50), more: "pace: '2/s'")
      let (process, output) = try world.begin("run", file)
      let id = try Self.id(Self.text(of: output, until: "running: "))
      let paused = try world.run("pause", id, "--reason", "a wrong price")
      #expect(paused.status == 0 && paused.output.hasPrefix("slow is paused"), "\(paused)")
      let rest = String(decoding: output.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      #expect(process.terminationStatus == 75 && rest.contains("waits: a wrong price"), "\(rest)")
      #expect(try world.run("resume", id).output == "slow is running\n")
      let canceled = try world.run("cancel", id)
      #expect(canceled.status == 0 && canceled.output.hasPrefix("slow is canceled"))
      let watched = try world.run("watch", id)
      #expect(watched.status == 1 && watched.errors.contains("the campaign was canceled"))
      let late = try world.run("resume", id)
      #expect(late.status == 1 && late.errors.contains("The campaign is canceled"), "\(late)")
    }
  }

  @Test("what a server refuses of a campaign is told line by line")
  func refusals() async throws {
    try await onOwnThread {
      let world = try World()
      defer { world.end() }
      let lacking = try world.campaign("lacking", of: Self.people(1), head: "to,nmae")
      let column = try world.run("run", lacking)
      #expect(column.status == 65 && column.errors.contains("\n  /line/1 "), "\(column)")
      #expect(column.errors.contains("name"))
      for (field, value) in [("sender", "'nobody'"), ("speed", "1")] {
        let text = "{ \(field): \(value), name: 'x', message: { body: 'x' } }"
        let refused = try world.run("create", try world.write("wrong.json5", text))
        #expect(refused.status == 65 && refused.output.isEmpty, "\(refused)")
        #expect(refused.errors.contains("\n  /\(field) "), "\(refused)")
      }
      let none = try world.run("watch", SendID.random(at: Timestamp(seconds: 0)).description)
      #expect(none.status == 1 && none.errors.contains("there is no such campaign"))
      // The same system, asked with a key that it does not know.
      let settings = try world.write("other.json5", "{ apiKeys: ['other'], log: 'embedded:x.db' }")
      let denied = try world.run("list", settings: settings)
      #expect(denied.status == 78 && denied.errors.contains("does not know the key"), "\(denied)")
    }
  }

  @Test(
    "a definition or a list that cannot be used is told before anything reaches the server",
    arguments: [
      (nil, "to\n1", "cannot be read: No such file"), ("", "to\n1", "is empty: a campaign has"),
      ("{ name: }", "to\n1", "is not JSON5: "), ("[1]", "to\n1", "must hold one object"),
      ("{ name: 'x' }", "to\n1", "a campaign needs recipients"),
      ("{ name: 'x', recipients: 7 }", "to\n1", "must have the path of a file as `recipients`"),
      ("{ name: 'x', recipients: 'list.csv' }", "", "is empty: it needs a line"),
      ("{ name: 'x', recipients: 'list.csv' }", nil, "list.csv cannot be read: No such file"),
    ] as [(String?, String?, String)])
  func files(definition: String?, list: String?, sentence: String) throws {
    let folder = try TemporaryFolder()
    let file = folder.file("campaign.json5")
    let settings = folder.file("settings.json5")
    for (path, text) in [(file, definition), (folder.file("list.csv"), list)] {
      try text?.write(toFile: path, atomically: true, encoding: .utf8)
    }
    try "{ apiKeys: ['key'], log: 'embedded:x.db' }".write(
      toFile: settings, atomically: true, encoding: .utf8)
    let run = try CommandTests.run(
      ["campaign", "run", file, "--config", settings, "--url", "http://127.0.0.1:1"])
    #expect(run.status == 65 && run.errors.contains(sentence), "\(run)")
  }

  @Test("a server that stays away is waited for no longer than asked")
  func away() throws {
    let folder = try TemporaryFolder()
    let settings = folder.file("settings.json5")
    try "{ apiKeys: ['key'], log: 'embedded:x.db' }".write(
      toFile: settings, atomically: true, encoding: .utf8)
    let run = try CommandTests.run(
      ["campaign", "list", "--config", settings, "--url", "http://127.0.0.1:1", "--patience", "1"])
    #expect(run.status == 69 && run.errors.contains("Trying again for 1 s."), "\(run)")
  }

  @Test(
    "says what it does not understand",
    arguments: [
      (["fly"], "campaign needs run, create, upload, plan, start, rehearse"),
      (["run"], "campaign run needs a file"), (["watch", "x"], "x is not the id of a campaign"),
      (["pause"], "campaign pause needs the id of one campaign"),
      (["upload", "x"], "campaign upload needs the id of a campaign and a file"),
      (["list", "--fail-over", "many"], "--fail-over must be a share of the rows, such as 5%"),
      (["list", "--part", "1"], "--part must be a number from 128 to 65536"),
    ] as [([String], String)])
  func usage(words: [String], sentence: String) throws {
    let run = try CommandTests.run(["campaign"] + words)
    #expect(run.status == 64 && run.errors.contains(sentence), "\(run)")
  }
}
