import Domain
import JSON
import Providers
import Testing
import Time

@testable import DispatchWorker

@Suite struct TwilioLookTests {
  static let person = "whatsapp:+393331234567"
  static let attempt = CalendarTime(seconds: 1_800_000_000)

  /// A message of Twilio's list, so many seconds after the attempt.
  struct Listed: Sendable {
    var sid = 1
    var after: Int64? = 1
    var body: String? = "Hello"
    var to = TwilioLookTests.person
    var from: String? = "whatsapp:+14155238886"
    var service: String?

    var message: TwilioMessage? {
      let json = JSONWriter.object { writer in
        writer.field("sid", Self.sid(sid))
        writer.field("status", "sent")
        writer.field("to", to)
        if let from { writer.field("from", from) }
        if let service { writer.field("messaging_service_sid", service) }
        if let body { writer.field("body", body) }
        if let after {
          let created = TwilioLookTests.attempt + .seconds(after)
          writer.field("date_created", created.httpDate)
        }
      }
      let page = Array(#"{"messages":["#.utf8) + json + Array("]}".utf8)
      do {
        return try TwilioPage.read(ProviderAnswer(status: 200, body: page)).messages.first
      } catch {
        return nil
      }
    }

    static func sid(_ number: Int) -> String {
      let digits = String(number)
      return "SM" + String(repeating: "0", count: 32 - digits.count) + digits
    }
  }

  static let found = TwilioLook.Finding.wentOut(ProviderID(Listed.sid(1)))

  typealias Case = (
    what: String, listed: [Listed], rivals: [String?], body: String?, finding: TwilioLook.Finding
  )

  static let cases: [Case] = [
    ("nothing", [], [], "Hello", .notThere),
    ("it", [Listed()], [], "Hello", found),
    ("two that fit", [Listed(), Listed(sid: 2)], [], "Hello", .unclear),
    ("it, and other words", [Listed(), Listed(sid: 2, body: "Bye")], [], "Hello", found),
    ("a rival with the same words", [Listed()], ["Hello"], "Hello", .unclear),
    ("a rival whose words nobody knows", [Listed()], [nil], "Hello", .unclear),
    ("a rival with other words", [Listed()], ["Bye"], "Hello", found),
    ("a rival, and nothing in the list", [], ["Hello"], "Hello", .notThere),
    (
      "a trial account's prefix", [Listed(body: "Sent from a trial - Hello")], [], "Hello", .unclear
    ),
    ("words that Twilio took away", [Listed(body: nil)], [], "Hello", .unclear),
    ("the last second before", [Listed(after: -30)], [], "Hello", found),
    ("too long before to be bound", [Listed(after: -31)], [], "Hello", .unclear),
    ("the last second after", [Listed(after: 90)], [], "Hello", found),
    ("too long after to be bound", [Listed(after: 91)], [], "Hello", .unclear),
    ("the first that proves nothing", [Listed(after: -301)], [], "Hello", .notThere),
    ("the last that may be it", [Listed(after: 900)], [], "Hello", .unclear),
    ("long after", [Listed(after: 901)], [], "Hello", .notThere),
    ("one that waits and has no time", [Listed(after: nil)], [], "Hello", found),
    ("somebody else's", [Listed(to: "whatsapp:+393330000000")], [], "Hello", .notThere),
    ("another sender's", [Listed(from: "whatsapp:+15550000000")], [], "Hello", .notThere),
    ("without a sender so far", [Listed(from: nil)], [], "Hello", found),
    ("a template, and one message", [Listed(body: "Dear Ann")], [], nil, found),
    ("a template, and two", [Listed(), Listed(sid: 2, body: "Bye")], [], nil, .unclear),
  ]

  @Test(
    "one message with those words around the attempt binds, none proves absence", arguments: cases)
  func findings(row: Case) throws {
    let look = look(body: row.body)
    let possible = row.listed.compactMap(\.message).filter(look.mayBe)
    #expect(look.finding(possible, rivals: row.rivals) == row.finding, "\(row.what)")
  }

  @Test("where Twilio's clock is not known, nothing is told")
  func noClock() throws {
    let look = look(body: "Hello", attemptAt: nil)
    #expect(look.finding([], rivals: []) == .unclear)
    #expect(look.finding([try #require(Listed().message)], rivals: []) == .unclear)
  }

  @Test(
    "a service's message is known by the service, whatever number it went from",
    arguments: [
      ("MG00000000000000000000000000000001", true), ("MG00000000000000000000000000000002", false),
    ])
  func service(sid: String, isIt: Bool) throws {
    let sender = TwilioSender(
      channel: .twilioWhatsApp, address: "MG00000000000000000000000000000001")
    let look = TwilioLook(
      person: ChannelAddress(Self.person), sender: sender, body: "Hello", attemptAt: Self.attempt)
    let message = try #require(Listed(from: "whatsapp:+15550000000", service: sid).message)
    #expect(look.mayBe(message) == isIt)
  }

  private func look(body: String?, attemptAt: CalendarTime? = attempt) -> TwilioLook {
    let sender = TwilioSender(channel: .twilioWhatsApp, address: "+14155238886")
    return TwilioLook(
      person: ChannelAddress(Self.person), sender: sender, body: body, attemptAt: attemptAt)
  }

  @Test("a list proves nothing of a message by RCS: how it spells the person is not known")
  func rcs() {
    let look = TwilioLook(
      person: ChannelAddress("rcs:+393331234567"),
      sender: TwilioSender(channel: .twilioRCS, address: "rcs:acme"), body: "Hello",
      attemptAt: CalendarTime(seconds: 1_800_000_000))
    #expect(look.finding([], rivals: []) == .unclear)
  }
}
