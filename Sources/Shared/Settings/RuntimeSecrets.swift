package import Crypto
package import Domain

/// Names a secret of the settings without telling it: all senders that have the same one go by the same name, and where
/// the settings get another one it has another name, so that the newer word of the settings counts.
package struct CredentialsID: Hashable, Comparable, Sendable, CustomStringConvertible {
  package let description: String

  init(_ provider: Provider, _ secret: Secret) {
    let hash = sha256(Array("postrider credentials".utf8) + secret.bytes)
    description = "\(provider.rawValue):\(lowerHex(hash[..<12]))"
  }

  package init(stored text: String) { description = text }

  package static func < (left: CredentialsID, right: CredentialsID) -> Bool {
    left.description < right.description
  }
}

/// What is in use in place of a secret of the settings.
package struct RuntimeSecret: Hashable, Sendable {
  package let token: Secret
  /// The one before, which others may still sign with.
  package let previous: Secret?

  package init(token: Secret, previous: Secret? = nil) {
    self.token = token
    self.previous = previous
  }
}

extension Settings {
  /// What was made or refreshed at run time wins over what it was made from.
  package func with(_ known: [CredentialsID: RuntimeSecret]) -> Settings {
    guard !known.isEmpty else { return self }
    var changed = self
    changed.senders = senders.map { sender in
      known[sender.credentialsID].map { sender.with($0) } ?? sender
    }
    return changed
  }

  /// The first seals, each opens. Empty where nothing secret may be written.
  package var sealingKeys: [SealingKey] {
    secretsKeys.compactMap { bytes(fromBase64: $0.exposed).flatMap { SealingKey($0) } }
  }
}
