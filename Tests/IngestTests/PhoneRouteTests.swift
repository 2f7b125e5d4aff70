import Domain
import HTTP
import JSON
import Platform
import SendStore
import Simulator
import Testing
import Time

@Suite(.timeLimit(.minutes(5))) struct PhoneRouteTests {
  private static let main = "/api/phones/main"

  @Test("a number is told as Meta has it now, with its profile, settings, health and limits")
  func show() async throws {
    let stand = try PhoneStand()
    let answer = try await stand.call("GET", Self.main, key: "reader-key")
    #expect(answer.status == 200, "\(answer.text)")
    let phone = try answer.json
    #expect(phone["displayNumber"]?.string == Demo.displayPhoneNumber)
    #expect(phone["profile"]?["vertical"]?.string == "UNDEFINED")
    #expect(phone["settings"]?["calling"]?["status"]?.string == "DISABLED")
    #expect(phone["health"]?["canSendMessage"]?.string == "AVAILABLE")
    #expect(phone["limits"]?["recipientsADay"]?.integer == 10_000)
    #expect(phone["limits"]?["messagesASecond"]?.integer == 80)
    #expect(phone["facts"]?["status"]?.string == "CONNECTED")
    #expect(phone["accountFacts"]?["business_verification_status"]?.string == "verified")
    #expect(phone["usernameSuggestions"]?.items?.count == 1)
    for secret in [Demo.accessToken, Demo.appSecret, Demo.verifyToken] {
      #expect(!answer.text.contains(secret))
    }
  }

  @Test(
    "a tenant's key sees its own numbers alone, and changes need the scope",
    arguments: [
      ("GET", "/api/phones/main", "acme-reader", 200),
      ("GET", "/api/phones/second", "acme-reader", 404),
      ("GET", "/api/phones/twilio", "admin-key", 404),
      ("PATCH", "/api/phones/second", "acme-admin", 404),
      ("POST", "/api/phones/second/deregister", "acme-admin", 404),
      ("PATCH", "/api/phones/main", "reader-key", 403),
      ("DELETE", "/api/phones/main/blocked", "acme-reader", 403),
      ("PUT", "/api/phones/main/picture", "acme-key", 403),
    ])
  func tenants(method: String, path: String, key: String, status: Int) async throws {
    let stand = try PhoneStand()
    #expect(try await stand.call(method, path, key: key).status == status)
  }

  @Test("the list has what was read last, and no other tenant's number")
  func list() async throws {
    let stand = try PhoneStand()
    let facts = Array(#"{"node":{"id":"1","display_phone_number":"+1 555"}}"#.utf8)
    let store = stand.stock.store
    try store.save(facts, ofPhone: SenderID("main"), askedAt: try store.now())
    try store.phoneFailed(SenderID("lost"), askedAt: try store.now(), because: "no such number")
    let answer = try await stand.call("GET", "/api/phones", key: "acme-reader")
    let phones = try answer.json["phones"]?.items ?? []
    #expect(phones.map { $0["sender"]?.string } == ["main", "lost", "away"])
    #expect(phones[0]["displayNumber"]?.string == "+1 555" && phones[0]["readAt"] != nil)
    #expect(phones[1]["failure"]?.string == "no such number")
  }

  @Test("each change is made, read back, and noted so that the number is read again")
  func change() async throws {
    let stand = try PhoneStand()
    let body =
      #"{"profile":{"about":"Open","websites":["https://a.example"]},"displayName":"Acme","pin":"123456","username":"acme","automation":{"prompts":["Hours?"]},"calling":{"status":"ENABLED"},"sip":{"status":"ENABLED","hostname":"sip.example.com"}}"#
    let answer = try await stand.call("PATCH", Self.main, body)
    #expect(answer.status == 200, "\(answer.text)")
    let changes = try answer.json["changes"]?.items ?? []
    #expect(changes.allSatisfy { $0["state"]?.string == "done" })
    #expect(changes.count == 7 && !answer.text.contains("123456"))
    let phone = try #require(try answer.json["phone"])
    #expect(phone["profile"]?["about"]?.string == "Open")
    #expect(phone["facts"]?["new_display_name"]?.string == "Acme")
    #expect(phone["facts"]?["is_pin_enabled"]?.bool == true)
    #expect(phone["username"]?.string == "acme")
    let calling = phone["settings"]?["calling"]
    #expect(calling?["status"]?.string == "ENABLED")
    let server = calling?["sip"]?["servers"]?.items?.first
    #expect(server?["hostname"]?.string == "sip.example.com" && server?["port"]?.integer == 5061)
    #expect(phone["health"]?["canReceiveCallSip"]?.string == "AVAILABLE")
    #expect(try stand.stock.store.phones().first?.newsAt ?? .distantPast > .distantPast)
    #expect(stand.ingest.lines.withLock { !$0.contains { $0.contains("123456") } })
  }

  @Test("what Meta refuses is told word for word, and what else was asked for is done")
  func refused() async throws {
    let stand = try PhoneStand { $0.portfolios = [Demo.portfolio: 250] }
    let body = #"{"sip":{"status":"ENABLED","hostname":"sip.example.com"},"username":"acme"}"#
    let answer = try await stand.call("PATCH", Self.main, body)
    #expect(answer.status == 502)
    let changes = try answer.json["changes"]?.items ?? []
    #expect(changes.map { $0["state"]?.string } == ["done", "refused"])
    #expect(changes[1]["error"]?["code"]?.string == "138015")
    let said = changes[1]["error"]?["text"]?.string
    #expect(said == "(#138015) Calling cannot be enabled – The messaging limit is below 2000")
    #expect(try answer.json["provider"]?["text"]?.string == said)
    let phone = try answer.json["phone"]
    #expect(phone?["username"]?.string == "acme")
    #expect(phone?["settings"]?["calling"]?["status"]?.string == "DISABLED")
  }

  @Test("a fault of form is told before Meta is asked")
  func faults() async throws {
    let stand = try PhoneStand()
    let answer = try await stand.call("PATCH", Self.main, #"{"pin":"1","profile":{"about":"x"}}"#)
    #expect(answer.status == 422)
    let pointers = try answer.json["errors"]?.items?.map { $0["pointer"]?.string }
    #expect(pointers == ["/pin"])
    let phone = try await stand.call("GET", Self.main).json
    #expect(phone["profile"]?["about"]?.string != "x")
  }

  @Test("a number is proved, registered with its pin, and taken off; a wrong pin is refused")
  func registration() async throws {
    let stand = try PhoneStand()
    func post(_ what: String, _ body: String = "") async throws -> IngestStand.Answer {
      try await stand.call("POST", "\(Self.main)/\(what)", body)
    }
    try await stand.put(
      "numbers/\(PhoneStand.phone)", #"{"codeVerificationStatus":"NOT_VERIFIED"}"#)
    let codes = try await stand.call("GET", Self.main).json["troubles"]?.items
    #expect(codes?.map { $0["code"]?.string } == ["number-not-verified", "webhook-not-verified"])
    #expect(try await post("request-code", #"{"method":"VOICE"}"#).status == 200)
    #expect(try await post("verify", #"{"code":"000-000"}"#).status == 502)
    let verified = try await post("verify", #"{"code":"123-830"}"#)
    #expect(
      try verified.json["phone"]?["facts"]?["code_verification_status"]?.string == "VERIFIED")
    let off = try await post("deregister")
    #expect(try off.json["phone"]?["facts"]?["platform_type"]?.string == "NOT_APPLICABLE")
    #expect(try await post("register", #"{"pin":"12345"}"#).status == 422)
    #expect(try await post("register", "{}").status == 422)
    #expect(try await post("register", #"{"pin":"123456"}"#).status == 200)
    let wrong = try await post("register", #"{"pin":"654321"}"#)
    #expect(try wrong.json["provider"]?["code"]?.string == "133005")
  }

  private static let png: [UInt8] =
    [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + Array(repeating: 7, count: 1000)

  private func picture(
    _ stand: PhoneStand, _ bytes: [UInt8], _ sender: String = "main"
  ) async throws -> IngestStand.Answer {
    try await stand.ingest.call(
      "PUT", "/api/phones/\(sender)/picture", [HTTPHeader("Authorization", "Bearer admin-key")],
      bytes)
  }

  @Test("a picture is taken up and shown; what is none is refused")
  func pictures() async throws {
    let stand = try PhoneStand()
    let answer = try await picture(stand, Self.png)
    #expect(answer.status == 200, "\(answer.text)")
    #expect(try answer.json["phone"]?["profile"]?["profile_picture_url"]?.string != nil)
    #expect(try await picture(stand, Array("<svg>".utf8)).status == 422)
    let withoutApp = try await picture(stand, Self.png, "meta")
    #expect(withoutApp.status == 422 && withoutApp.text.contains("no appId"))
    #expect(try await picture(stand, Array(repeating: 0, count: 6 << 20)).status == 413)
  }

  @Test("a picture that breaks off goes on from where it is, and does not begin again")
  func resumed() async throws {
    let sent = Locked<[(offset: String, count: Int)]>([])
    let meta = try HTTPServer { request, responder in
      let isBytes = request.method == "POST" && request.path.contains("upload:")
      guard isBytes else { return responder.answer(Self.uploadAnswer(request)) }
      let offset = request.headers.first("file_offset") ?? ""
      let isFirst = sent.withLock { sent in
        sent.append((offset, request.body.count))
        return sent.count == 1
      }
      isFirst ? responder.cut() : responder.answer(Self.json(#"{"h":"4::x"}"#))
    }
    let senders = """
      { id: "main", provider: "meta", phoneNumberId: "1", appId: "77", accessToken: "t",
        baseURL: "http://127.0.0.1:\(meta.port)/v24.0" },
      """
    let stand = try IngestStand(moreSenders: senders, publicURL: nil)
    let stock = try StockedStore(stand)
    let answer = try await stand.call(
      "PUT", "/api/phones/main/picture", [HTTPHeader("Authorization", "Bearer admin-key")],
      Self.png)
    #expect(answer.status == 200, "\(answer.text)")
    #expect(sent.withLock { $0.map(\.offset) } == ["0", "400"])
    #expect(sent.withLock { $0.map(\.count) } == [Self.png.count, Self.png.count - 400])
    withExtendedLifetime(stock) {}
  }

  private static func uploadAnswer(_ request: HTTPRequest) -> HTTPAnswer {
    if request.path.hasSuffix("/uploads") { return json(#"{"id":"upload:abc?sig=x"}"#) }
    if request.path.contains("upload:") { return json(#"{"id":"upload:abc","file_offset":400}"#) }
    return json(#"{"success":true}"#)
  }

  private static func json(_ text: String) -> HTTPAnswer { HTTPAnswer(json: Array(text.utf8)) }

  @Test("people who wrote are kept away and let in again; others are told with the reason")
  func blocked() async throws {
    let stand = try PhoneStand()
    let path = "\(Self.main)/blocked"
    let person = #"{"users":["+393331234567"]}"#
    let early = try await stand.call("POST", path, person)
    #expect(try early.json["failed"]?.items?.first?["reason"]?.string?.contains("24 hours") == true)
    try await stand.control(
      "POST", "people/+393331234567/says", #"{"to":"\#(PhoneStand.phone)","text":"hi"}"#)
    let done = try await stand.call("POST", path, person)
    let reached = try done.json["done"]?.items?.map(\.string)
    #expect(reached == ["+393331234567"])
    let list = try await stand.call("GET", path, key: "reader-key")
    let there = try list.json["blocked"]?.items?.map(\.string)
    #expect(there == ["393331234567"])
    #expect(try await stand.call("DELETE", path, person).status == 200)
    #expect(try await stand.call("GET", path).json["blocked"]?.items?.isEmpty == true)
    #expect(try await stand.call("POST", path, #"{"users":[]}"#).status == 422)
  }

  @Test(
    "what keeps a number from sending is told with what to do",
    arguments: [
      ("numbers", #"{"nameStatus":"DECLINED"}"#, "number-not-approved"),
      ("numbers", #"{"health":[{"entity":"WABA"}]}"#, "account-blocked"),
      ("accounts", #"{"businessVerification":"not_verified"}"#, "business-not-verified"),
    ])
  func troubles(kind: String, body: String, code: String) async throws {
    let stand = try PhoneStand()
    try await stand.put("\(kind)/\(kind == "numbers" ? PhoneStand.phone : Demo.wabaID)", body)
    let troubles = try await stand.call("GET", Self.main).json["troubles"]?.items ?? []
    #expect(troubles.contains { $0["code"]?.string == code })
    #expect(troubles.allSatisfy { $0["remedy"]?.string?.isEmpty == false })
  }

  @Test("a number that Meta does not know, or cannot be asked about, is told as that")
  func wrong() async throws {
    let stand = try PhoneStand()
    let lost = try await stand.call("GET", "/api/phones/lost")
    #expect(lost.status == 502)
    #expect(try lost.json["troubles"]?.items?.first?["code"]?.string == "incorrect-id")
    #expect(try await stand.call("GET", "/api/phones/away").status == 504)
    let body = #"{"pin":"123456","username":"acme"}"#
    let unknown = try await stand.call("PATCH", "/api/phones/away", body)
    #expect(unknown.status == 504)
    let states = try unknown.json["changes"]?.items?.map { $0["state"]?.string }
    #expect(states == ["unknown", "skipped"])
  }
}
