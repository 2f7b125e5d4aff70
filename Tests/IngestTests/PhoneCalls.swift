import HTTP

extension OpenAPICaller {
  /// Numbers: one that is well, one that Meta does not know, one whose Meta is not there, and one that is nobody's.
  func callPhones() async throws {
    try await call("GET /api/phones", "/api/phones")
    try await call("GET /api/phones", "/api/phones?x=%00")
    let one = "/api/phones/{sender}"
    try await callPhone("GET", one)
    try await callPhone("PATCH", one, #"{"username":"acme"}"#)
    try await callPhone("POST", "\(one)/request-code", "{}")
    try await callPhone("POST", "\(one)/verify", #"{"code":"123830"}"#)
    try await callPhone("POST", "\(one)/deregister", "")
    try await callPhone("POST", "\(one)/register", #"{"pin":"123456"}"#)
    try await callPhone("GET", "\(one)/blocked")
    try await callPhone("DELETE", "\(one)/blocked", #"{"users":["+393331234567"]}"#)
    try await callPhone("POST", "\(one)/blocked", #"{"users":["+393331234567"]}"#)
    try await callPicture()
    try await callWebhookCare()
  }

  private func callPhone(_ method: String, _ path: String, _ body: String = "") async throws {
    for sender in ["answered", "lost", "silent-app", "nobody"] {
      try await call("\(method) \(path)", path.replacing("{sender}", with: sender), body: body)
    }
    let main = path.replacing("{sender}", with: "answered")
    try await call("\(method) \(path)", "\(main)?x=%00")
    guard method != "GET" else { return }
    for body in ["{", #"{"x":1}"#, String(repeating: " ", count: 70_000)] {
      try await call("\(method) \(path)", main, body: body)
    }
  }

  private func callPicture() async throws {
    let route = "PUT /api/phones/{sender}/picture"
    let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 1]
    for sender in ["answered", "lost", "silent-app", "nobody"] {
      for key in ["admin-key", "", "webhook-key", "crawling-key", "crawling-key"] {
        let header = HTTPHeader("Authorization", "Bearer \(key)")
        note(route, try await stand.call("PUT", "/api/phones/\(sender)/picture", [header], png))
      }
    }
    try await call(route, "/api/phones/answered/picture", body: "<svg>")
    let large = String(repeating: " ", count: 6 << 20)
    let header = HTTPHeader("Authorization", "Bearer admin-key")
    note(
      route,
      try await stand.call("PUT", "/api/phones/answered/picture", [header], Array(large.utf8)))
  }

  private func callWebhookCare() async throws {
    let path = "/api/accounts/webhooks"
    try await call("GET \(path)", path)
    try await call("GET \(path)", "\(path)?x=%00")
    for sender in ["answered", "lost", "silent-app"] {
      let body = #"{"action":"remove-override","sender":"\#(sender)","level":"phone"}"#
      try await call("POST \(path)", path, body: body)
    }
    for body in ["{", "{}", String(repeating: " ", count: 70_000)] {
      try await call("POST \(path)", path, body: body)
    }
  }
}
