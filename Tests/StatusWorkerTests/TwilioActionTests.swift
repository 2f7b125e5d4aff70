import Domain
import Events
import Platform
import Providers
import TestSupport
import Testing
import Time

@testable import HTTP
@testable import SendStore
@testable import Settings
@testable import StatusWorker

/// What an address answers in TwiML, and what is made of it.
@Suite struct TwilioActionTests {
  private static let tenant = Tenant(app: "crm", company: "acme")
  private static let now = Timestamp(seconds: 1_790_000_000)

  private static var action: ActionSettings {
    ActionSettings(
      tenant: tenant, url: .loopback(1), secrets: [Secret("0123456789abcdef")], rate: nil,
      inFlight: 8, format: .twilio)
  }

  private static var actions: ActionBook {
    var settings = Settings()
    settings.senders = SenderSettings.all
    return ActionBook(settings)
  }

  private static func delivery(_ address: String = "P1") -> ClaimedDelivery {
    var message = InboundMessage(
      provider: .meta, account: AccountID("W1"), address: address, contact: "+393331234567",
      providerID: ProviderID("wamid.IN"), kind: "text", receivedAt: now)
    message.text = "ciao"
    let event = ActionEvent(message, to: tenant, isWhatsApp: true)
    return ClaimedDelivery(
      number: 1, id: event.id, line: event.line, tries: 0, created: now, body: event.body,
      claimedUntil: now)
  }

  private static func answer(_ text: String, type: String = "text/xml") -> HTTPAnswerReceived {
    HTTPAnswerReceived(
      status: 200, headers: [HTTPHeader("Content-Type", type)], body: Array(text.utf8),
      gatePassedAt: .now,
      timings: .init(connected: .zero, firstByte: .zero, total: .zero, isConnectionReused: false))
  }

  @Test("each message is a send with an id that hangs on what was answered")
  func sends() throws {
    let action = TwilioAction(Self.action)
    let text = "<Response><Message>a</Message><Message>b</Message></Response>"
    let made = try action.replies(
      to: Self.delivery(), Self.answer(text, type: "application/xml; charset=utf-8"), Self.actions,
      at: Self.now)
    #expect(made.count == 2 && made.allSatisfy { $0.to == "+393331234567" })
    #expect(made.allSatisfy { $0.tenant == Self.tenant })
    let again = try action.replies(
      to: Self.delivery(), Self.answer(text), Self.actions, at: Self.now + .seconds(60))
    #expect(again.map(\.id) == made.map(\.id) && again.map(\.request) == made.map(\.request))
    #expect(Set(made.map(\.id)).count == 2)
  }

  @Test(
    "what is not acted on is refused with a reason, and an empty answer is none",
    arguments: [
      ("OK", "text/plain", "text/xml"),
      ("<Response><Redirect/></Response>", "text/xml", "Redirect"),
      (
        "<Response><Message>\(String(repeating: "a", count: 5000))</Message></Response>",
        "text/xml",
        "at most"
      ),
    ])
  func refused(text: String, type: String, words: String) throws {
    let action = TwilioAction(Self.action)
    let fault = #expect(throws: TwilioAction.Refused.self) {
      try action.replies(
        to: Self.delivery(), Self.answer(text, type: type), Self.actions, at: Self.now)
    }
    #expect(fault?.description.contains(words) == true, "\(fault?.description ?? "")")
    #expect(
      try action.replies(
        to: Self.delivery(), Self.answer("", type: type), Self.actions, at: Self.now
      ).isEmpty)
  }

  @Test("nothing goes out from a number that is not the tenant's")
  func foreign() {
    #expect(throws: TwilioAction.Refused.self) {
      try TwilioAction(Self.action).replies(
        to: Self.delivery("elsewhere"),
        Self.answer("<Response><Message>a</Message></Response>"), Self.actions, at: Self.now)
    }
  }
}
