import Domain
import Events
import SendStore
import Settings
import StatusWorker
import TestSupport
import Testing
import Time

@testable import StatusWorker

@Suite struct SightingTests {
  private static func news(_ seconds: Int64, account: String = "W1", phone: String? = nil)
    -> AccountEvent
  {
    AccountEvent(
      provider: .meta, account: AccountID(account), phoneNumberID: phone, kind: "account_update",
      receivedAt: Timestamp(seconds: 1_800_000_000 + seconds), raw: Array("{}".utf8))
  }

  @Test("a webhook of an account is remembered, once a minute, and a stranger's is not")
  func remembered() async throws {
    try await onStand(.oneMachine) { stand in
      let sightings = WebhookSightings(stand.store)
      func seen() throws -> [Int64] {
        try stand.store.sightings().map { $0.at.microseconds / 1_000_000 - 1_800_000_000 }
      }
      try sightings.note([Self.news(0), Self.news(2), Self.news(1)])
      #expect(try seen() == [2])
      try sightings.note([Self.news(61)])
      #expect(try seen() == [2])
      try sightings.note([Self.news(62), Self.news(62, account: "stranger")])
      #expect(try seen() == [62])
    }
  }

  @Test("each kind of webhook counts: callbacks, messages and news", arguments: Backend.allCases)
  func kinds(backend: Backend) async throws {
    try await onStand(backend) { stand in
      let send = try #require(try stand.accepted(for: .meta).first)
      try stand.tell([.meta("sent", send)])
      let phones = try stand.store.sightings()
      #expect(phones.count == 1 && phones.first?.address != nil)
      try stand.tell(events: [Self.news(9)])
      #expect(try stand.store.sightings().contains { $0.address == nil })
      #expect(try stand.store.phones().map(\.sender).contains(SenderSettings.meta.sender.id))
    }
  }
}
