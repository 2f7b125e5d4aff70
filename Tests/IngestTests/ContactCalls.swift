import Domain
import SendStore
import Settings
import Testing

extension OpenAPICaller {
  func callContacts() async throws {
    let (all, one) = ("/api/contacts", "/api/contacts/{contact}")
    // Little above the limit: what is left of a large one may be cut before the answer is read.
    let large = String(repeating: " ", count: 70_000)
    for query in ["", "?limit=0", "?q=Anna"] { try await call("GET \(all)", all + query) }
    let message = #""number":"+393335000007","name":"Anna","sender":"meta""#
    for body in [
      #"{\#(message),"template_name":"hi"}"#, "{\(message)}", "{",
      String(repeating: " ", count: 300_000),
    ] {
      try await call("POST \(all)", all, body: body)
    }
    // What became of a send to the first of them is not known.
    let (doubted, other) = (try contact("+393331234567"), try contact("+393335000008"))
    let path = "\(all)/\(doubted)"
    for place in [path, "\(all)/0", "\(path)?x=%00"] {
      try await call("GET \(one)", place)
    }
    for place in ["\(path)/export", "\(all)/0/export", "\(path)/export?x=%00"] {
      try await call("GET \(one)/export", place)
    }
    for body in [#"{"name":"Anna","optOut":"marketing"}"#, "{}", "{", large] {
      try await call("PATCH \(one)", path, body: body)
    }
    try await call("PATCH \(one)", "\(all)/0", body: #"{"name":"Anna"}"#)
    try await callMerges(of: doubted, other, large)
    for end in ["", "?keepOptOuts=x"] { try await call("DELETE \(one)", path + end) }
    try await call("DELETE \(one)", path, body: large)
    try await call("DELETE \(one)", "\(all)/0")
    try await call("DELETE \(one)", "\(all)/\(other)?keepOptOuts=true")
  }

  private func callMerges(of one: Int64, _ other: Int64, _ large: String) async throws {
    let merges = "/api/contacts/{contact}/merges"
    let path = "/api/contacts/\(one)/merges"
    for body in [#"{"contact":"\#(other)"}"#, #"{"contact":"\#(other)"}"#, "{}", "{", large] {
      try await call("POST \(merges)", path, body: body)
    }
    try await call(
      "POST \(merges)", "/api/contacts/0/merges", body: #"{"contact":"\#(other)"}"#)
    // It is part of the other.
    try await call(
      "PATCH /api/contacts/{contact}", "/api/contacts/\(other)", body: #"{"name":"x"}"#)
    let number = try store?.store.merges(of: PersonKey(one)).first?.number ?? 0
    for place in ["\(path)/\(number)", "\(path)/\(number)", "\(path)/x", "\(path)/1?x=%00"] {
      try await call("DELETE \(merges)/{merge}", place)
    }
    try await call("DELETE \(merges)/{merge}", "\(path)/1", body: large)
  }

  private func contact(_ number: String) throws -> Int64 {
    guard let store = store?.store else { return 1 }
    let sender = try #require(stand.settings.senders.first { $0.sender.id.text == "meta" }?.sender)
    return try store.acquaint(
      PersonAddress(number), with: sender.id, named: "Anna", by: .system
    ).person.value
  }
}
