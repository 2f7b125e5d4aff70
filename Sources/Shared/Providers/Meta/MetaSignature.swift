private import Crypto
package import Domain

package enum MetaSignature {
  /// Which of the app secrets has signed these very bytes: its place in the list.
  /// - `header`: `X-Hub-Signature-256`
  package static func signer(of body: [UInt8], header: String, secrets: [Secret]) -> Int? {
    secrets.firstIndex { secret in
      guard !secret.isEmpty else { return false }
      return equalInConstantTime(Self.header(of: body, by: secret), header)
    }
  }

  /// `X-Hub-Signature-256` of these very bytes.
  package static func header(of body: [UInt8], by secret: Secret) -> String {
    "sha256=\(lowerHex(hmac(.sha256, key: secret.bytes, body)))"
  }
}

package enum MetaVerification {
  /// What the GET that verifies a webhook's address is answered with; nil: 403.
  package static func challenge(_ query: [String: String], tokens: [Secret]) -> String? {
    guard query["hub.mode"] == "subscribe", let given = query["hub.verify_token"],
      let challenge = query["hub.challenge"]
    else { return nil }
    let isOurs = tokens.contains {
      !$0.isEmpty && equalInConstantTime($0.bytes, Array(given.utf8))
    }
    return isOurs ? challenge : nil
  }
}
