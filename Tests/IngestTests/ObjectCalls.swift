import Domain
import HTTP

extension OpenAPICaller {
  func callObjects() async throws {
    let (all, one) = ("/api/objects", "/api/objects/{name}")
    let owner = "?app=crm&company=acme"
    let large = String(repeating: " ", count: 70_000)
    let good = #"{"name":"hello","message":{"body":"Hi"}}"#
    for body in [good, good, "{", "{}", large] {
      try await call("POST \(all)", all + owner, body: body)
      try await call("PUT \(one)", "\(all)/hello\(owner)", body: body)
    }
    try await call("PUT \(one)", "\(all)/hello\(owner)&version=9", body: good)
    for query in [owner, "\(owner)&limit=0", ""] { try await call("GET \(all)", all + query) }
    for name in ["hello", "nothing"] {
      for query in [owner, "?x=1"] { try await call("GET \(one)", "\(all)/\(name)\(query)") }
    }
    for name in ["hello", "nothing"] {
      for query in [owner, "?x=1"] { try await call("DELETE \(one)", "\(all)/\(name)\(query)") }
    }
    try await call("DELETE \(one)", "\(all)/hello\(owner)", body: large)
  }
}
