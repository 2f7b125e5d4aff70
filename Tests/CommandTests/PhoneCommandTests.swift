import Foundation
import HTTP
import JSON
import Platform
import Simulator
import TestSupport
import Testing

/// Numbers from the command line, against a running postrider and the simulator.
@Suite(.timeLimit(.minutes(5))) struct PhoneCommandTests {
  private final class World {
    let simulator: Simulator
    private let process: Process
    private let folder: TemporaryFolder
    private let file: String
    private let address: String

    init() throws {
      var world = SimulatorSettings()
      world.portfolios = [Demo.portfolio: 250]
      simulator = try Simulator(world)
      folder = try TemporaryFolder()
      file = folder.file("settings.json5")
      try """
      {
        listen: "127.0.0.1:0", log: "embedded:log.db", store: "sqlite:store.db",
        spool: { path: "spool.db" }, publicURL: "http://127.0.0.1:1/", apiKeys: ["key"],
        senders: [{
          id: "meta", provider: "meta", phoneNumberId: "\(Demo.phoneNumberID)",
          wabaId: "\(Demo.wabaID)", appId: "\(Demo.appID)", accessToken: "\(Demo.accessToken)",
          appSecret: "\(Demo.appSecret)", verifyToken: "\(Demo.verifyToken)",
          baseURL: "http://127.0.0.1:\(simulator.port)/v24.0",
        }],
      }
      """.write(toFile: file, atomically: true, encoding: .utf8)
      process = Process.postrider(["up", "--config", file])
      let errors = Pipe()
      process.standardError = errors
      let said = SaidText(errors)
      try process.run()
      let log = said.text(until: "\"event\":\"ready\"")
      address = String(try #require(log.firstMatch(of: /127\.0\.0\.1:[0-9]+/)?.output))
    }

    func end() {
      process.end(by: SIGTERM)
      simulator.stop(within: .zero)
    }

    func file(_ name: String, _ bytes: [UInt8]) throws -> String {
      let path = folder.file(name)
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      return path
    }

    func run(_ arguments: String..., input: String? = nil) throws -> CommandTests.Run {
      let all = arguments + ["--config", file, "--url", "http://\(address)"]
      guard let input else { return try CommandTests.run(all) }
      let process = Process.postrider(all)
      let (output, errors, given) = (Pipe(), Pipe(), Pipe())
      (process.standardOutput, process.standardError) = (output, errors)
      process.standardInput = given
      try process.run()
      given.fileHandleForWriting.write(Data(input.utf8))
      try given.fileHandleForWriting.close()
      let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      let words = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      return CommandTests.Run(status: process.terminationStatus, output: text, errors: words)
    }
  }

  @Test("a number is shown, changed and registered; what Meta refuses is told in its words")
  func phone() async throws {
    try await onOwnThread {
      let world = try World()
      defer { world.end() }
      let set = try world.run(
        "phone", "set", "meta", "about=Open", "website=https://a.example", "vertical=RETAIL",
        "username=acme", "display-name=Acme")
      #expect(set.status == 0, "\(set.errors)")
      #expect(set.output.contains("profile: done") && set.output.contains("register the number"))
      let shown = try world.run("phone", "show", "meta").output
      for word in ["Open", "https://a.example", "RETAIL", "acme", "TIER_250", "AVAILABLE"] {
        #expect(shown.contains(word), "\(shown)")
      }
      let sip = try world.run("phone", "set", "meta", "sip=sip.example.com:5062")
      #expect(sip.status == 1)
      #expect(sip.output.contains("sip: refused; 138015: (#138015) Calling cannot be enabled"))
      #expect(try world.run("phone", "register", "meta", input: "123456\n").status == 0)
      let wrong = try world.run("phone", "register", "meta", input: "654321\n")
      #expect(wrong.status == 1 && wrong.errors.contains("133005"), "\(wrong.errors)")
      #expect(try world.run("phone", "pin", "meta", input: "12\n").errors.contains("6 digits"))
      let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 1, 2, 3]
      let picture = try world.run("phone", "picture", "meta", world.file("p.png", png))
      #expect(picture.status == 0 && picture.output.contains("profile_picture_url"))
      #expect(try world.run("phone", "list").output.contains("meta"))
      #expect(try world.run("phone", "show", "nobody").status == 1)
    }
  }

  @Test("where webhooks go is told, and is us once it was set")
  func webhooks() async throws {
    try await onOwnThread {
      let world = try World()
      defer { world.end() }
      let before = try world.run("account", "webhooks").output
      #expect(before.contains("no webhook that Meta has verified"), "\(before)")
      let set = try world.run("account", "webhooks", "--sender", "meta", "--set")
      #expect(set.status == 0, "\(set.errors)")
      #expect(set.output.contains("http://127.0.0.1:1/api/whatsapp/webhook"))
      #expect(!set.output.contains("not us"))
      let test = try world.run("account", "webhooks", "--test")
      #expect(test.status == 1 && test.output.contains("Nobody answers"))
      #expect(try world.run("account", "webhooks", "--set").status == 64)
    }
  }
}
