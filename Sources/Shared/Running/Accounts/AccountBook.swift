internal import Crypto
package import Domain
package import SendStore
package import Settings
internal import Store

/// Makes, changes and removes accounts while workers run.
package struct AccountBook: Sendable {
  private let settings: Settings
  private let seal: SecretSeal
  /// Whose accounts these may be; nil: anybody's.
  private let tenant: Tenant?

  package init(_ settings: Settings, for tenant: Tenant? = nil) {
    self.settings = settings
    seal = SecretSeal(settings)
    self.tenant = tenant
  }

  package enum Refused: Error, CustomStringConvertible {
    /// Nothing secret may be written.
    case noKey
    case notThere
    case faults([SettingsFault])

    package var description: String {
      switch self {
      case .noKey: "nothing secret can be kept: secretsKey is not set in the settings"
      case .notThere: "there is no such account, or it belongs to another tenant"
      case .faults(let faults): faults.map(\.description).joined(separator: "\n")
      }
    }
  }

  /// Those that may be seen.
  package func documents(_ store: SendStore) throws -> [AccountDocument] {
    seal.open(try store.accounts()).documents.filter(isVisible)
  }

  private func isVisible(_ document: AccountDocument) -> Bool {
    tenant == nil || document.tenant == tenant
  }

  /// Makes it, or replaces what has the name. What is secret and missing stays as it was.
  package func put(
    _ json: [UInt8], as name: AccountName, _ store: SendStore
  ) throws -> AccountDocument {
    try change(name, store) { before in
      var document: AccountDocument
      do throws(SettingsRefused) { document = try AccountDocument(name, json: json) } catch {
        throw Refused.faults(error.faults)
      }
      if let before { document = document.keepingSecrets(of: before) }
      return document
    }
  }

  /// Puts something into an account: a WABA, a number, a sender.
  package func put(
    _ json: [UInt8], at path: AccountPath, of name: AccountName, _ store: SendStore
  ) throws -> AccountDocument {
    try change(name, store) { before in
      guard var document = before else { throw Refused.notThere }
      do throws(SettingsRefused) { try document.put(json, into: path) } catch {
        throw Refused.faults(error.faults)
      }
      return document
    }
  }

  /// Changes an account, or begins one.
  package func connect(
    _ name: AccountName, _ store: SendStore, _ body: (inout AccountDocument) -> Void
  ) throws -> AccountDocument {
    try change(name, store) { before in
      var document = before ?? AccountDocument(name)
      body(&document)
      return document
    }
  }

  package func remove(
    _ path: AccountPath, of name: AccountName, _ store: SendStore
  ) throws -> AccountDocument {
    try change(name, store) { before in
      guard var document = before, document.remove(path) else { throw Refused.notThere }
      return document
    }
  }

  package func remove(_ name: AccountName, _ store: SendStore) throws {
    while true {
      let stored = try store.accounts().first { $0.name == name.text && $0.sealed != nil }
      guard var stored, let sealed = stored.sealed else { throw Refused.notThere }
      // What no key opens can be removed by those alone who may see everything.
      let document = seal.open(sealed, for: name)
      guard document.map(isVisible) ?? (tenant == nil) else { throw Refused.notThere }
      stored.sealed = nil
      if try store.save(stored) { return }
    }
  }

  /// The body gets what is there; it is asked again where somebody else was quicker.
  private func change(
    _ name: AccountName, _ store: SendStore,
    _ body: (AccountDocument?) throws -> AccountDocument
  ) throws -> AccountDocument {
    guard seal.hasKey else { throw Refused.noKey }
    while true {
      let all = try store.accounts()
      var stored = all.first { $0.name == name.text } ?? StoredAccount(name: name.text)
      let before = stored.sealed.flatMap { seal.open($0, for: name) }
      if stored.sealed != nil, before.map(isVisible) != true {
        throw tenant == nil ? unopened(name) : taken(name)
      }
      var document = try body(before)
      complete(&document)
      let faults = self.faults(of: document, beside: seal.open(all).documents)
      guard faults.isEmpty else { throw Refused.faults(faults) }
      stored.sealed = seal.seal(document)
      if try store.save(stored) { return document }
    }
  }

  private func taken(_ name: AccountName) -> Refused {
    .faults([SettingsFault("", "the name \(name) is taken: choose another one")])
  }

  private func unopened(_ name: AccountName) -> Refused {
    .faults([
      SettingsFault(
        "",
        "\(name) cannot be decrypted by any key of secretsKey: put the right one back, or remove it"
      )
    ])
  }

  /// A tenant's account is its own without its saying so, and an app's webhooks are verified by a token of ours.
  private func complete(_ document: inout AccountDocument) {
    if let tenant, document.tenant == nil {
      document.set("app", to: tenant.app)
      document.set("company", to: tenant.company)
    }
    if document.text("provider") == Provider.meta.rawValue, document.text("verifyToken") == nil {
      document.set("verifyToken", to: lowerHex(randomBytes(16)))
    }
  }

  private func faults(
    of document: AccountDocument, beside others: [AccountDocument]
  ) -> [SettingsFault] {
    var faults = settings.faults(of: document, beside: others)
    guard let tenant else { return faults }
    let read = Settings(onlyFor: settings).with([document]).settings
    let made = read.apps.filter { $0.account != nil }
    let tenants = made.map(\.tenant) + read.senders.map(\.sender.tenant)
    if tenants.contains(where: { $0 != tenant }) {
      faults.append(
        SettingsFault("app", "and company must be those of the key: \(tenant)"))
    }
    let usual = settings.apps.filter { $0.account == nil }.map(\.baseURL)
    let addresses = Set(made.map(\.baseURL) + read.senders.map(\.baseURL))
    if !addresses.isSubset(of: Set(usual).union([.meta, .twilio])) {
      faults.append(
        SettingsFault(
          "baseURL", "may be set by a key of all tenants alone: we call what stands there"))
    }
    for sender in read.senders {
      let other = settings.senders.first { $0.sender.id == sender.sender.id }
      if let other, other.sender.tenant != tenant {
        faults.append(
          SettingsFault("", "has the sender \(sender.sender.id), which is another tenant's"))
      }
    }
    return faults
  }
}
