package import Domain

/// An app of Meta's. It may have no number yet, and its webhooks count all the same.
package struct AppSettings: Hashable, Sendable {
  /// As Meta numbers it.
  package let id: String
  /// The present one first.
  package let secrets: [Secret]
  package let verifyToken: Secret?
  package let tenant: Tenant
  package let baseURL: WebAddress
  /// Of Facebook Login for Business, by which people connect accounts of their own; nil where nobody can.
  package let loginConfiguration: String?
  /// nil where it stands in the settings.
  package var account: AccountName?

  /// What only the app has, and its numbers do not inherit.
  static let ownFields = ["loginConfiguration", "keepEvents"]
}

extension SettingsReader {
  /// Of those that have a number of their own: without one nobody could tell them apart.
  func apps() -> [AppSettings] {
    nodes("apps").compactMap { place, node in
      // What a number inherits is told of there.
      let isTold = node.children("wabas", at: place).contains {
        !$1.children("phones", at: $0).isEmpty
      }
      let all = isTold ? silentReader(node, at: place) : reader(node, at: place)
      let login = reader(node.only(["loginConfiguration"]), at: place)
      let configuration = login.sendable(login.text("loginConfiguration"), "loginConfiguration")
      login.finish()
      let id = all.sendable(all.text("appId"), "appId")
      all.checkDigits(id, "appId")
      let secrets = all.secrets("appSecret")
      let verify = all.secret("verifyToken")
      let base = all.value("baseURL", "an http or https address", WebAddress.init) ?? .meta
      let tenant = all.tenant ?? .none
      if configuration != nil, id == nil || secrets.isEmpty {
        login.fault("loginConfiguration", "needs appId and appSecret of the app")
      }
      return id.map {
        AppSettings(
          id: $0, secrets: secrets, verifyToken: verify, tenant: tenant, baseURL: base,
          loginConfiguration: configuration)
      }
    }
  }
}

extension SettingsNode {
  func without(_ names: [String]) -> SettingsNode {
    guard case .object(let fields) = self else { return self }
    return .object(fields.filter { !names.contains($0.key) })
  }

  func only(_ names: [String]) -> SettingsNode {
    guard case .object(let fields) = self else { return .object([:]) }
    return .object(fields.filter { names.contains($0.key) })
  }

  func overridden(by other: SettingsNode) -> SettingsNode {
    guard case .object(let fields) = self, case .object(let others) = other else { return other }
    return .object(fields.merging(others) { $1 })
  }

  func children(_ name: String, at place: String) -> [(String, SettingsNode)] {
    guard case .object(let fields) = self, case .array(let items) = fields[name] else { return [] }
    return items.enumerated().map { ("\(place).\(name)[\($0.offset)]", $0.element) }
  }
}
