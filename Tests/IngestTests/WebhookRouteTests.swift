import Domain
import HTTP
import JSON
import SendStore
import Simulator
import Testing
import Time

@Suite(.timeLimit(.minutes(5))) struct WebhookRouteTests {
  private static let path = "/api/accounts/webhooks"
  private static let base = "https://hooks.example.com/in"
  private static let ours = "\(base)/api/whatsapp/webhook"

  private static func stand() throws -> PhoneStand { try PhoneStand(publicURL: base) }

  private func list(
    _ stand: PhoneStand, _ query: String = "?sender=main"
  ) async throws -> JSONValue {
    try await stand.call("GET", "/in\(Self.path)\(query)").json
  }

  private func post(
    _ stand: PhoneStand, _ body: String, key: String = "admin-key"
  ) async throws -> IngestStand.Answer {
    try await stand.call("POST", "/in\(Self.path)", body, key: key)
  }

  @Test("an app without a webhook is set to us, with every field that we have a use for")
  func set() async throws {
    let stand = try Self.stand()
    let before = try await list(stand)
    #expect(before["ours"]?.string == Self.ours)
    let app = before["apps"]?.items?.first
    #expect(app?["active"]?.bool == false && app?["missing"]?.items?.count == 19)
    #expect(before["phones"]?.items?.first?["url"] == nil)
    let done = try await post(stand, #"{"action":"set","sender":"main"}"#)
    #expect(done.status == 200, "\(done.text)")
    let after = try done.json["webhooks"]
    let set = after?["apps"]?.items?.first
    #expect(set?["url"]?.string == Self.ours && set?["ours"]?.bool == true)
    #expect(set?["missing"]?.items?.isEmpty == true)
    let account = after?["accounts"]?.items?.first
    #expect(account?["subscribed"]?.bool == true)
    let phone = after?["phones"]?.items?.first
    #expect(phone?["level"]?.string == "app" && phone?["ours"]?.bool == true)
    #expect(!done.text.contains(Demo.verifyToken) && !done.text.contains(Demo.appSecret))
  }

  @Test(
    "an address of a number or an account goes before the app's, and is taken away again",
    arguments: ["account", "phone"])
  func override(level: String) async throws {
    let stand = try Self.stand()
    stand.simulator.report(inboundTo: nil, webhooksTo: "https://other.example/hook?api-key=k3y")
    func phone() async throws -> JSONValue? { try await list(stand)["phones"]?.items?.first }
    #expect(try await phone()?["url"]?.string == "https://other.example/hook?…")
    #expect(try await phone()?["ours"]?.bool == false)
    let override = #"{"action":"override","sender":"main","level":"\#(level)"}"#
    #expect(try await post(stand, override).status == 200)
    #expect(try await phone()?["url"]?.string == Self.ours)
    #expect(try await phone()?["level"]?.string == level)
    let remove = #"{"action":"remove-override","sender":"main","level":"\#(level)"}"#
    #expect(try await post(stand, remove).status == 200)
    #expect(try await phone()?["level"]?.string == "app")
    #expect(try await phone()?["ours"]?.bool == false)
  }

  @Test("no account is hidden behind the address of webhooks")
  func name() async throws {
    let stand = try PhoneStand()
    let body = #"{"provider":"meta","appId":"1","appSecret":"s","accessToken":"t"}"#
    let answer = try await stand.call("PUT", Self.path, body)
    #expect([405, 422].contains(answer.status), "\(answer.text)")
  }

  @Test("a tenant does not change what others share, and does not see their numbers")
  func shared() async throws {
    let stand = try Self.stand()
    for action in ["set", "subscribe"] {
      let body = #"{"action":"\#(action)","sender":"main"}"#
      let answer = try await post(stand, body, key: "acme-admin")
      #expect(answer.status == 422)
      #expect(try answer.json["errors"]?.items?.first?["pointer"]?.string == "/sender")
    }
    let own = #"{"action":"override","sender":"main","level":"phone"}"#
    #expect(try await post(stand, own, key: "acme-admin").status == 200)
    let foreign = #"{"action":"subscribe","sender":"second"}"#
    #expect(try await post(stand, foreign, key: "acme-admin").status == 422)
    let seen = try await stand.call("GET", "/in\(Self.path)", key: "acme-reader").json
    let senders = seen["phones"]?.items?.map { $0["sender"]?.string }
    #expect(senders == ["main", "lost", "away"])
  }

  @Test("when a webhook was last seen is told of a number and of its account")
  func seen() async throws {
    let stand = try Self.stand()
    let at = Timestamp(seconds: 1_800_000_000)
    let account = AccountID(Demo.wabaID)
    try stand.stock.store.see([Sighting(account, PhoneStand.other, at: at)])
    let found = try await list(stand, "")
    let told = found["accounts"]?.items?.first { $0["account"]?.string == Demo.wabaID }
    #expect(told?["seenAt"]?.string == at.description)
    let phones = found["phones"]?.items ?? []
    #expect(phones.first { $0["sender"]?.string == "second" }?["seenAt"]?.string == at.description)
    #expect(phones.first { $0["sender"]?.string == "main" }?["seenAt"] == nil)
    // What cannot be read is told beside the rest.
    let lost = phones.first { $0["sender"]?.string == "lost" }
    #expect(lost?["failure"]?.string?.contains("100") == true)
    let away = phones.first { $0["sender"]?.string == "away" }
    #expect(away?["failure"]?.string?.contains("no answer") == true)
  }

  @Test(
    "our own address is asked as Meta asks it",
    arguments: [
      ("", true, "They answer"), ("wrong-token", false, "does not know the verifyToken"),
      ("elsewhere", false, "status 404"), ("nobody", false, "Nobody answers"),
    ])
  func test(kind: String, answered: Bool, sentence: String) async throws {
    let server = try HTTPServer { request, responder in
      #expect(request.path == "/api/whatsapp/webhook")
      let challenge = request.queryValue("hub.challenge") ?? ""
      switch kind {
      case "": responder.answer(HTTPAnswer(status: 200, text: challenge))
      case "wrong-token": responder.answer(HTTPAnswer(status: 403))
      default: responder.answer(HTTPAnswer(status: 404))
      }
    }
    let port = kind == "nobody" ? 1 : server.port
    let stand = try PhoneStand(publicURL: "http://127.0.0.1:\(port)")
    let answer = try await stand.call("POST", Self.path, #"{"action":"test"}"#)
    #expect(try answer.json["answered"]?.bool == answered)
    #expect(try answer.json["sentence"]?.string?.contains(sentence) == true, "\(answer.text)")
  }

  @Test(
    "what is asked for wrongly is told by its pointer",
    arguments: [
      ("", "/action"), ("{}", "/action"), (#"{"action":"x","sender":"main"}"#, "/action"),
      (#"{"action":"set"}"#, "/sender"), (#"{"action":"set","sender":"twilio"}"#, "/sender"),
      (#"{"action":"override","sender":"main"}"#, "/level"),
      (#"{"action":"set","sender":"meta"}"#, "/sender"),
    ])
  func faults(body: String, pointer: String) async throws {
    let stand = try Self.stand()
    let answer = try await post(stand, body)
    #expect(answer.status == 422, "\(answer.text)")
    #expect(try answer.json["errors"]?.items?.first?["pointer"]?.string == pointer)
  }
}
