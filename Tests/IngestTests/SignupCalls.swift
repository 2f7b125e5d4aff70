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

extension OpenAPICaller {
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
}
