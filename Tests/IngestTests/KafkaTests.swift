import Events
import Domain
import HTTP
import TestSupport
import Platform
import Testing

@Suite struct KafkaTests {
  @Test("what providers post is in the log when they get their answer")
  func path() async throws {
    let stand = try IngestStand(on: .scaledOut)
    #expect(
      try await stand.twilio("/in/whatsapp/crm/acme", TwilioWebhookTests.status).status == 200)
    #expect(try await SpoolTests.post(stand, 1) == 200)
    let records = try stand.records(.callbacks)
    #expect(Set(records.map(\.key)) == ["SM1", "wamid.1"])
    let tenants = try records.map { try ProviderCallback(data: try $0.event().data).tenant }
    #expect(tenants.contains(Tenant(app: "crm", company: "acme")))
    #expect(try await SendTests.send(stand, SendTests.text).status == 202)
    #expect(try stand.records(.sends).count == 1)
  }

  @Test("an outage of the brokers loses no webhook and takes no send")
  func outage() async throws {
    let stand = try IngestStand(on: .scaledOut, patience: .milliseconds(300))
    #expect(try await SpoolTests.post(stand, 0) == 200)
    stand.brokers?.takeDown()
    for number in 1...20 { #expect(try await SpoolTests.post(stand, number) == 200) }
    #expect(stand.count("postrider_spooled_records_total") >= 20)
    let refused = try await SendTests.send(stand, SendTests.text)
    #expect(refused.status == 503)
    #expect(refused.headers.first(named: "Retry-After") != nil)
    stand.brokers?.bringUp()
    let keys = try stand.keys(of: .callbacks, atLeast: 21)
    #expect(keys == Set((0...20).map { "wamid.\($0)" }))
  }
}
