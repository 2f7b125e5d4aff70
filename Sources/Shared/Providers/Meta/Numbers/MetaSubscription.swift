package import Domain
internal import Forms
internal import JSON

/// Which webhooks an app gets, and where.
package struct MetaSubscription: Hashable, Sendable {
  package static let object = "whatsapp_business_account"

  /// All that we have a use for. Groups have fields of their own, which who uses groups adds.
  package static let fields = [
    "messages", "message_template_status_update", "message_template_quality_update",
    "message_template_components_update", "template_category_update",
    "phone_number_quality_update", "phone_number_name_update", "account_update",
    "account_review_update", "account_alerts", "account_settings_update",
    "business_capability_update", "security", "user_preferences", "calls", "user_id_update",
    "smb_message_echoes", "smb_app_state_sync", "history",
  ]

  package let url: String
  package let isActive: Bool
  package let fields: [String]

  package var missing: [String] { Self.fields.filter { !fields.contains($0) } }

  /// What the app is subscribed to; nil where it is not.
  package static func read(_ answer: ProviderAnswer) throws(LookupFailed) -> MetaSubscription? {
    guard answer.status == 200, let data = JSONValue(whole: answer.body)?["data"]?.items else {
      throw LookupFailed(meta: answer)
    }
    return data.first { $0["object"]?.string == object }.map { item in
      MetaSubscription(
        url: item["callback_url"]?.string ?? "", isActive: item["active"]?.bool ?? true,
        fields: (item["fields"]?.items ?? []).compactMap { $0["name"]?.string ?? $0.string })
    }
  }
}

extension MetaApp {
  package func subscriptions() -> ProviderRequest {
    ProviderRequest(
      method: "GET", path: "\(path)/subscriptions", headers: [authorization], body: [])
  }

  /// Meta calls the address with a challenge before it answers.
  package func subscribe(to url: String, verifyToken: Secret) -> ProviderRequest {
    let pairs = [
      (name: "object", value: MetaSubscription.object), (name: "callback_url", value: url),
      (name: "verify_token", value: verifyToken.exposed),
      (name: "fields", value: MetaSubscription.fields.joined(separator: ",")),
    ]
    return ProviderRequest(
      method: "POST", path: "\(path)/subscriptions",
      headers: [
        authorization, ProviderHeader("Content-Type", "application/x-www-form-urlencoded"),
      ], body: FormPair.encoded(pairs))
  }

  private var path: String { "/\(String(decoding: percentEncoded(id), as: UTF8.self))" }
}

/// An app that is told of an account's news.
package struct SubscribedApp: Hashable, Sendable {
  package let id: String
  package let name: String?
  /// In place of the app's own address.
  package let override: String?

  package static func all(_ answer: ProviderAnswer) throws(LookupFailed) -> [SubscribedApp] {
    guard answer.status == 200, let data = JSONValue(whole: answer.body)?["data"]?.items else {
      throw LookupFailed(meta: answer)
    }
    return data.map { item in
      let app = item["whatsapp_business_api_data"]
      let url = item["override_callback_uri"]?.string
      return SubscribedApp(
        id: app?["id"]?.name ?? "", name: app?["name"]?.string,
        override: url?.isEmpty == true ? nil : url)
    }
  }
}

/// An address that gets webhooks in place of the app's.
package struct WebhookOverride: Hashable, Sendable {
  package let url: String
  package let verifyToken: Secret

  package init(url: String, verifyToken: Secret) {
    (self.url, self.verifyToken) = (url, verifyToken)
  }
}

extension MetaSender {
  package func subscribedApps(of account: String) -> ProviderRequest {
    get(path(of: account, "/subscribed_apps"))
  }

  /// Without an override one that there is goes.
  package func subscribe(to account: String, _ override: WebhookOverride?) -> ProviderRequest {
    post(path(of: account, "/subscribed_apps")) { writer in
      writer.field("override_callback_uri", override?.url)
      writer.field("verify_token", override?.verifyToken.exposed)
    }
  }

  /// Of the number alone; nil takes the one that there is away.
  package func override(_ override: WebhookOverride?) -> ProviderRequest {
    post(path("")) { writer in
      writer.name("webhook_configuration")
      writer.object { writer in
        writer.field("override_callback_uri", override?.url ?? "")
        writer.field("verify_token", override?.verifyToken.exposed)
      }
    }
  }
}

/// An address as it may be shown: what stands behind its path, or before its host, may be a key.
package func shownURL(_ url: String) -> String {
  let bare = url.firstIndex(of: "?").map { "\(url[..<$0])?…" } ?? url
  guard let scheme = bare.firstRange(of: "://"),
    let at = bare[scheme.upperBound...].prefix(while: { $0 != "/" }).lastIndex(of: "@")
  else { return bare }
  return "\(bare[..<scheme.upperBound])…\(bare[at...])"
}
