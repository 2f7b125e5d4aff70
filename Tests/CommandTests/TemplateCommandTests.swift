import Domain
import Foundation
import HTTP
import JSON
import Platform
import Simulator
import TestSupport
import Testing
import Time

/// A whole system against the simulator, asked by the command line.
@Suite(.timeLimit(.minutes(5))) struct TemplateCommandTests {
  private final class World {
    let simulator: Simulator
    let folder: TemporaryFolder
    private let process: Process
    private let address: String
    private let file: String

    init() throws {
      var world = SimulatorSettings()
      world.life.review = .milliseconds(200)
      simulator = try Simulator(world)
      folder = try TemporaryFolder()
      file = folder.file("settings.json5")
      try """
      {
        listen: "127.0.0.1:0", log: "embedded:log.db", store: "sqlite:store.db",
        secretsKey: "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
        spool: { path: "spool.db" }, publicURL: "http://127.0.0.1:1", apiKeys: ["key"],
        senders: [
          { id: "meta", provider: "meta", phoneNumberId: "\(Demo.phoneNumberID)",
            wabaId: "\(Demo.wabaID)", accessToken: "\(Demo.accessToken)",
            appSecret: "\(Demo.appSecret)", verifyToken: "\(Demo.verifyToken)",
            baseURL: "http://127.0.0.1:\(simulator.port)/v24.0" },
          { id: "chat", provider: "twilio", from: "\(Demo.whatsAppAddress)",
            accountSid: "\(Demo.accountSid)", authToken: "\(Demo.authToken)",
            baseURL: "http://127.0.0.1:\(simulator.port)" },
        ],
      }
      """.write(toFile: file, atomically: true, encoding: .utf8)
      process = Process.postrider(["up", "--config", file])
      let errors = Pipe()
      process.standardError = errors
      let said = SaidText(errors)
      try process.run()
      let log = said.text(until: "\"event\":\"ready\"")
      address = String(try #require(log.firstMatch(of: /127\.0\.0\.1:[0-9]+/)?.output))
      simulator.report(
        inboundTo: nil, webhooksTo: "http://\(address)/api/whatsapp/webhook")
    }

    func end() {
      process.end(by: SIGTERM)
      simulator.stop(within: .zero)
    }

    func run(_ words: String...) throws -> CommandTests.Run {
      try CommandTests.run(words + ["--config", file, "--url", "http://\(address)"])
    }

    func write(_ name: String, _ json: String) throws -> String {
      let path = folder.file(name)
      try json.write(toFile: path, atomically: true, encoding: .utf8)
      return path
    }

    /// Runs until the output has it.
    func wait(for text: String, _ words: [String]) throws -> CommandTests.Run {
      let end = RunningTime.now + .seconds(60)
      while true {
        let run = try CommandTests.run(words + ["--config", file, "--url", "http://\(address)"])
        if run.output.contains(text) { return run }
        guard !end.hasPassed else {
          Issue.record("waited in vain for \(text): \(run.output) \(run.errors)")
          return run
        }
        pause(for: .milliseconds(100))
      }
    }
  }

  @Test("a template's life from the command line: made, approved by webhook, edited, deleted")
  func life() async throws {
    try await onOwnThread {
      let world = try World()
      defer { world.end() }
      _ = try world.wait(for: Demo.template, ["template", "list"])
      let head = "\"sender\":\"meta\",\"name\":\"order\",\"language\":\"it\""
      func draft(_ text: String) -> String {
        "{\(head),\"category\":\"UTILITY\",\"components\":[{\"type\":\"BODY\",\"text\":\"\(text)\"}]}"
      }
      let wrong = try world.run("template", "create", try world.write("a.json", draft("{{1}}")))
      #expect(wrong.status != 0 && wrong.errors.contains("/components/0/text"), "\(wrong)")
      let made = try world.run(
        "template", "create", try world.write("b.json", draft("The order is here.")))
      #expect(made.status == 0 && made.output.contains("order (it) is PENDING"), "\(made)")
      _ = try world.wait(for: "\"status\":\"APPROVED\"", ["template", "show", "order"])
      let edited = try world.run(
        "template", "edit", try world.write("c.json", draft("The order is there.")))
      #expect(edited.status == 0 && edited.output.contains("It goes to review"), "\(edited)")
      let shown = try world.wait(for: "\"status\":\"APPROVED\"", ["template", "show", "order"])
      #expect(shown.output.contains("is there"))
      let deleted = try world.run("template", "delete", "order")
      #expect(deleted.status == 0 && deleted.output.contains("30 days"), "\(deleted)")
      let list = try world.run("template", "list", "--status", "DELETED")
      #expect(list.output.contains("order"))
    }
  }

  @Test("an account of Twilio's gets another token and accounts below it from the command line")
  func twilio() async throws {
    try await onOwnThread {
      let world = try World()
      defer { world.end() }
      let made = try world.run("account", "subaccounts", "chat", "create", "Acme")
      #expect(made.status == 0 && made.output.contains("told this once"), "\(made)")
      let list = try world.run("account", "subaccounts", "chat")
      #expect(list.output.contains("Acme") && !list.output.contains("told this once"))
      let rotated = try world.run("account", "rotate", "chat")
      #expect(rotated.status == 0 && rotated.output.contains("in use"), "\(rotated)")
      _ = try world.wait(for: "rotation", ["account", "list"])
      let refused = try world.run("account", "rotate", "meta")
      #expect(refused.status != 0 && refused.errors.contains("Twilio"), "\(refused)")
    }
  }
}
