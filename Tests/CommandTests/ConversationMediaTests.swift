import Crypto
import Foundation
import HTTP
import JSON
import Simulator
import TestSupport
import Testing

/// Files that people send and get, with the whole system and both providers.
@Suite(.timeLimit(.minutes(5))) struct ConversationMediaTests {
  private static func write(
    _ file: String, _ simulator: Simulator, port: UInt16
  ) throws {
    try """
    {
      listen: "127.0.0.1:\(port)", log: "embedded:log.db", store: "sqlite:store.db",
      spool: { path: "spool.db" }, publicURL: "http://127.0.0.1:\(port)", 
      apiKeys: ["key", { key: "foreign", app: "x", company: "y", scopes: ["read"] }],
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
  }

  /// Starts it twice on one file, as the address that providers call stands in the settings.
  private func world(
    _ body: @escaping @Sendable (Simulator, RunningPostrider) throws -> Void
  ) async throws {
    try await onOwnThread {
      let simulator = try Simulator(SimulatorSettings())
      defer { simulator.stop(within: .zero) }
      let folder = try TemporaryFolder()
      let file = folder.file("settings.json5")
      try Self.write(file, simulator, port: 0)
      let first = try RunningPostrider(settings: file)
      let port = try #require(first.address.split(separator: ":").last.flatMap { UInt16($0) })
      first.end()
      try Self.write(file, simulator, port: port)
      let running = try RunningPostrider(settings: file)
      defer { running.end() }
      let hook = "http://127.0.0.1:\(port)/api/whatsapp/webhook"
      simulator.report(inboundTo: hook, webhooksTo: hook)
      try body(simulator, running)
    }
  }

  @Test(
    "a file that somebody sends is fetched through their conversation, and one of ours answers it")
  func both() async throws {
    try await world { simulator, running in
      for (sender, to) in [("meta", Demo.phoneNumberID), ("chat", Demo.whatsAppAddress)] {
        _ = simulator.says(
          "+393331234567", Saying(to: to, .file(SentFile(.document))))
        var found: JSONValue?
        waitUntil("the conversation is there") {
          found =
            running.call("GET", "/api/conversations?sender=\(sender)")?["conversations"]?.items?
            .first
          return found != nil
        }
        let path = "/api/conversations/\(try #require(found?["id"]?.string))"
        let message = running.call("GET", "\(path)/messages")?["messages"]?.items?.first
        let id = try #require(message?["providerId"]?.string)
        let file = try running.ask("GET", "\(path)/messages/\(id)/media/0")
        #expect(file.status == 200, "\(file.text)")
        #expect(file.body.count == 2000 && file.body.starts(with: "%PDF-".utf8))
        #expect(try running.ask("GET", "\(path)/messages/\(id)/media/1").status == 404)
        let foreign = try running.ask("GET", "\(path)/messages/\(id)/media/0", key: "foreign")
        #expect(foreign.status == 404)
        let taken = try running.ask("POST", "/api/media?name=a.pdf", "%PDF-1.7")
        #expect(taken.status == 201, "\(taken.text)")
        let media = try #require(taken.json?["id"]?.string)
        let reply = try running.ask("POST", "\(path)/messages", #"{"media":"\#(media)"}"#)
        #expect(reply.status == 202, "\(reply.text)")
        let send = try #require(reply.json?["id"]?.string)
        waitUntil("it is delivered") {
          let state = running.call("GET", "/api/sends/\(send)")?["state"]?.string
          return state == "delivered" || state == "read"
        }
        let sent = running.call("GET", "\(path)/messages")?["messages"]?.items?.first
        let link = try #require(sent?["request"]?["document"]?["link"]?.string)
        let start = try #require(link.firstRange(of: "/media/")?.lowerBound)
        let fetched = try running.ask("GET", String(link[start...]), key: nil)
        #expect(fetched.status == 200 && fetched.body == Array("%PDF-1.7".utf8))
      }
    }
  }
}
