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
