internal import Crypto
package import Domain
package import Settings

/// What Meta's dialog carries from the link to us: which signup it is, signed, so that nobody can make one, and bound to the
/// key that asked for it.
package struct SignupState: Hashable, Sendable {
  package let id: String
  /// The hash of the API key by which the link was made: where that key is gone, so is the link.
  package let key: String

  package init(id: String, key: Secret) {
    self.id = id
    self.key = Self.name(of: key)
  }

  private init(id: String, keyName: String) {
    self.id = id
    key = keyName
  }

  package static func name(of key: Secret) -> String {
    lowerHex(sha256(Array("postrider signup key".utf8) + key.bytes)[..<8])
  }

  private static func signer(_ settings: Settings) -> [HMACKey] {
    settings.secretsKeys.map {
      HMACKey(.sha256, key: sha256(Array("postrider signup state".utf8) + $0.bytes))
    }
  }

  /// nil without `secretsKey`.
  package func text(_ settings: Settings) -> String? {
    let plain = "\(id).\(key)"
    return Self.signer(settings).first.map {
      "\(plain).\(lowerHex($0.code(of: Array(plain.utf8))))"
    }
  }

  /// nil unless we have signed it, and the key is one of ours still.
  package init?(_ text: String, _ settings: Settings) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 3 else { return nil }
    let plain = Array("\(parts[0]).\(parts[1])".utf8)
    let isSigned = Self.signer(settings).contains {
      equalInConstantTime(Array(lowerHex($0.code(of: plain)).utf8), Array(parts[2].utf8))
    }
    guard isSigned else { return nil }
    self.init(id: parts[0], keyName: parts[1])
    guard settings.apiKeys.contains(where: { Self.name(of: $0.key) == key }) else { return nil }
  }
}
