internal import Crypto
package import Domain
package import Time

/// Standard Webhooks: what is sent carries an id, a time, and a code over both and the body; during a rotation one by
/// each secret, so that whoever checks may have either.
package struct WebhookSignature: Sendable {
  private let keys: [HMACKey]

  /// The key stands in base64 after `whsec_`; a secret of another form is the key itself.
  package init(_ secrets: [Secret]) {
    keys = secrets.map { secret in
      let text = secret.exposed
      let given =
        text.hasPrefix(Self.mark) ? bytes(fromBase64: text.dropFirst(Self.mark.count)) : nil
      return HMACKey(.sha256, key: given ?? secret.bytes)
    }
  }

  package func headers(
    id: String, at time: Timestamp, _ body: [UInt8]
  ) -> [(name: String, value: String)] {
    let seconds = String(time.microseconds / 1_000_000)
    let signed = Array("\(id).\(seconds).".utf8) + body
    let codes = keys.map { "v1,\(base64($0.code(of: signed)))" }
    return [
      ("webhook-id", id), ("webhook-timestamp", seconds),
      ("webhook-signature", codes.joined(separator: " ")),
    ]
  }

  private static let mark = "whsec_"
}
