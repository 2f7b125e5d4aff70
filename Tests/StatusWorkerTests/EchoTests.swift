import Domain
import Events
import SendStore
import TestSupport
import Testing
import Time

@testable import Settings

/// What people of the business write on its app.
@Suite struct EchoTests {
  private static func echo(
    _ id: String, to person: String = "393331234567", at seconds: Int64 = 1_800_000_000,
    text: String = "By hand", phone: String? = "P1"
  ) -> AccountEvent {
    AccountTests.news(
      "smb_message_echoes",
      #"{"metadata":{"phone_number_id":"P1"},"message_echoes":[{"from":"390612345678","to":"\#(person)","id":"\#(id)","timestamp":"\#(seconds)","type":"text","text":{"body":"\#(text)"}},{"id":"broken"}]}"#,
      phone: phone)
  }

  private static func wrote(_ id: String) -> InboundMessage {
    InboundTests.message(id, to: "P1", account: "W1") {
      $0.waID = "393331234567"
      $0.text = "Hello"
    }
  }

  private static let id = ConversationID(
    of: SenderID("meta"), with: PersonAddress("+393331234567"),
    tenant: Tenant(app: "crm", company: "acme"))

  @Test(
    "a message of the business app takes over as an answer of ours does, once",
    arguments: Backend.allCases)
  func takesOver(backend: Backend) async throws {
    try await onStand(backend) { stand in
      try stand.tell(events: [Self.wrote("wamid.1")])
      let bound = try stand.queue(2, for: .meta) { number, send in
        send.recipient = "+393331234567"
        send.conversation = ConversationSend(
          in: Self.id, by: "set text", unlessTurn: number == 0 ? 0 : nil)
      }
      let window = try stand.store.contact("+393331234567", of: SenderID("meta"))?.window
      let echo = Self.echo("wamid.2")
      try stand.tell(events: [echo, echo])
      try stand.tell(events: [echo])
      let one = try #require(try stand.store.conversation(Self.id))
      #expect(one.standing.mode == .manual && one.standing.turn == 1)
      #expect(one.standing.unread == 0 && one.due == nil && one.preview == "By hand")
      #expect(try stand.state(bound[0]) == .canceled)
      #expect(try stand.state(bound[1]) == .queued)
      #expect(try stand.store.contact("+393331234567", of: SenderID("meta"))?.window == window)
      let timeline = try stand.store.timeline(of: one, limit: 10).page.map(\.what)
      let echoes = timeline.compactMap { what -> String? in
        guard case .echo(let kind, let words, _, _, let author) = what else { return nil }
        return "\(author): \(kind) \(words)"
      }
      #expect(echoes == ["business app: text By hand"])
    }
  }

  @Test(
    "who never wrote has a conversation, whose agent is as for others", arguments: Backend.allCases)
  func begins(backend: Backend) async throws {
    let inboxes = try Settings.read(text: "{agents: [{name: 'bea'}], defaultAgent: 'bea'}").inboxes
    try await onStand(backend, inboxes: inboxes) { stand in
      try stand.tell(events: [Self.echo("wamid.1")])
      let one = try #require(try stand.store.conversation(Self.id))
      #expect(one.standing.mode == .manual && one.standing.agent == "bea")
      #expect(one.standing.inbound == nil)
      #expect(
        try stand.store.contact("+393331234567", of: SenderID("meta"))?.window.lastInbound == nil)
    }
  }

  @Test("an echo of no number of ours, or of several, changes nothing")
  func nobodys() async throws {
    try await onStand(.oneMachine) { stand in
      try stand.tell(events: [Self.wrote("wamid.1")])
      try stand.tell(events: [Self.echo("wamid.2", phone: nil), Self.echo("wamid.3", phone: "P9")])
      #expect(try stand.store.conversation(Self.id)?.standing.turn == 0)
    }
  }
}
