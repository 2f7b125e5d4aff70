import Domain
import HTTP
import JSON
import SendStore

extension OpenAPICaller {
  func callResends(_ queued: SendID) async throws {
    let (all, one, again) = ("/api/resends", "/api/resends/{id}", "POST /api/sends/{id}/resend")
    let failed = try store?.canceled() ?? queued
    for id in ["\(failed)", "\(queued)", "nothing", "\(queued)?x=%00"] {
      let target = id.replacing("?", with: "/resend?")
      try await call(again, "/api/sends/\(target)\(target == id ? "/resend" : "")")
    }
    let large = String(repeating: " ", count: 70_000)
    for body in ["{", "{}", large] { try await call("POST \(all)", all, body: body) }
    for _ in 0...SendStore.mostResends {
      try await call("POST \(all)", all, body: #"{"state":"failed"}"#)
    }
    for query in ["", "?x=%00"] { try await call("GET \(all)", all + query) }
    let orders = try store?.store.resends(of: nil, limit: 50) ?? []
    if var done = orders.last {
      done.phase = .done
      _ = try store?.store.save(done)
    }
    let known = [orders.first, orders.last].compactMap { $0.map { "\($0.id)" } }
    for id in known + ["nothing"] {
      try await call("GET \(one)", "\(all)/\(id)")
      try await call("POST \(one)/stop", "\(all)/\(id)/stop")
    }
    let id = known.first ?? "nothing"
    try await call("GET \(one)", "\(all)/\(id)?x=%00")
    try await call("POST \(one)/stop", "\(all)/\(id)/stop?x=%00")
  }
}
