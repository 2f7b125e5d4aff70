internal import Crypto
internal import Domain
internal import JSON
package import SendStore
package import Settings

/// What is made at run time, between memory and the store, where it is encrypted.
package struct SecretSeal: Sendable {
  private let keys: [SealingKey]

  package init(_ settings: Settings) { keys = settings.sealingKeys }

  /// Nothing secret is written without one.
  package var hasKey: Bool { !keys.isEmpty }

  /// nil without a key.
  package func seal(_ secret: RuntimeSecret, for id: CredentialsID) -> [UInt8]? {
    let plain = JSONWriter.object { writer in
      writer.field("token", secret.token.exposed)
      writer.field("previous", secret.previous?.exposed)
    }
    return keys.first?.seal(plain, for: id.description)
  }

  /// nil where no key of the settings opens it.
  package func open(_ sealed: [UInt8], for id: CredentialsID) -> RuntimeSecret? {
    guard let key = keys.first(where: { $0.fits(sealed) }),
      let plain = key.open(sealed, for: id.description), let root = JSONValue(whole: plain),
      let token = root["token"]?.string
    else { return nil }
    return RuntimeSecret(token: Secret(token), previous: root["previous"]?.string.map(Secret.init))
  }

  /// Whether it should be sealed anew, since another key comes first by now.
  package func isOutdated(_ sealed: [UInt8]) -> Bool {
    keys.first.map { !$0.fits(sealed) } ?? false
  }

  /// All that is in use in place of secrets of the settings, and the names of those that no key opens.
  package func open(
    _ stored: [StoredCredentials]
  ) -> (known: [CredentialsID: RuntimeSecret], closed: [CredentialsID]) {
    var known: [CredentialsID: RuntimeSecret] = [:]
    var closed: [CredentialsID] = []
    for one in stored {
      let id = CredentialsID(stored: one.owner)
      guard let sealed = one.sealed else { continue }
      if let secret = open(sealed, for: id) { known[id] = secret } else { closed.append(id) }
    }
    return (known, closed)
  }

  // MARK: Beside the spool

  private static let snapshotOwner = "snapshot"

  /// As one file, for a start while the store is away; nil without a key.
  package func snapshot(of known: [CredentialsID: RuntimeSecret]) -> [UInt8]? {
    let plain = JSONWriter.object { writer in
      for (id, secret) in known.sorted(by: { $0.key < $1.key }) {
        writer.name(id.description)
        writer.object { writer in
          writer.field("token", secret.token.exposed)
          writer.field("previous", secret.previous?.exposed)
        }
      }
    }
    return keys.first?.seal(plain, for: Self.snapshotOwner)
  }

  package func known(inSnapshot sealed: [UInt8]) -> [CredentialsID: RuntimeSecret] {
    guard let key = keys.first(where: { $0.fits(sealed) }),
      let plain = key.open(sealed, for: Self.snapshotOwner), let root = JSONValue(whole: plain)
    else { return [:] }
    let found = (root.fields ?? []).compactMap { name, value in
      value["token"]?.string.map { token in
        (
          CredentialsID(stored: name),
          RuntimeSecret(token: Secret(token), previous: value["previous"]?.string.map(Secret.init))
        )
      }
    }
    return Dictionary(found) { $1 }
  }
}
