internal import Crypto
internal import Domain
internal import JSON
package import SendStore
package import Settings

/// What is made at run time, between memory and the store, where it is encrypted.
package struct SecretSeal: Sendable {
  private let keys: [SealingKey]

  package init(_ settings: Settings) { keys = settings.sealingKeys }

  package init(_ actions: ActionBook) { keys = actions.sealingKeys }

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

  // MARK: Whole accounts

  private static func owner(_ name: AccountName) -> String { "account:\(name)" }

  /// nil without a key.
  package func seal(_ document: AccountDocument) -> [UInt8]? {
    keys.first?.seal(document.json, for: Self.owner(document.name))
  }

  /// nil where no key of the settings opens it.
  package func open(_ sealed: [UInt8], for name: AccountName) -> AccountDocument? {
    guard let key = keys.first(where: { $0.fits(sealed) }),
      let plain = key.open(sealed, for: Self.owner(name))
    else { return nil }
    do throws(SettingsRefused) { return try AccountDocument(name, json: plain) } catch {
      return nil
    }
  }

  /// All that there are, and the names of those that no key opens.
  package func open(
    _ stored: [StoredAccount]
  ) -> (documents: [AccountDocument], closed: [String]) {
    var documents: [AccountDocument] = []
    var closed: [String] = []
    for one in stored {
      guard let sealed = one.sealed else { continue }
      if let document = AccountName(one.name).flatMap({ open(sealed, for: $0) }) {
        documents.append(document)
      } else {
        closed.append(one.name)
      }
    }
    return (documents, closed)
  }

  /// For what else is kept: nil without a key.
  package func seal(_ plain: [UInt8], for owner: String) -> [UInt8]? {
    keys.first?.seal(plain, for: owner)
  }

  package func open(_ sealed: [UInt8], for owner: String) -> [UInt8]? {
    keys.first { $0.fits(sealed) }?.open(sealed, for: owner)
  }

  // MARK: Beside the spool

  private static let snapshotOwner = "snapshot"

  /// As one file, for a start while the store is away; nil without a key.
  package func snapshot(of known: KnownAccounts) -> [UInt8]? {
    let plain = JSONWriter.object { writer in
      for (id, secret) in known.secrets.sorted(by: { $0.key < $1.key }) {
        writer.name(id.description)
        writer.object { writer in
          writer.field("token", secret.token.exposed)
          writer.field("previous", secret.previous?.exposed)
        }
      }
      writer.name("accounts")
      writer.object { writer in
        for document in known.documents {
          writer.name(document.name.text)
          writer.raw(document.json)
        }
      }
    }
    return keys.first?.seal(plain, for: Self.snapshotOwner)
  }

  package func known(inSnapshot sealed: [UInt8]) -> KnownAccounts {
    guard let key = keys.first(where: { $0.fits(sealed) }),
      let plain = key.open(sealed, for: Self.snapshotOwner), let root = JSONValue(whole: plain)
    else { return KnownAccounts() }
    var known = KnownAccounts()
    for (name, value) in root.fields ?? [] {
      guard let token = value["token"]?.string else { continue }
      known.secrets[CredentialsID(stored: name)] =
        RuntimeSecret(token: Secret(token), previous: value["previous"]?.string.map(Secret.init))
    }
    known.documents = (root["accounts"]?.fields ?? []).compactMap { name, value in
      guard let name = AccountName(name) else { return nil }
      do throws(SettingsRefused) {
        return try AccountDocument(name, json: Array(value.text))
      } catch { return nil }
    }
    return known
  }
}

/// What was made at run time: secrets in place of others, and whole accounts.
package struct KnownAccounts: Hashable, Sendable {
  package var secrets: [CredentialsID: RuntimeSecret] = [:]
  package var documents: [AccountDocument] = []

  package init() {}
}
