import Crypto
import Forms
import Foundation

/// Status callbacks as Twilio posts them, each signed for the address that it goes to.
struct SignedCallbacks {
  static let account = "AC000000000000000000000000000000b1"
  static let token = "a-token-that-signs-in-benchmarks"
  static let base = "https://hooks.example.com"

  let all: [PreparedRequest]

  /// Different messages, so that they spread over the log's partitions.
  init(count: Int = 256) {
    all = (0..<count).map { number in
      let digits = String(number, radix: 16)
      let sid = "SM" + String(repeating: "0", count: 32 - digits.count) + digits
      let send = "0190a0b0-c0d0-7000-8000-\(100_000_000_000 + number)"
      let target = "/whatsapp/callback/crm/acme?send=\(send)&attempt=1"
      let fields = [
        (name: "ApiVersion", value: "2010-04-01"), (name: "AccountSid", value: Self.account),
        (name: "ChannelInstallSid", value: "XE00000000000000000000000000000001"),
        (name: "ChannelPrefix", value: "whatsapp"),
        (name: "ChannelToAddress", value: "+393331234567"),
        (name: "EventType", value: "DELIVERED"), (name: "From", value: "whatsapp:+14155550100"),
        (name: "MessageSid", value: sid), (name: "MessageStatus", value: "delivered"),
        (name: "SmsSid", value: sid), (name: "SmsStatus", value: "delivered"),
        (name: "StructuredMessage", value: "false"), (name: "To", value: "whatsapp:+393331234567"),
      ]
      let signed = fields.sorted { $0.name < $1.name }
        .reduce(Self.base + target) { $0 + $1.name + $1.value }
      let signature = base64(hmac(.sha1, key: Array(Self.token.utf8), Array(signed.utf8)))
      return PreparedRequest(
        target: target,
        headers: [
          ("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8"),
          ("User-Agent", "TwilioProxy/1.1"), ("Accept", "*/*"), ("X-Twilio-Signature", signature),
          ("I-Twilio-Idempotency-Token", "0190a0b0-0000-7000-8000-\(200_000_000_000 + number)"),
        ], body: String(decoding: FormPair.encoded(fields), as: UTF8.self))
    }
  }
}
