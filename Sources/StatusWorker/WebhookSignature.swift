internal import Crypto
package import Domain
package import Time

/// Standard Webhooks: what is sent carries an id, a time, and a code over both and the body.
package struct WebhookSignature: Sendable {
  private let key: HMACKey

  /// The key stands in base64 after `whsec_`; a secret of another form is the key itself.
  package init(_ secret: Secret) {
    let text = secret.exposed
    let given = text.hasPrefix(Self.mark) ? bytes(fromBase64: text.dropFirst(Self.mark.count)) : nil
    key = HMACKey(.sha256, key: given ?? secret.bytes)
  }

  package func headers(
    id: String, at time: Timestamp, _ body: [UInt8]
  ) -> [(name: String, value: String)] {
    let seconds = String(time.microseconds / 1_000_000)
    let code = key.code(of: Array("\(id).\(seconds).".utf8) + body)
    return [
      ("webhook-id", id), ("webhook-timestamp", seconds),
      ("webhook-signature", "v1,\(base64(code))"),
    ]
  }

  private static let mark = "whsec_"
}
