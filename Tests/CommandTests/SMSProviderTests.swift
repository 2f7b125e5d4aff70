import Forms
import Foundation
import HTTP
import JSON
import Platform
import Simulator
import TestSupport
import Testing

/// A CRM that sends through the real program, with the simulator in the provider's place.
@Suite(.timeLimit(.minutes(5))) struct SMSProviderTests {
  /// A portal that keeps what it is told.
  private final class Portal: Sendable {
    private let told = Locked<[[String: String]]>([])
    private let server: HTTPServer

    init() throws {
      let told = told
      server = try HTTPServer { request, responder in
        let fields = QueryItem.all(in: request.body).map { ($0.name, $0.value) }
        told.withLock { $0.append(Dictionary(fields) { $1 }) }
        responder.answer(HTTPAnswer(json: Array(#"{"result":true}"#.utf8)))
      }
    }

    var address: String { "http://127.0.0.1:\(server.port)" }

    var all: [[String: String]] { told.withLock { $0 } }
  }

  private static func settings(_ simulator: Simulator, _ portal: Portal) -> String {
    """
    {
      listen: "127.0.0.1:0", log: "embedded:log.db", store: "sqlite:store.db",
      secretsKey: "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
      spool: { path: "spool.db" }, publicURL: "http://127.0.0.1:1", apiKeys: ["key"],
      senders: [{
        id: "main", provider: "meta", phoneNumberId: "\(Demo.phoneNumberID)", wabaId: "\(Demo.wabaID)",
        accessToken: "\(Demo.accessToken)", appSecret: "\(Demo.appSecret)",
        verifyToken: "\(Demo.verifyToken)", baseURL: "http://127.0.0.1:\(simulator.port)/v24.0",
        smsProvider: { bitrix24: { applicationToken: "app-token", portal: "\(portal.address)" } },
      }],
    }
    """
  }

  private static func message(_ portal: Portal) -> [(name: String, value: String)] {
    [
      ("message_id", "77"), ("message_to", "+393331234567"), ("code", "postrider"),
      ("message_body", "template-hello_world+en_US"), ("type", "SMS"), ("module_id", "crm"),
      ("auth[application_token]", "app-token"), ("auth[access_token]", "access-of-an-hour"),
      ("auth[client_endpoint]", "\(portal.address)/rest/"), ("auth[member_id]", "m"),
    ].map { (name: $0.0, value: $0.1) }
  }

  @Test("a portal's message goes out as a template, and the portal hears of its delivery")
  func portal() async throws {
    try await onOwnThread {
      let (simulator, portal, folder) = (try Simulator(), try Portal(), try TemporaryFolder())
      defer { simulator.stop(within: .zero) }
      let file = folder.file("settings.json5")
      try Self.settings(simulator, portal).write(toFile: file, atomically: true, encoding: .utf8)
      let postrider = try RunningPostrider(settings: file)
      defer { postrider.end() }
      let webhook = "http://\(postrider.address)/api/whatsapp/webhook"
      simulator.report(inboundTo: webhook, webhooksTo: webhook)
      let client = try HTTPClient()
      defer { client.close() }
      let outcome = client.ask(
        HTTPCall(
          method: "POST", url: "http://\(postrider.address)/bitrix24/main",
          headers: [HTTPHeader("Content-Type", "application/x-www-form-urlencoded")],
          body: FormPair.encoded(Self.message(portal))))
      guard case .answered(let answer) = outcome else {
        Issue.record("\(outcome)")
        return
      }
      #expect(answer.status == 200)
      waitUntil("for the portal to hear of the delivery") {
        portal.all.contains { $0["STATUS"] == "delivered" }
      }
      let told = portal.all
      #expect(told.first?["STATUS"] == "queued")
      #expect(Set(told.compactMap { $0["STATUS"] }).count == told.count)
      #expect(told.allSatisfy { $0["MESSAGE_ID"] == "77" && $0["auth"] == "access-of-an-hour" })
      let sends = try postrider.ask("GET", "/api/sends?to=%2B393331234567")
      let id = try #require(sends.json?["sends"]?.items?.first?["id"]?.string, "\(sends.text)")
      #expect(postrider.call("GET", "/api/sends/\(id)")?["template"]?.string == "hello_world")
      #expect(!postrider.log.contains("access-of-an-hour") && !postrider.log.contains("app-token"))
    }
  }
}
