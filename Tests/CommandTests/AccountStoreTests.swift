import Foundation
import HTTP
import JSON
import Platform
import Simulator
import TestSupport
import Testing
import Time

/// Accounts that are made while the program runs.
@Suite(.timeLimit(.minutes(5))) struct AccountStoreTests {
  private static func account(_ simulator: Simulator) -> String {
    """
    { "provider": "meta", "appId": "\(Demo.appID)", "appSecret": "\(Demo.appSecret)",
      "accessToken": "\(Demo.accessToken)", "baseURL": "http://127.0.0.1:\(simulator.port)/v24.0",
      "wabas": [ { "wabaId": "\(Demo.wabaID)",
        "phones": [ { "id": "made", "phoneNumberId": "\(Demo.phoneNumberID)" } ] } ] }
    """
  }

  private static func settings(_ folder: TemporaryFolder, store: String) throws -> String {
    let file = folder.file("settings.json5")
    try """
    {
      listen: "127.0.0.1:0", log: "embedded:log.db", store: "\(store)",
      secretsKey: "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
      spool: { path: "spool.db" }, publicURL: "http://127.0.0.1:1", apiKeys: ["key"],
    }
    """.write(toFile: file, atomically: true, encoding: .utf8)
    return file
  }

  private static let news = """
    {"object":"whatsapp_business_account","entry":[{"id":"\(Demo.wabaID)","changes":[{"field":"messages","value":{
    "messaging_product":"whatsapp","metadata":{"display_phone_number":"1","phone_number_id":"\(Demo.phoneNumberID)"},
    "statuses":[{"id":"wamid.A","status":"sent","timestamp":"1700000000","recipient_id":"39333"}]}}]}]}
    """

  @Test(
    "an account made at run time sends within a second, and its webhooks count after a restart without the store"
  )
  func madeAtRunTime() async throws {
    try await onOwnThread {
      let simulator = try Simulator(SimulatorSettings())
      defer { simulator.stop(within: .zero) }
      let folder = try TemporaryFolder()
      let all = try RunningPostrider(
        settings: try Self.settings(folder, store: "sqlite:store.db"))
      let made = try all.ask("PUT", "/api/accounts/acme", Self.account(simulator))
      #expect(made.status == 200, "\(made.text)")
      let send = #"{"to":"+393331234567","body":"hello","sender":"made"}"#
      let id = try #require(
        try all.ask("POST", "/api/whatsapp/send", send).json?["id"]?.string)
      waitUntil("for the send") {
        let state = all.call("GET", "/api/sends/\(id)")?["state"]?.string
        return state == "accepted" || state == "sent" || state == "delivered"
      }
      #expect(try all.hook(Self.news, secret: Demo.appSecret).status == 200)
      let verifyToken = try #require(made.json?["verifyToken"]?.string)
      all.end()
      // Another process, which knows the settings and what lies beside the spool.
      let ingest = try RunningPostrider(
        "ingest",
        settings: try Self.settings(folder, store: "postgres://nobody@127.0.0.1:1/none"))
      defer { ingest.end() }
      #expect(try ingest.hook(Self.news, secret: Demo.appSecret).status == 200)
      #expect(try ingest.hook(Self.news, secret: "another").status == 403)
      let query = "hub.mode=subscribe&hub.challenge=42&hub.verify_token=\(verifyToken)"
      #expect(try ingest.ask("GET", "/api/whatsapp/webhook?\(query)", key: nil).text == "42")
      for secret in [Demo.appSecret, Demo.accessToken, verifyToken] {
        #expect(!all.log.contains(secret) && !ingest.log.contains(secret))
      }
    }
  }
}
