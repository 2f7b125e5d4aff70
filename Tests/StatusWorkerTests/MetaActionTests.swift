import Crypto
import Domain
import Events
import Providers
import TestSupport
import Testing
import Time

@testable import HTTP
@testable import SendStore
@testable import Settings
@testable import StatusWorker

/// An address that gets what Meta's webhooks tell.
@Suite struct MetaActionTests {
  private static let tenant = Tenant(app: "crm", company: "acme")
  private static let now = Timestamp(seconds: 1_790_000_000)
  private static let secret = "0123456789abcdef"

  private static func delivery(_ body: [UInt8]) -> ClaimedDelivery {
    ClaimedDelivery(
      number: 1, id: "msg_1", line: "l", tries: 0, created: now, body: body, claimedUntil: now)
  }

  private static func post(_ body: [UInt8]) -> Addressee.Post {
    let action = ActionSettings(
      tenant: tenant, url: .loopback(1), secrets: [Secret(secret), Secret("another-secret-16")],
      rate: nil, inFlight: 8, format: .meta)
    return Addressee(
      action, WebhookSignature(action.secrets), shown: [SenderID("m"): "15550100001"]
    )
    .post(delivery(body), at: now)
  }

  @Test("what it is told is signed with its first secret, over the bytes that go out")
  func signed() throws {
    var message = InboundMessage(
      provider: .meta, account: AccountID("W1"), address: "P1", contact: "+393331234567",
      providerID: ProviderID("wamid.IN"), kind: "text", receivedAt: Self.now)
    message.raw = Array(#"{"id":"wamid.IN","text":{"body":"è"}}"#.utf8)
    let event = ActionEvent(message, to: Self.tenant, isWhatsApp: true)
    guard case .call(let call, nil) = Self.post(event.body) else {
      Issue.record("not posted")
      return
    }
    let code = lowerHex(hmac(.sha256, key: Array(Self.secret.utf8), call.body))
    #expect(call.headers.first(named: "X-Hub-Signature-256") == "sha256=\(code)")
    #expect(call.headers.first(named: "webhook-signature") == nil)
    #expect(
      call.method == "POST" && call.headers.first(named: "Content-Type") == "application/json")
    #expect(String(decoding: call.body, as: UTF8.self).contains(#""text":{"body":"è"}"#))
  }

  @Test("what Meta's webhooks know nothing of is told to nobody")
  func nothing() {
    for body in [#"{"event":"handed-over"}"#, "{}", "no JSON"] {
      guard case .nothing = Self.post(Array(body.utf8)) else {
        Issue.record("\(body) was posted")
        return
      }
    }
  }
}
