private import Crypto
package import Domain

extension TwilioSignature {
  /// What stands in `X-Twilio-Signature` of a form that we post as Twilio would.
  package static func header(
    of pairs: [(name: String, value: String)], to url: String, by token: Secret
  ) -> String {
    let sorted = pairs.sorted { left, right in
      left.name == right.name
        ? left.value.utf8.lexicographicallyPrecedes(right.value.utf8)
        : left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
    }
    var message = Array(url.utf8)
    for pair in sorted {
      message += pair.name.utf8
      message += pair.value.utf8
    }
    return base64(HMACKey(.sha1, key: token.bytes).code(of: message))
  }
}
