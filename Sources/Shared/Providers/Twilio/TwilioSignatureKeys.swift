internal import Crypto
package import Domain

extension TwilioSignature {
  /// What an account's webhooks are signed with: primary and secondary token while they are rotated, shared
  /// keys by their ids.
  package struct Keys: Sendable {
    private let tokens: [HMACKey]
    private let sharedKeys: [String: HMACKey]

    package init(tokens: [Secret], sharedKeys: [String: Secret] = [:]) {
      self.tokens = tokens.filter { !$0.isEmpty }.map { HMACKey(.sha1, key: $0.bytes) }
      self.sharedKeys = sharedKeys.filter { !$0.value.isEmpty }
        .mapValues { HMACKey(.sha256, key: $0.bytes) }
    }

    /// `settings`: `key=<id>,algorithm=HMAC_SHA256`; none where it was not told.
    func chosen(by settings: String?) -> [HMACKey] {
      guard let settings else { return tokens }
      let named = Self.named(settings)
      switch named["algorithm"] {
      case "HMAC_SHA1": return tokens
      case "HMAC_SHA256": return [named["key"].flatMap { sharedKeys[$0] }].compactMap(\.self)
      default: return []
      }
    }

    private static func named(_ settings: String) -> [String: String] {
      let pairs = settings.split(separator: ",").map { part in
        part.split(separator: "=", maxSplits: 1).map { word in
          String(word.drop(while: \.isWhitespace).prefix { !$0.isWhitespace })
        }
      }
      return Dictionary(pairs.filter { $0.count == 2 }.map { ($0[0], $0[1]) }) { first, _ in first }
    }
  }
}
