import Foundation
import Simulator
import TestSupport
import Testing

/// Messages that have a name, kept from a terminal.
@Suite(.timeLimit(.minutes(5))) struct ObjectCommandTests {
  @Test("an object is put from a file, listed, shown and forgotten")
  func kept() async throws {
    try await onOwnThread {
      let simulator = try Simulator(SimulatorSettings())
      defer { simulator.stop(within: .zero) }
      let folder = try TemporaryFolder()
      let file = folder.file("settings.json5")
      func settings(_ port: Int) throws {
        try """
        {
          listen: "127.0.0.1:\(port)", log: "embedded:log.db", store: "sqlite:store.db",
          spool: { path: "spool.db" }, publicURL: "http://127.0.0.1:1", apiKeys: ["key"],
          senders: [{
            id: "meta", provider: "meta", phoneNumberId: "\(Demo.phoneNumberID)",
            wabaId: "\(Demo.wabaID)", accessToken: "\(Demo.accessToken)",
            appSecret: "\(Demo.appSecret)", verifyToken: "\(Demo.verifyToken)",
            baseURL: "http://127.0.0.1:\(simulator.port)/v24.0",
          }],
        }
        """.write(toFile: file, atomically: true, encoding: .utf8)
      }
      try settings(0)
      let running = try RunningPostrider(settings: file)
      defer { running.end() }
      try settings(try #require(running.address.split(separator: ":").last.flatMap { Int($0) }))
      func object(_ words: String...) throws -> (status: Int32, output: String, errors: String) {
        let run = try CommandTests.run(["object"] + words + ["--config", file])
        return (run.status, run.output, run.errors)
      }
      #expect(try object().output.contains("There are no objects."))
      let definition = #"{"name":"hello","about":"Greets.","message":{"body":"Hi {{name}}"}}"#
      let source = folder.file("hello.json")
      try definition.write(toFile: source, atomically: true, encoding: .utf8)
      let put = try object("put", source)
      #expect(put.status == 0 && put.output.contains("hello is of version 1 now."), "\(put)")
      #expect(put.output.contains("SMS through Twilio takes it."))
      let list = try object("list")
      #expect(list.output.contains("hello") && list.output.contains("Greets."), "\(list)")
      let shown = try object("show", "hello")
      #expect(shown.output.trimmingCharacters(in: .newlines) == definition)
      #expect(try object("delete", "hello").status == 0)
      #expect(try object("show", "hello").status == 1)
      #expect(try object("delete", "Hello").status == 64)
      #expect(try object("list", "--app", "crm").status == 64)
    }
  }
}
