internal import Domain
package import Providers
package import Settings

/// Finds out how one number at Meta stands: the number itself, its account, and what our app is told of.
package struct NumberInquiry: Sendable {
  package typealias Ask = (ProviderRequest) throws -> ProviderAnswer

  private let own: MetaCredentials
  private let ours: [String]

  /// `ours`: the addresses under which our webhooks are served.
  package init(_ own: MetaCredentials, ours: [String]) { (self.own, self.ours) = (own, ours) }

  /// Without an answer about the number itself there is nothing to tell; what else is not answered is left out.
  package func standing(_ ask: Ask) throws -> MetaStanding {
    let sender = own.sender
    var standing = MetaStanding()
    standing.phone = try Self.read(MetaPhone.fields, ask) { sender.look(for: $0) }
    (standing.appID, standing.hasAppSecret, standing.ours) =
      (own.appId, !own.appSecrets.isEmpty, ours)
    if let account = own.wabaId {
      standing.account = Self.tolerant {
        try Self.read(MetaPhone.accountFields, ask) { sender.look(atAccount: account, for: $0) }
      }
      standing.subscribedApps = Self.tolerant { try ask(sender.subscribedApps(of: account)) }
    }
    if let app = own.app { standing.subscriptions = Self.tolerant { try ask(app.subscriptions()) } }
    return standing
  }

  /// Fields that Meta's version does not have are left out.
  package static func read(
    _ fields: MetaFields, _ ask: Ask, _ question: (MetaFields) -> ProviderRequest
  ) throws -> ProviderAnswer {
    var fields = fields
    while true {
      let answer = try ask(question(fields))
      guard let fewer = fields.without(refusedBy: answer) else { return answer }
      fields = fewer
    }
  }

  private static func tolerant(_ body: () throws -> ProviderAnswer) -> ProviderAnswer? {
    do { return try body() } catch { return nil }
  }
}

extension Settings {
  /// The addresses under which webhooks of Meta's are taken; empty where nobody can reach us.
  package var metaWebhooks: [String] {
    publicURL.map { base in
      ["/api/whatsapp/webhook", "/api/WhatsApp/Webhook", "/api/waba/"].map { "\(base)\($0)" }
    } ?? []
  }
}
