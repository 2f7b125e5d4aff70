import Events
import Domain
import JSON
import Providers
import Testing
import Time

@Suite struct EventRecordTests {
  static let forms = [
    Fixture["twilio_status_read.form"], Fixture["twilio_status_failed.form"],
    Fixture["twilio_in_text.form"], Fixture["twilio_in_media.form"],
    Fixture["twilio_in_location.form"], Fixture["twilio_in_button.form"],
    Fixture["twilio_in_list.form"], Fixture["twilio_in_referral.form"],
    Fixture["twilio_in_stop.form"], Fixture["twilio_in_bsuid.form"],
  ]
  static let bodies = [
    Fixture["meta_messages.json"], Fixture["meta_statuses.json"],
    Fixture["meta_account.json"], Fixture["meta_broken.json"],
  ]

  static func all(at now: Timestamp = MetaWebhookTests.now) throws -> [WebhookItem] {
    let query = try FormFields(Array("send=0191d0c5-7b3a-7c11-8f00-0123456789ab&attempt=1".utf8))
    return try forms.map {
      try TwilioWebhook.read(
        FormFields($0), query: query, token: nil, tenant: Tenant(app: "a", company: "b"),
        receivedAt: now)
    } + bodies.flatMap { try MetaWebhook.read($0, receivedAt: now) }
  }

  private func roundTrip(_ record: some EventRecord) throws {
    let again = try type(of: record).init(data: record.data)
    #expect(again == record)
  }

  @Test("every record comes back from its JSON as it went")
  func roundTrips() throws {
    for item in try Self.all() {
      switch item {
      case .callback(let callback): try roundTrip(callback)
      case .inbound(let message): try roundTrip(message)
      case .account(let event): try roundTrip(event)
      case .malformed: break
      }
    }
  }

  @Test("a repeated webhook makes the same event, and no two pieces of news share one")
  func ids() throws {
    func names(_ now: Timestamp) throws -> [String] {
      try Self.all(at: now).compactMap { item in
        switch item {
        case .callback(let record): "callback \(record.eventID)"
        case .inbound(let record): "inbound \(record.eventID)"
        case .account(let record): "account \(record.eventID)"
        case .malformed: nil
        }
      }
    }
    let first = try names(Timestamp(seconds: 1))
    #expect(try names(Timestamp(seconds: 2)) == first)
    // The fixtures of Twilio's incoming messages are one message in eight shapes.
    #expect(Set(first).count == first.count - 6)
  }

  @Test("is a CloudEvent of its topic")
  func cloudEvent() throws {
    guard case .callback(let callback)? = try Self.all().first else {
      Issue.record("no callback")
      return
    }
    let event = callback.event(source: "postrider/1")
    #expect(event.type == "postrider.callback.v1")
    #expect(event.id == callback.eventID)
    #expect(event.time == callback.receivedAt)
    #expect(ProviderCallback.topic == .callbacks)
    #expect(callback.key == callback.providerID.text)
    #expect((InboundMessage.topic, InboundMessage.type) == (.inbound, "postrider.inbound.v1"))
    #expect((AccountEvent.topic, AccountEvent.type) == (.account, "postrider.account.v1"))
  }

  @Test(
    "a record that is none is an error",
    arguments: ["", "[]", "{}", #"{"provider":"x"}"#, #"{"provider":"meta","account":5}"#])
  func unreadable(text: String) {
    #expect(throws: EventUnreadable.self) { try ProviderCallback(data: Array(text.utf8)) }
    #expect(throws: EventUnreadable.self) { try InboundMessage(data: Array(text.utf8)) }
    #expect(throws: EventUnreadable.self) { try AccountEvent(data: Array(text.utf8)) }
  }
}
