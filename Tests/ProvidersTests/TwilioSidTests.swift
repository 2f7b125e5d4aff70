import Domain
import Providers
import Testing
import Time

@Suite struct TwilioSidTests {
  @Test("a send has a sid of Twilio's form and is found by it")
  func both() throws {
    let now = Timestamp(seconds: 1_790_000_000)
    for id in [
      SendID.random(at: now),
      SendID.derived(tenant: .none, idempotencyKey: "a", item: 0),
    ] {
      for hasMedia in [true, false] {
        let sid = id.messageSid(hasMedia: hasMedia)
        #expect(sid.count == 34 && sid.hasPrefix(hasMedia ? "MM" : "SM"))
        #expect(SendID(messageSid: sid) == id)
      }
    }
    #expect(SendID.random(at: now).messageTime == now.microseconds)
    #expect(SendID.derived(tenant: .none, idempotencyKey: "a", item: 0).messageTime == nil)
  }

  @Test(
    "what cannot be a send's is none",
    arguments: [
      "", "SM", "SM0190a0b0c0d07000800000000000000", "XX0190a0b0c0d070008000000000000000",
      // Another version, another variant, no digits.
      "SM0190a0b0c0d040008000000000000000", "SM0190a0b0c0d07000c000000000000000",
      "SM0190a0b0c0d0700080000000000000zz",
    ])
  func foreign(sid: String) { #expect(SendID(messageSid: sid) == nil) }
}
