import Running
import Settings
import Domain
import HTTP
import Ingest
import JSON
import Platform
import SendStore
import Simulator
import Store
import TestSupport
import Testing
import Time

/// A store with something of each kind in it, for the routes that ask it.
final class StockedStore: Sendable {
  let store: SendStore
  let queued: SendID
  let doubted: SendID
  let other: SendID

  init(_ stand: IngestStand) throws {
    let senders = stand.settings.senders.map(\.sender)
    store = try SendStore(.sqlite(path: stand.folder.file("store.db")))
    try store.define(senders)
    let now = try store.now()
    func send(_ sender: String, due: Timestamp) -> NewSend {
      NewSend(
        id: .random(at: now), sender: SenderID(sender), recipient: "+393331234567",
        content: Array("{\"to\":\"+393331234567\",\"body\":\"hi\"}".utf8), due: due,
        expires: now + .seconds(3600))
    }
    let sends = [
      send("meta", due: now + .seconds(600)), send("twilio", due: now),
      send("meta", due: now + .seconds(600)),
    ]
    _ = try store.take(IntakeBatch(log: "log", partition: 0, from: 0, next: 3, sends: sends))
    (queued, doubted, other) = (sends[0].id, sends[1].id, sends[2].id)
    try claimOne(of: SenderID("twilio"))
    stand.stores.fill(store)
  }

  deinit { store.close() }

  /// One that was taken back, and may be sent again.
  func canceled() throws -> SendID {
    let now = try store.now()
    let send = NewSend(
      id: .random(at: now), sender: SenderID("meta"), recipient: "+393331234568",
      content: Array("{\"to\":\"+393331234568\",\"body\":\"hi\"}".utf8),
      due: now + .seconds(600), expires: now + .seconds(3600))
    _ = try store.take(IntakeBatch(log: "log", partition: 3, from: 0, next: 1, sends: [send]))
    _ = try store.cancel(send.id)
    return send.id
  }

  private func claimOne(of sender: SenderID) throws {
    let worker = WorkerID("w")
    for lease in try store.tendLeases(worker).held {
      guard lease.group.text == "lane:\(sender)",
        case .claimed(let claim) = try store.claim(sender, lease, worker: worker, limit: 1)
      else { continue }
      let failure = Failure(code: "network", sentence: "There was no answer.")
      let reports = try claim.sends.map { send in
        AttemptReport(
          of: send, .inDoubt(failure, nextLook: try store.now()))
      }
      _ = try store.record(reports)
    }
  }
}

extension OpenAPICaller {
  private func callAccounts() async throws {
    try await call("GET /api/templates", "/api/templates")
    try await call("GET /api/templates", "/api/templates?x=%00")
    try await call("GET /api/accounts", "/api/accounts")
    try await call("GET /api/accounts", "/api/accounts?x=%00")
    let put = "POST /api/accounts/{sender}/token"
    let large = String(repeating: " ", count: 70_000)
    for body in [#"{"token":"fresh"}"#, #"{"token":"a b"}"#, "{", large] {
      try await call(put, "/api/accounts/meta/token", body: body)
    }
    try await call(put, "/api/accounts/nobody/token", body: "{}")
    let (rotate, below) = ("/api/accounts/{sender}/rotate", "/api/accounts/{sender}/subaccounts")
    for sender in ["content", "gone", "refusing", "silent", "meta", "nobody"] {
      let prefix = "/api/accounts/\(sender)"
      try await call("POST \(rotate)", "\(prefix)/rotate")
      try await call("GET \(below)", "\(prefix)/subaccounts")
      try await call("POST \(below)", "\(prefix)/subaccounts", body: #"{"name":"Acme"}"#)
    }
    for body in ["{", large] {
      try await call("POST \(below)", "/api/accounts/content/subaccounts", body: body)
    }
  }

  /// Of which some cannot be changed: the provider refuses, is away, or has not told its id, or sends wait for it.
  private func fillTemplates() throws {
    guard let store = store?.store else { return }
    let places = [
      ("9001", "order", "1"), ("9001", "nameless", ""), ("9001", "waiting", "2"),
      ("9001", "refuse_me", "refuse_me"), ("9004", "order", "3"),
      (FakeProvider.account, "order", "HX1"),
    ]
    for (account, name, id) in places {
      var template = MirroredTemplate(
        account: AccountID(account), name: name, language: "it", status: "APPROVED",
        category: "UTILITY", quality: "", components: Array("[]".utf8))
      template.id = id
      try store.put(template)
    }
    let now = try store.now()
    var send = NewSend(
      id: .random(at: now), sender: SenderID("own"), recipient: "+393331234567",
      content: Array("{}".utf8), due: now + .seconds(600), expires: now + .seconds(3600))
    send.template = TemplateKey(name: "waiting", language: "it").text
    _ = try store.take(IntakeBatch(log: "log", partition: 1, from: 0, next: 1, sends: [send]))
  }

  private func callTemplates() async throws {
    try fillTemplates()
    let prefix = "/api/templates"
    func draft(_ account: String, _ name: String) -> String {
      "{\"account\":\"\(account)\",\"name\":\"\(name)\",\"language\":\"it\",\"category\":\"UTILITY\",\"components\":[{\"type\":\"BODY\",\"text\":\"Hello\"}]}"
    }
    let large = String(repeating: " ", count: 70_000)
    let drafts = [
      draft("9001", "fresh"), draft("9001", "refuse_me"), draft("9004", "fresh"), "{}", "{", large,
    ]
    for body in drafts { try await call("POST \(prefix)", prefix, body: body) }
    let name = "\(prefix)/{account}/{name}"
    for place in ["9001/order", "9001/nothing", "9001/order?x=%00"] {
      try await call("GET \(name)", "\(prefix)/\(place)")
    }
    let places = [
      "9001/order", "9001/nothing", "9001/nameless", "9001/refuse_me", "9004/order",
      "\(FakeProvider.account)/order",
    ]
    let unpause = "\(name)/{language}/unpause"
    for place in places {
      try await call("POST \(unpause)", "\(prefix)/\(place)/it/unpause")
    }
    let change = #"{"components":[{"type":"BODY","text":"Hello again"}]}"#
    for place in places {
      try await call("PATCH \(name)/{language}", "\(prefix)/\(place)/it", body: change)
    }
    for body in ["{", large] {
      try await call("PATCH \(name)/{language}", "\(prefix)/9001/order/it", body: body)
    }
    let refused = ["9001/waiting", "9001/refuse_me", "9001/nothing", "9004/order"]
    for place in refused + ["9001/order"] {
      try await call("DELETE \(name)/{language}", "\(prefix)/\(place)/it")
    }
    for place in refused + ["9001/fresh"] {
      try await call("DELETE \(name)", "\(prefix)/\(place)")
    }
    for route in ["DELETE \(name)/{language}", "DELETE \(name)"] {
      let tail = route.hasSuffix("{language}") ? "/it" : ""
      try await call(route, "\(prefix)/9001/waiting\(tail)?x=%00")
    }
  }

  private func callTokens() async throws {
    let large = String(repeating: " ", count: 70_000)
    let body = "{\"systemUser\":\"\(Demo.systemUser)\"}"
    let (mint, revoke) = ("/api/accounts/{sender}/mint", "/api/accounts/{sender}/revoke")
    for body in ["{", "{}", large, #"{"systemUser":"1"}"#] {
      try await call("POST \(mint)", "/api/accounts/answered/mint", body: body)
    }
    try await call("POST \(revoke)", "/api/accounts/answered/revoke", body: large)
    for sender in ["answered", "refused", "lost", "silent-app", "twilio", "nobody"] {
      try await call("POST \(mint)", "/api/accounts/\(sender)/mint", body: body)
    }
    for (sender, previous) in [
      ("answered", "wrong"), ("answered", "\(Demo.accessToken)-1"), ("silent-app", "x"),
      ("twilio", "x"), ("nobody", "x"),
    ] {
      try keep(previous: previous, of: sender)
      try await call("POST \(revoke)", "/api/accounts/\(sender)/revoke")
    }
    try await call("POST \(revoke)", "/api/accounts/refused/revoke")
  }

  private func keep(previous: String, of sender: String) throws {
    let found = stand.settings.senders.first { $0.sender.id.text == sender }
    guard let store = store?.store, let found, case .meta(let own) = found.credentials else {
      return
    }
    let id = found.credentialsID
    var kept =
      try store.credentials().first { $0.owner == id.description }
      ?? StoredCredentials(owner: id.description, facts: [])
    let secret = RuntimeSecret(token: own.accessToken, previous: Secret(previous))
    kept.sealed = SecretSeal(stand.settings).seal(secret, for: id)
    _ = try store.save(kept)
  }

  private func callRawEvents() async throws {
    let (one, replay) = ("/api/webhooks/{id}", "/api/webhooks/{id}/replay")
    var event = RawEvent(
      owner: "1", provider: "meta", receivedAt: Timestamp(seconds: 1_700_000_000), verdict: "taken",
      kinds: [], numbers: [], ids: [], size: 0)
    event.body = Array("{\"entry\":[]}".utf8)
    var wrong = event
    wrong.body = []
    try store?.store.keep([event, wrong])
    try await call("GET /api/webhooks", "/api/webhooks")
    try await call("GET /api/webhooks", "/api/webhooks?since=yesterday")
    for id in ["1", "2", "77", "1?x=%00"] {
      try await call("GET \(one)", "/api/webhooks/\(id)")
      let target = id.replacing("?", with: "/replay?")
      try await call(
        "POST \(replay)", "/api/webhooks/\(target)\(target == id ? "/replay" : "")")
    }
    let large = String(repeating: " ", count: 70_000)
    try await call("POST \(replay)", "/api/webhooks/1/replay", body: large)
  }

  private func callAccountChanges() async throws {
    let app = #"{"provider":"meta","appId":"7","wabas":[{"wabaId":"8"}]}"#
    let large = String(repeating: " ", count: 1_100_000)
    func change(_ part: String, _ target: String, _ good: String) async throws {
      for (name, body) in [("made", good), ("made", "{"), ("a+b", "{}"), ("made", large)] {
        try await call(
          "PUT /api/accounts/{name}\(part)", "/api/accounts/\(name)\(target)", body: body)
      }
    }
    try await change("", "", app)
    try await change("/wabas/{waba}", "/wabas/8", "{}")
    let phone = #"{"phoneNumberId":"9","accessToken":"t"}"#
    try await change("/wabas/{waba}/phones/{sender}", "/wabas/8/phones/made", phone)
    let twilio =
      #"{"provider":"twilio","accountSid":"AC00000000000000000000000000000001","authToken":"t"}"#
    try await call("PUT /api/accounts/{name}", "/api/accounts/twilio", body: twilio)
    let sender = #"{"from":"+15550001111"}"#
    try await call(
      "PUT /api/accounts/{name}/senders/{sender}", "/api/accounts/twilio/senders/x", body: sender)
    try await change("/senders/{sender}", "/senders/x", sender)
    try await call("DELETE /api/accounts/{name}/senders/{sender}", "/api/accounts/twilio/senders/x")
    let parts = [
      ("/senders/{sender}", "/senders/x"),
      ("/wabas/{waba}/phones/{sender}", "/wabas/8/phones/made"), ("/wabas/{waba}", "/wabas/8"),
      ("", ""),
    ]
    for (part, target) in parts {
      if part.isEmpty {
        for name in ["made", "nobody", "a+b"] {
          try await call("GET /api/accounts/{name}", "/api/accounts/\(name)")
        }
      } else {
        try await call(
          "PUT /api/accounts/{name}\(part)", "/api/accounts/nobody\(target)", body: "{}")
      }
      for name in ["made", "nobody", "a+b"] {
        try await call("DELETE /api/accounts/{name}\(part)", "/api/accounts/\(name)\(target)")
      }
    }
  }

  /// Of one that knows how it is reached.
  func callSignups() async throws {
    let begin = "POST /api/signups"
    let large = String(repeating: " ", count: 70_000)
    for body in ["{}", "{", large] { try await call(begin, "/api/signups", body: body) }
    let app =
      #"{"provider":"meta","appId":"7","appSecret":"s","baseURL":"http://127.0.0.1:1/v24.0","loginConfiguration":"9"}"#
    let bearer = HTTPHeader("Authorization", "Bearer admin-key")
    _ = try await stand.call("PUT", "/api/accounts/login", [bearer], Array(app.utf8))
    try await call(begin, "/api/signups", body: "{}")
    try await call("GET /api/signups", "/api/signups")
    try await call("GET /api/signups", "/api/signups?x=%00")
    let retry = "POST /api/signups/{id}/retry"
    func link(_ age: Duration = .zero, _ change: (inout Signup) -> Void = { _ in }) throws -> (
      id: String, state: String
    ) {
      let id = "signup-\(SendID.random(at: Timestamp(seconds: 0)))"
      var signup = Signup(
        appID: "7", tenant: .none, account: nil, sender: nil, createdAt: .now - age)
      change(&signup)
      _ = try store?.store.save(StoredSignup(id: id, facts: signup.json))
      let state = SignupState(id: id, key: Secret("admin-key")).text(stand.settings)
      return (id, state ?? "")
    }
    let (fresh, old) = (try link(), try link(.seconds(3600)))
    let waiting = try link {
      $0.hasToken = true
      $0.nextTry = .now + .seconds(600)
    }
    for id in [fresh.id, "nothing"] {
      try await call("GET /api/signups/{id}", "/api/signups/\(id)")
      try await call(retry, "/api/signups/\(id)/retry")
    }
    try await call("GET /api/signups/{id}", "/api/signups/\(fresh.id)?x=%00")
    for body in ["{", large, #"{"pin":"1"}"#] {
      try await call(retry, "/api/signups/\(fresh.id)/retry", body: body)
    }
    let path = "/Webhooks/WhatsAppToken"
    let targets = [
      "\(path)?state=\(old.state)&code=x", "\(path)?state=\(waiting.state)",
      "\(path)?state=\(fresh.state)&error=no", "\(path)?state=\(fresh.state)&code=x", path,
    ]
    for target in targets { note("GET \(path)", try await stand.call("GET", target)) }
    let bodies = [
      #"{"state":"\#(waiting.state)"}"#, "{", "{}", large, "{\"state\":\"\\u0000\"}",
      #"{"state":"\#(fresh.state)","code":"x"}"#,
    ]
    for body in bodies {
      note("POST \(path)", try await stand.call("POST", path, [], Array(body.utf8)))
    }
    // With a token to go on with.
    let token = try link {
      $0.hasToken = true
      $0.end = .failed
    }
    var secrets = SignupSecrets()
    secrets.token = Secret("t")
    if let store = store?.store, var kept = try store.signup(token.id) {
      kept.sealed = SecretSeal(stand.settings).seal(secrets.json, for: SignupRun.owner(token.id))
      _ = try store.save(kept)
    }
    try await call(retry, "/api/signups/\(token.id)/retry", body: "{}")
  }

  /// Of one without a store.
  func callSignupsInVain() async throws {
    let state = SignupState(id: "x", key: Secret("admin-key")).text(stand.settings) ?? ""
    let path = "/Webhooks/WhatsAppToken"
    note("GET \(path)", try await stand.call("GET", "\(path)?state=\(state)"))
    note(
      "POST \(path)", try await stand.call("POST", path, [], Array(#"{"state":"\#(state)"}"#.utf8)))
    let bearer = [HTTPHeader("Authorization", "Bearer admin-key")]
    for (method, route, target) in [
      ("GET", "/api/signups", "/api/signups"), ("POST", "/api/signups", "/api/signups"),
      ("GET", "/api/signups/{id}", "/api/signups/x"),
      ("POST", "/api/signups/{id}/retry", "/api/signups/x/retry"),
    ] { note("\(method) \(route)", try await stand.call(method, target, bearer)) }
  }

  func callStore() async throws {
    let queued = store?.queued ?? SendID.random(at: Timestamp(seconds: 0))
    let doubted = store?.doubted ?? queued
    try await call("GET /api/lanes", "/api/lanes")
    // What no database keeps is refused wherever it stands.
    try await call("GET /api/lanes", "/api/lanes?x=%00")
    try await call("POST /api/lanes/{sender}/resume", "/api/lanes/meta/resume?x=%00")
    try await call("GET /api/doubts", "/api/doubts?x=%00")
    try await call("GET /api/sends/{id}", "/api/sends/\(queued)?x=%00")
    try await call("POST /api/sends/{id}/cancel", "/api/sends/\(queued)/cancel?x=%00")
    for action in ["pause", "resume"] {
      let route = "POST /api/lanes/{sender}/\(action)"
      try await call(route, "/api/lanes/meta/\(action)")
      try await call(route, "/api/lanes/nobody/\(action)")
    }
    try await call("POST /api/lanes/{sender}/pause", "/api/lanes/meta/pause", body: "{")
    let zero = "{\"reason\":\"\\u0000\"}"
    try await call("POST /api/lanes/{sender}/pause", "/api/lanes/meta/pause", body: zero)
    let large = String(repeating: " ", count: 70_000)
    try await call("POST /api/lanes/{sender}/pause", "/api/lanes/meta/pause", body: large)
    try await call("POST /api/doubts/{id}", "/api/doubts/\(doubted)", body: large)
    let one = "GET /api/sends/{id}"
    for id in ["\(queued)", "nothing"] {
      try await call(one, "/api/sends/\(id)")
      try await call("\(one)/wait", "/api/sends/\(id)/wait?for=queued&timeout=0")
    }
    try await call("\(one)/wait", "/api/sends/\(queued)/wait?for=never")
    try await call("GET /api/sends", "/api/sends?to=%2B393331234567")
    try await call("GET /api/sends", "/api/sends")
    try await callEvents()
    try await callAccounts()
    try await callTokens()
    try await callRawEvents()
    try await callLetters()
    try await callAccountChanges()
    try await call("GET /api/tasks", "/api/tasks")
    try await call("GET /api/tasks", "/api/tasks?x=%00")
    for path in ["/api/overview", "/api/settings"] {
      for query in ["", "?x=%00"] { try await call("GET \(path)", path + query) }
    }
    try await callResends(queued)
    try await callTemplates()
    try await call("GET /api/doubts", "/api/doubts")
    try await call("GET /api/doubts", "/api/doubts?after=x")
    let decide = "POST /api/doubts/{id}"
    for body in ["{", "{}", "{\"decision\":\"sent\"}", "{\"decision\":\"sent\"}"] {
      try await call(decide, "/api/doubts/\(doubted)", body: body)
    }
    try await call(decide, "/api/doubts/nothing")
    let cancel = "POST /api/sends/{id}/cancel"
    try await call(cancel, "/api/sends/\(queued)/cancel")
    try await call(cancel, "/api/sends/\(doubted)/cancel")
    try await call(cancel, "/api/sends/nothing/cancel")
  }

  /// A stream that is served does not end by itself.
  private func callEvents() async throws {
    let route = "GET /api/events"
    if store != nil {
      let listener = try EventListener(stand.listener.port)
      seen(route, try #require(Int(listener.head.split(separator: " ").dropFirst().first ?? "")))
    }
    let keys = store == nil ? ["admin-key"] : ["", "webhook-key", "crawling-key"]
    for key in keys {
      note(
        route,
        try await stand.call("GET", "/api/events", [HTTPHeader("Authorization", "Bearer \(key)")]))
    }
    note(
      route,
      try await stand.call(
        "GET", "/api/events",
        [HTTPHeader("Authorization", "Bearer reader-key"), HTTPHeader("Last-Event-ID", "x")]))
  }

  /// Also without a key, with one that lacks the scope, and with one whose rate is used up.
  func call(_ route: String, _ target: String, body: String = "") async throws {
    let method = String(route.prefix { $0 != " " })
    for key in ["admin-key", "", "webhook-key", "crawling-key", "crawling-key"] {
      let header = HTTPHeader("Authorization", "Bearer \(key)")
      note(route, try await stand.call(method, target, [header], Array(body.utf8)))
    }
  }
}

@Suite struct StoreRouteTests {
  private func get(_ stand: IngestStand, _ target: String, _ key: String) async throws
    -> IngestStand.Answer
  {
    try await stand.call("GET", target, [HTTPHeader("Authorization", "Bearer \(key)")])
  }

  private func post(
    _ stand: IngestStand, _ target: String, _ body: String = "", key: String = "admin-key"
  ) async throws -> IngestStand.Answer {
    try await stand.call(
      "POST", target, [HTTPHeader("Authorization", "Bearer \(key)")], Array(body.utf8))
  }

  @Test("lanes are shown, paused with a reason and resumed; another tenant's are not there")
  func lanes() async throws {
    let stand = try IngestStand(publicURL: nil)
    let store = try StockedStore(stand)
    defer { withExtendedLifetime(store) {} }
    let paused = try await post(stand, "/api/lanes/meta/pause", "{\"reason\":\"checking\"}")
    #expect(try paused.json["lanes"]?.items?.first?["state"]?.string == "paused")
    let all = try await get(stand, "/api/lanes", "admin-key").json["lanes"]?.items
    #expect(all?.count == 3)
    #expect(all?.first { $0["sender"]?.string == "meta" }?["reason"]?.string == "checking")
    let own = try await get(stand, "/api/lanes", "acme-reader").json["lanes"]?.items
    #expect(own?.map { $0["sender"]?.string } == ["twilio"])
    let resumed = try await post(stand, "/api/lanes/meta/resume")
    #expect(try resumed.json["lanes"]?.items?.first?["state"]?.string == "sending")
  }

  @Test("a doubt is shown and decided by hand, once")
  func doubts() async throws {
    let stand = try IngestStand(publicURL: nil)
    let store = try StockedStore(stand)
    let list = try await get(stand, "/api/doubts", "admin-key").json["doubts"]?.items
    #expect(list?.map { $0["id"]?.string } == [store.doubted.description])
    let body = "{\"decision\":\"resend\"}"
    let decided = try await post(stand, "/api/doubts/\(store.doubted)", body)
    #expect(try decided.json["state"]?.string == "queued")
    #expect(try await post(stand, "/api/doubts/\(store.doubted)", body).status == 409)
  }

  @Test(
    "a tenant's key is shown the doubts of its own senders only",
    arguments: [("reader-key", 1), ("acme-reader", 1), ("beta-reader", 0)])
  func doubtsOfTenants(key: String, count: Int) async throws {
    let stand = try IngestStand(publicURL: nil)
    let store = try StockedStore(stand)
    let list = try await get(stand, "/api/doubts", key).json["doubts"]?.items
    #expect(list?.count == count)
    withExtendedLifetime(store) {}
  }

  @Test("what is queued is taken back; another tenant's send is not there")
  func cancel() async throws {
    let stand = try IngestStand(publicURL: nil)
    let store = try StockedStore(stand)
    #expect(
      try await post(stand, "/api/sends/\(store.other)/cancel", key: "acme-key").status == 404)
    let canceled = try await post(stand, "/api/sends/\(store.queued)/cancel")
    #expect(try canceled.json["state"]?.string == "canceled")
    let late = try await post(stand, "/api/sends/\(store.doubted)/cancel")
    #expect(late.status == 409)
  }
}
