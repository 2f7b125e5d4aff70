import Domain
import HTTP
import Settings
import Testing
import Time

@testable import SendStore

extension OpenAPICaller {
  func callConversations() async throws {
    for query in ["", "?limit=0", "?x=1"] {
      try await call("GET /api/conversations", "/api/conversations\(query)")
    }
    let (open, closed) = (try conversation(1, hoursAgo: 1), try conversation(2, hoursAgo: 30))
    let large = String(repeating: " ", count: 300_000)
    let one = "/api/conversations/{id}"
    for id in ["\(open)", "nothing", "\(open)?x=%00"] {
      try await call("GET \(one)", "/api/conversations/\(id)")
    }
    for end in ["", "?limit=0", "?before=x"] {
      try await call("GET \(one)/messages", "/api/conversations/\(open)/messages\(end)")
    }
    try await call("GET \(one)/messages", "/api/conversations/nothing/messages")
    for id in ["\(open)", "\(closed)", "nothing"] {
      try await call(
        "POST \(one)/messages", "/api/conversations/\(id)/messages", body: #"{"body":"Hi"}"#)
      try await call("POST \(one)/read", "/api/conversations/\(id)/read")
      try await call("PATCH \(one)", "/api/conversations/\(id)", body: #"{"mode":"manual"}"#)
    }
    for body in ["", "{", "{}", large] {
      try await call(
        "POST \(one)/messages", "/api/conversations/\(open)/messages", body: body)
      try await call("PATCH \(one)", "/api/conversations/\(open)", body: body)
    }
    for query in ["", "?x=%00"] { try await call("GET /api/agents", "/api/agents\(query)") }
    let presence = "/api/agents/{name}/presence"
    for (name, body) in [
      ("ann", #"{"present":true}"#), ("nobody", #"{"present":true}"#), ("ann", "{}"), ("ann", "{"),
      ("ann", String(large.prefix(70_000))),
    ] {
      try await call("PUT \(presence)", "/api/agents/\(name)/presence", body: body)
    }
    try await callNotebook(of: open, large)
    try await call("POST \(one)/read", "/api/conversations/\(open)/read?x=%00")
    for body in [large, "{", "[]", #"{"typing":1}"#, #"{"typing":true}"#] {
      try await call("POST \(one)/read", "/api/conversations/\(open)/read", body: body)
    }
  }

  private func callNotebook(of open: ConversationID, _ large: String) async throws {
    let one = "/api/conversations/{id}"
    for place in ["\(open)/notes", "\(open)/notes?x=1", "nothing/notes"] {
      try await call("GET \(one)/notes", "/api/conversations/\(place)")
    }
    for place in ["\(open)/changes", "\(open)/changes?before=x", "nothing/changes"] {
      try await call("GET \(one)/changes", "/api/conversations/\(place)")
    }
    for place in [
      "\(open)/assistant-calls", "\(open)/assistant-calls?before=x", "nothing/assistant-calls",
    ] {
      try await call("GET \(one)/assistant-calls", "/api/conversations/\(place)")
    }
    for body in [#"{"text":"Likes tea"}"#, "{}", "{", large] {
      try await call("POST \(one)/notes", "/api/conversations/\(open)/notes", body: body)
    }
    try await call(
      "POST \(one)/notes", "/api/conversations/nothing/notes", body: #"{"text":"x"}"#)
  }

  /// Somebody wrote to us so long ago.
  func conversation(_ number: Int, hoursAgo hours: Int) throws -> ConversationID {
    let person = PersonAddress("+39333500000\(number)")
    let sender = try #require(stand.settings.senders.first { $0.sender.id.text == "meta" }?.sender)
    if let store = store?.store {
      let at = try store.now() - .seconds(3600 * hours)
      var report = InboundReport(
        account: sender.account, sender: sender.id, contact: person,
        providerID: ProviderID("wamid.\(number)"), at: at)
      report.words = InboundWords(
        kind: "text", words: "Hello", content: Array("{}".utf8), received: at)
      _ = try store.receive([report])
    }
    return ConversationID(of: sender.id, with: person, tenant: sender.tenant)
  }
}
