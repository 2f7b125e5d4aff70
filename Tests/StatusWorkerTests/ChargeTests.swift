import Domain
import Events
import SendStore
import TestSupport
import Testing

@testable import Settings

/// Who is in charge of those who write for the first time.
@Suite struct ChargeTests {
  private static func inboxes(_ text: String) throws -> InboxSettings {
    try Settings.read(text: text).inboxes
  }

  @Test("a first message is given to an agent of its tenant", arguments: Backend.allCases)
  func first(backend: Backend) async throws {
    let inboxes = try Self.inboxes(
      """
      {
        roles: [{ name: 'support', assistant: 'helper' }],
        agents: [{ name: 'bea', role: 'support' }, { name: 'carl', phone: '+393331234567' },
                 { name: 'dora', app: 'crm', company: 'sibling' }],
        assignment: { rules: [{ words: ['invoice'], agent: 'bea' }] },
        tenants: [{ app: 'crm', company: 'sibling', defaultAgent: 'dora', assignment: {} }],
      }
      """)
    try await onStand(backend, inboxes: inboxes) { stand in
      try stand.tell(events: [
        InboundTests.message("SM1") { $0.text = "Hello" },
        InboundTests.message("SM2", from: "+393330000002") { $0.text = "My invoice" },
        InboundTests.message("SM3", from: "+393330000003") { $0.text = "Hello" },
        InboundTests.message("SM4", from: "+393330000004", to: "+15550001") {
          $0.raw = Array(#"{"To":"+15550001"}"#.utf8)
          $0.text = "My invoice"
        },
      ])
      let found = try stand.store.conversations(ConversationQuery(), limit: 10).page
      let agents = Dictionary(
        found.map {
          ($0.address.text, "\($0.standing.agent ?? "-") \($0.standing.assistant ?? "-")")
        }
      ) { $1 }
      #expect(
        agents == [
          "+393331234567": "carl -", "+393330000002": "bea helper", "+393330000003": "- -",
          "+393330000004": "dora -",
        ])
    }
  }
}
