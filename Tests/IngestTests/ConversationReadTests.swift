import Domain
import HTTP
import JSON
import Platform
import Settings
import TestSupport
import Testing
import Time

@testable import SendStore

/// That somebody has looked at a conversation is told to Meta, and so is that they type.
@Suite struct ConversationReadTests {
  private let asked = Locked<[JSONValue]>([])
  private let provider: HTTPServer
  private let stand: IngestStand
  private let store: StockedStore

  init() throws {
    let asked = asked
    provider = try HTTPServer { request, responder in
      if let body = JSONValue(whole: request.body) { asked.withLock { $0.append(body) } }
      responder.answer(HTTPAnswer(json: Array(#"{"success":true}"#.utf8)))
    }
    stand = try IngestStand(
      moreSenders: """
        { id: "read", provider: "meta", phoneNumberId: "106540352242924",
          wabaId: "102290129340398", accessToken: "meta-token", verifyToken: "verify-me",
          appSecret: "secret-of-two", app: "other", company: "beta",
          baseURL: "http://127.0.0.1:\(provider.port)/v24.0" },
        """, publicURL: nil)
    store = try StockedStore(stand)
  }

  @Test(
    "the newest message of the contact is marked as read, and typing shows where it is asked for")
  func marked() async throws {
    let sender = try #require(stand.settings.senders.first { $0.sender.id.text == "read" }?.sender)
    for id in ["wamid.1", "wamid.2"] {
      let now = try store.store.now()
      var report = InboundReport(
        account: sender.account, sender: sender.id, contact: PersonAddress("+393335000001"),
        providerID: ProviderID(id), at: now)
      report.words = InboundWords(
        kind: "text", words: id, content: Array("{}".utf8), received: now)
      _ = try store.store.receive([report])
    }
    let id = ConversationID(
      of: sender.id, with: PersonAddress("+393335000001"), tenant: sender.tenant)
    for (body, isTyping) in [("", false), (#"{"typing":true}"#, true)] {
      let answer = try await stand.call(
        "POST", "/api/conversations/\(id)/read", [HTTPHeader("Authorization", "Bearer admin-key")],
        Array(body.utf8))
      #expect(answer.status == 200)
      #expect(try answer.json["unread"]?.integer == 0)
      let told = try await theNextTold()
      #expect(told["status"]?.string == "read")
      #expect(told["message_id"]?.string == "wamid.2")
      #expect((told["typing_indicator"] != nil) == isTyping)
    }
  }

  private struct Missing: Error {}

  private func theNextTold() async throws -> JSONValue {
    let end = RunningTime.now + .seconds(60)
    while !end.hasPassed {
      if let next = asked.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { return next }
      try await Task.sleep(for: .milliseconds(10))
    }
    throw Missing()
  }
}
