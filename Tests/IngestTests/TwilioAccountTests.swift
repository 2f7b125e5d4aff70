import Domain
import HTTP
import JSON
import Platform
import Providers
import Running
import SendStore
import Settings
import Simulator
import Store
import TestSupport
import Testing

@testable import Ingest

/// An ingest with a sender at the simulator, whose settings follow what the store has of its secrets.
private final class World {
  let simulator: Simulator
  let stand: IngestStand
  let stock: StockedStore
  private let client: HTTPClient
  private(set) var settings: Settings

  init(otherToken: String? = nil) throws {
    simulator = try Simulator(SimulatorSettings())
    client = try HTTPClient()
    let account =
      "provider: \"twilio\", accountSid: \"\(Demo.accountSid)\", authToken: \"\(Demo.authToken)\", baseURL: \"http://127.0.0.1:\(simulator.port)\""
    let senders = """
      { id: "chat", from: "\(Demo.whatsAppAddress)", app: "shop", company: "own", \(account) },
      \(otherToken.map { "{ id: \"other\", provider: \"twilio\", from: \"+15005550009\", accountSid: \"\(Demo.accountSid)\", authToken: \"\($0)\" }," } ?? "")
      """
    stand = try IngestStand(moreSenders: senders, publicURL: "https://hooks.example.com/in")
    stock = try StockedStore(stand)
    settings = stand.settings
  }

  deinit {
    client.close()
    simulator.stop(within: .zero)
  }

  /// What every process does within a second.
  func takeUp() throws {
    let known = SecretSeal(stand.settings).open(try stock.store.credentials()).known
    settings = stand.settings.with(known)
    stand.listener.apply(settings)
  }

  var sender: SenderSettings {
    get throws { try #require(settings.senders.first { $0.sender.id.text == "chat" }) }
  }

  var tokens: [String] {
    get throws {
      guard case .twilio(let own) = try sender.credentials else { return [] }
      return own.authTokens.map(\.exposed)
    }
  }

  func ask(_ request: ProviderRequest) throws -> ProviderAnswer {
    let call = HTTPCall(request, under: try sender.baseURL)
    guard case .answered(let answer) = client.ask(call) else {
      throw NoAnswer(path: request.path)
    }
    return ProviderAnswer(answer)
  }

  func rotation(_ ask: @escaping TokenRotation.Ask) throws -> TokenRotation {
    try #require(
      TokenRotation(
        try sender, stock.store, SecretSeal(stand.settings), keepOut: { _ in }, ask: ask))
  }

  /// Whether a webhook that is signed by this token is taken.
  func takes(_ token: String) async throws -> Bool {
    let fields = [
      (name: "AccountSid", value: Demo.accountSid), (name: "MessageSid", value: "SM1"),
      (name: "MessageStatus", value: "delivered"),
    ]
    let answer = try await stand.twilio(
      "/in/whatsapp/callback/shop/own", fields, token: token)
    return answer.status == 200
  }

  /// Whether Twilio takes it.
  func opens(_ token: String) throws -> Bool {
    let account = TwilioAccount(sid: AccountID(Demo.accountSid), authToken: Secret(token))
    return try ask(TwilioRequest.health(account: account)).status == 200
  }

  func call(
    _ method: String, _ path: String, _ body: String = "", key: String = "admin-key"
  ) async throws -> IngestStand.Answer {
    try await stand.call(
      method, "/in/api/accounts" + path, [HTTPHeader("Authorization", "Bearer \(key)")],
      Array(body.utf8))
  }
}

private struct Killed: Error {}

private struct NoAnswer: Error { let path: String }

@Suite struct TwilioAccountTests {
  @Test(
    "an auth token is rotated also where each of its steps is done by another process, and killed before it has written what Twilio did",
    arguments: [[], [0], [1], [2], [3], [0, 1, 2, 3, 4, 5]] as [Set<Int>])
  func killed(after lost: Set<Int>) async throws {
    let world = try World()
    var (asked, steps) = (0, 0)
    while true {
      steps += 1
      try #require(steps < 30)
      let rotation = try world.rotation { request, _ in
        let answer = try world.ask(request)
        defer { asked += 1 }
        if lost.contains(asked) { throw Killed() }
        return answer
      }
      var step: TokenRotation.Step?
      do { step = try rotation.step() } catch is Killed {}
      try world.takeUp()
      #expect(try await world.takes(Demo.authToken), "the former still counts, at step \(steps)")
      // The one that Twilio may sign with from now on.
      if case .kept = step {
        #expect(try world.tokens.count == 2 && world.tokens.first == Demo.authToken)
      }
      for token in try world.tokens { #expect(try await world.takes(token)) }
      if case .done = step { break }
    }
    let token = try #require(try world.tokens.first)
    #expect(token != Demo.authToken && asked >= 3)
    #expect(try world.opens(token) && !world.opens(Demo.authToken))
    let row = try #require(try world.stock.store.credentials().first)
    #expect(TokenFacts(json: row.facts).rotation == nil)
    #expect(TokenFacts(json: row.facts).source == .rotation)
    #expect(!String(decoding: row.facts, as: UTF8.self).contains(token))
  }

  @Test("a token is rotated by one request, and every line of the log is without it")
  func rotate() async throws {
    let world = try World()
    let answer = try await world.call("POST", "/chat/rotate")
    #expect(answer.status == 200, "\(answer.text)")
    try world.takeUp()
    let token = try #require(try world.tokens.first)
    #expect(try world.opens(token) && token != Demo.authToken)
    #expect(!answer.text.contains(token))
    #expect(world.stand.lines.withLock { !$0.contains { $0.contains(token) } })
    let list = try await world.call("GET", "")
    let own = try list.json["accounts"]?.items?.first { $0["source"]?.string == "rotation" }
    #expect(own?["senders"]?.items?.first?.string == "chat")
  }

  @Test(
    "a rotation that cannot be is refused with the reason, and changes nothing",
    arguments: [
      ("meta", "admin-key", 422, "Twilio"), ("nobody", "admin-key", 404, ""),
      ("chat", "acme-admin", 404, ""), ("twilio", "acme-admin", 422, "other tenants"),
      ("chat", "reader-key", 403, ""),
    ] as [(String, String, Int, String)])
  func refused(sender: String, key: String, status: Int, words: String) async throws {
    let world = try World()
    let answer = try await world.call("POST", "/\(sender)/rotate", key: key)
    #expect(answer.status == status, "\(answer.text)")
    #expect(words.isEmpty || answer.text.contains(words))
    #expect(try world.stock.store.credentials().isEmpty)
  }

  @Test("a token is not rotated while another sender of the account has another one")
  func different() async throws {
    let world = try World(otherToken: "another-token")
    let answer = try await world.call("POST", "/chat/rotate")
    #expect(answer.status == 422 && answer.text.contains("the token of other"), "\(answer.text)")
    #expect(try world.stock.store.credentials().isEmpty)
  }

  @Test(
    "while Twilio takes neither of the tokens both are kept, and it goes on when one counts again")
  func suspended() async throws {
    let world = try World()
    let rotation = try world.rotation { request, _ in try world.ask(request) }
    #expect(try rotation.step() == .begun && rotation.step() == .kept)
    try world.takeUp()
    let both = try world.tokens
    world.simulator.switchOn(Fault(.tokenExpired))
    #expect(throws: TokenRotation.Failed.self) { try rotation.step() }
    world.simulator.switchOff()
    try world.takeUp()
    #expect(try world.tokens == both && both.count == 2)
    #expect(try rotation.step() == .done)
  }

  @Test("what Twilio refuses is told, and the rotation is as if it had not begun")
  func refusedByTwilio() async throws {
    let world = try World()
    world.simulator.switchOn(Fault(.tokenExpired))
    let answer = try await world.call("POST", "/chat/rotate")
    #expect(answer.status == 502 && answer.text.contains("20003"), "\(answer.text)")
    world.simulator.switchOff()
    let row = try #require(try world.stock.store.credentials().first)
    #expect(TokenFacts(json: row.facts).rotation == nil && row.sealed == nil)
    #expect(try world.opens(Demo.authToken))
  }

  @Test("a second token that somebody gives up leaves the former in use")
  func givenUp() async throws {
    let world = try World()
    let rotation = try world.rotation { request, _ in try world.ask(request) }
    #expect(try rotation.step() == .begun && rotation.step() == .kept)
    let account = TwilioAccount(
      sid: AccountID(Demo.accountSid), authToken: Secret(Demo.authToken))
    _ = try world.ask(TwilioPlatform.dropSecondary(account: account))
    #expect(throws: TokenRotation.Failed.self) { try rotation.step() }
    try world.takeUp()
    #expect(try world.tokens == [Demo.authToken])
    #expect(try await world.takes(Demo.authToken))
  }

  @Test("accounts below an account are made, with their token told once, and suspended and closed")
  func subaccounts() async throws {
    let world = try World()
    let path = "/chat/subaccounts"
    #expect(try await world.call("GET", path).json["subaccounts"]?.items?.isEmpty == true)
    let made = try await world.call("POST", path, #"{"name":"Acme"}"#)
    let one = try #require(try made.json["subaccounts"]?.items?.first)
    let (sid, token) = (one["sid"]?.string ?? "", one["authToken"]?.string ?? "")
    #expect(made.status == 200 && sid.hasPrefix("AC") && !token.isEmpty)
    #expect(made.headers.contains { $0.value == "no-store" })
    #expect(world.stand.lines.withLock { !$0.contains { $0.contains(token) } })
    let list = try await world.call("GET", path)
    #expect(!list.text.contains(token))
    #expect(try list.json["subaccounts"]?.items?.map { $0["name"]?.string } == ["Acme"])
    for status in ["suspended", "active", "closed"] {
      let body = "{\"sid\":\"\(sid)\",\"status\":\"\(status)\"}"
      let changed = try await world.call("POST", path, body)
      #expect(try changed.json["subaccounts"]?.items?.first?["status"]?.string == status)
      #expect(!changed.text.contains(token))
    }
    let again = "{\"sid\":\"\(sid)\",\"status\":\"active\"}"
    #expect(try await world.call("POST", path, again).status == 502)
    for body in [
      "{}", #"{"name":""}"#, "{\"sid\":\"\(Demo.accountSid)\",\"status\":\"closed\"}",
      "{\"sid\":\"\(sid)\",\"status\":\"gone\"}",
    ] {
      #expect(try await world.call("POST", path, body).status == 422, "\(body)")
    }
    #expect(try await world.call("GET", "/twilio/subaccounts", key: "acme-admin").status == 422)
  }
}
