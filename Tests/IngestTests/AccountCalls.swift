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

/// What accounts, templates, tokens and webhooks as they came are asked, with what there is and with what there is not.
extension OpenAPICaller {
  func callAccounts() async throws {
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

  func callTemplates() async throws {
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

  func callTokens() async throws {
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

  func callRawEvents() async throws {
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

  func callAccountChanges() async throws {
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
}
