import Crypto
import Foundation
import HTTP
import JSON
import Platform
import Simulator
import TestSupport
import Testing

/// Software that was written for Meta, with the real program and the simulator behind it.
@Suite(.timeLimit(.minutes(5))) struct MetaDropInTests {
  private static let secret = "0123456789abcdef0123456789abcdef"

  /// What gets webhooks as Meta sends them.
  private final class Receiver: Sendable {
    private let told: Locked<[JSONValue]>
    private let forged: Locked<Int>
    private let server: HTTPServer

    init() throws {
      let (told, forged) = (Locked<[JSONValue]>([]), Locked(0))
      (self.told, self.forged) = (told, forged)
      server = try HTTPServer { request, responder in
        let code = lowerHex(hmac(.sha256, key: Array(MetaDropInTests.secret.utf8), request.body))
        let isSigned = request.headers.first("X-Hub-Signature-256") == "sha256=\(code)"
        if !isSigned { forged.withLock { $0 += 1 } }
        let root = JSONValue(whole: request.body)
        let value = root?["entry"]?.items?.first?["changes"]?.items?.first?["value"]
        if let value { told.withLock { $0.append(value) } }
        responder.answer(HTTPAnswer(status: 200))
      }
    }

    var address: String { "http://127.0.0.1:\(server.port)/hook" }
    var all: [JSONValue] { told.withLock { $0 } }
    var unsigned: Int { forged.withLock { $0 } }

    func statuses(of id: String) -> [JSONValue] {
      all.flatMap { $0["statuses"]?.items ?? [] }.filter { $0["id"]?.string == id }
    }
  }

  private static func settings(_ simulator: Simulator, _ receiver: Receiver) -> String {
    """
    {
      listen: "127.0.0.1:0", log: "embedded:log.db", store: "sqlite:store.db",
      spool: { path: "spool.db" },
      apiKeys: [{ key: "key", app: "crm", company: "acme", scopes: ["send", "read"] }],
      actions: [{
        app: "crm", company: "acme", url: "\(receiver.address)", secret: "\(secret)", format: "meta",
      }],
      senders: [{
        id: "main", provider: "meta", phoneNumberId: "\(Demo.phoneNumberID)",
        wabaId: "\(Demo.wabaID)", accessToken: "\(Demo.accessToken)",
        appSecret: "\(Demo.appSecret)", verifyToken: "\(Demo.verifyToken)",
        baseURL: "http://127.0.0.1:\(simulator.port)/v24.0", app: "crm", company: "acme",
      }],
    }
    """
  }

  private static func send(_ postrider: RunningPostrider, _ fields: String) throws -> String {
    let answer = try postrider.ask(
      "POST", "/v24.0/\(Demo.phoneNumberID)/messages",
      #"{"messaging_product":"whatsapp","to":"393331234567",\#(fields)}"#)
    let id = answer.json?["messages"]?.items?.first?["id"]?.string
    return try #require(id, "\(answer.text)")
  }

  @Test("its messages go out, and it is told of them and of what people write as by Meta")
  func told() async throws {
    try await onOwnThread {
      let simulator = try Simulator()
      let receiver = try Receiver()
      let folder = try TemporaryFolder()
      defer { simulator.stop(within: .zero) }
      let file = folder.file("settings.json5")
      try Self.settings(simulator, receiver).write(toFile: file, atomically: true, encoding: .utf8)
      let postrider = try RunningPostrider(settings: file)
      defer { postrider.end() }
      simulator.report(
        inboundTo: nil, webhooksTo: "http://\(postrider.address)/api/whatsapp/webhook")
      let first = try Self.send(
        postrider, #""text":{"body":"x"},"biz_opaque_callback_data":"order-1""#)
      let reply = try Self.send(
        postrider, #""text":{"body":"y"},"context":{"message_id":"\#(first)"}"#)
      for id in [first, reply] {
        waitUntil("\(id) is told of") {
          receiver.statuses(of: id).contains { $0["status"]?.string == "delivered" }
        }
      }
      let words = receiver.statuses(of: first).compactMap { $0["status"]?.string }
      #expect(words.prefix(2) == ["sent", "delivered"])
      for status in receiver.statuses(of: first) {
        #expect(status["biz_opaque_callback_data"]?.string == "order-1")
        #expect(status["recipient_id"]?.string == "393331234567")
      }
      #expect(
        receiver.statuses(of: reply).allSatisfy { $0["biz_opaque_callback_data"] == nil })
      #expect(
        simulator.says("+393331234567", Saying(to: Demo.phoneNumberID, .text("Perché?"))) != nil)
      func said() -> JSONValue? {
        receiver.all.first { $0["messages"]?.items?.first?["text"]?["body"]?.string == "Perché?" }
      }
      waitUntil("what was said is told") { said() != nil }
      let value = try #require(said())
      #expect(value["metadata"]?["phone_number_id"]?.string == Demo.phoneNumberID)
      #expect(value["contacts"]?.items?.first?["wa_id"]?.string == "393331234567")
      let message = try #require(value["messages"]?.items?.first?["id"]?.string)
      let read =
        #"{"messaging_product":"whatsapp","status":"read","message_id":"\#(message)"}"#
      let answer = try postrider.ask("POST", "/v24.0/\(Demo.phoneNumberID)/messages", read)
      #expect(answer.status == 200 && answer.json?["success"]?.bool == true)
      #expect(receiver.unsigned == 0)
      #expect(!postrider.log.contains(Self.secret) && !postrider.log.contains("order-1"))
    }
  }
}
