internal import HTTP
internal import JSON

/// A WhatsApp business account as the graph knows it, and who is told of its events.
extension World {
  func accountFields(_ app: Int, _ account: Int, at now: Int64) -> [NodeField] {
    let waba = settings.meta[app].accounts[account]
    let marketing = apps[app].marketing[waba.id] ?? MarketingState()
    let owner: (inout JSONWriter) -> Void = { writer in
      writer.field("id", waba.portfolio ?? "0")
      writer.field("name", "Demo business")
    }
    return [
      NodeField("id", waba.id, isUsual: true),
      NodeField("name", "Demo account", isUsual: true),
      NodeField("currency", "EUR", isUsual: true),
      NodeField("timezone_id", "1", isUsual: true),
      NodeField("message_template_namespace", "demo_namespace", isUsual: true),
      NodeField("country", "US"), NodeField("status", "ACTIVE"),
      NodeField("account_review_status", verdict(of: waba.id, app).review),
      NodeField("business_verification_status", verdict(of: waba.id, app).businessVerification),
      NodeField("ownership_type", "SELF"),
      NodeField("owner_business_info", owner),
      NodeField("on_behalf_of_business_info", nil as String?),
      NodeField("is_enabled_for_insights", false),
      NodeField("marketing_messages_lite_api_status", marketing.status),
      NodeField("marketing_messages_onboarding_status", marketing.status),
      NodeField("disable_marketing_messages_on_cloud_api", marketing.isElsewhereOnly),
      NodeField("subscribed_apps") { writeSubscribed(app, waba.id, to: &$0) },
      NodeField("health_status", health(of: .account(app: app, account: account), at: now)),
    ]
  }

  private func verdict(of waba: String, _ app: Int) -> AccountVerdict {
    apps[app].verdicts[waba] ?? AccountVerdict()
  }

  func subscribedApps(_ app: Int, _ waba: String) -> HTTPAnswer {
    HTTPAnswer(json: JSONWriter.object { writeSubscribed(app, waba, to: &$0) })
  }

  private func writeSubscribed(_ app: Int, _ waba: String, to writer: inout JSONWriter) {
    let isSubscribed = !apps[app].unsubscribed.contains(waba)
    writer.list("data", isSubscribed ? [settings.meta[app].id] : []) { writer, id in
      writer.name("whatsapp_business_api_data")
      writer.object { writer in
        writer.field("id", id)
        writer.field("name", "Demo app")
        writer.field("link", "https://www.facebook.com/games/?app_id=\(id)")
      }
      writer.field("override_callback_uri", apps[app].webhooks[waba]?.url)
    }
  }

  /// Without an override the one that stood is taken away.
  mutating func subscribe(
    _ app: Int, _ waba: String, _ request: HTTPRequest
  ) throws(MetaRefusal) -> HTTPAnswer {
    let parameters = try GraphParameters(request)
    let override = try WebhookOverride(
      parameters.text("override_callback_uri"), parameters.text("verify_token"))
    apps[app].webhooks[waba] = override
    apps[app].unsubscribed.remove(waba)
    return .success
  }

  mutating func unsubscribe(_ app: Int, _ waba: String) -> HTTPAnswer {
    apps[app].unsubscribed.insert(waba)
    return .success
  }

  /// `/{app}/subscriptions`, with the app's own token.
  mutating func subscriptions(
    of app: Int, _ request: HTTPRequest
  ) throws(MetaRefusal) -> HTTPAnswer {
    let parameters = try GraphParameters(request)
    try checkOwner(of: app, parameters, request)
    switch request.method {
    case "GET": return subscription(of: app)
    case "POST": return try subscribe(to: app, parameters)
    case "DELETE":
      dropWebhook(of: app)
      return .success
    default: throw .unknownObject(request.path)
    }
  }

  private func checkOwner(
    of app: Int, _ parameters: GraphParameters, _ request: HTTPRequest
  ) throws(MetaRefusal) {
    let own = settings.meta[app]
    let token =
      parameters.text("access_token")
      ?? request.headers.first("authorization")?.dropFirst(7)
      .description
    guard token == "\(own.id)|\(own.secret)" else {
      throw MetaRefusal(15, "This method must be called with an app access_token.")
    }
  }

  private func subscription(of app: Int) -> HTTPAnswer {
    HTTPAnswer(
      json: JSONWriter.object { writer in
        let url = settings.meta[app].webhookURL
        writer.list("data", [url].compactMap(\.self)) { writer, url in
          writer.field("object", "whatsapp_business_account")
          writer.field("callback_url", url)
          writer.field("active", true)
          writer.list("fields", apps[app].fields ?? Self.webhookFields) { writer, name in
            writer.field("name", name)
            writer.field("version", "v24.0")
          }
        }
      })
  }

  private static let webhookFields = [
    "account_alerts", "account_review_update", "account_settings_update", "account_update",
    "business_capability_update", "calls", "history", "message_template_components_update",
    "message_template_quality_update", "message_template_status_update", "messages",
    "phone_number_name_update", "phone_number_quality_update", "security", "smb_app_state_sync",
    "smb_message_echoes", "template_category_update", "user_id_update", "user_preferences",
  ]

  private mutating func subscribe(
    to app: Int, _ parameters: GraphParameters
  ) throws(MetaRefusal) -> HTTPAnswer {
    guard parameters.text("object") == "whatsapp_business_account" else {
      throw .parameter("object must be whatsapp_business_account")
    }
    guard
      let override = try WebhookOverride(
        parameters.text("callback_url"), parameters.text("verify_token"))
    else { throw .parameter("callback_url is required") }
    let fields = parameters.text("fields")?.split(separator: ",").map(String.init)
    if let stranger = fields?.first(where: { !Self.webhookFields.contains($0) }) {
      throw .parameter("Param fields has an unknown field: \(stranger)")
    }
    setWebhook(of: app, override)
    apps[app].fields = fields ?? apps[app].fields
    return .success
  }

  /// Where an event of a number goes, or of an account without one: the number's own address comes first, the
  /// account's next, the app's last. nil where nobody is told.
  func webhookURL(_ app: Int, waba: String, _ place: PhonePlace? = nil) -> String? {
    guard !apps[app].unsubscribed.contains(waba) else { return nil }
    let ofPhone = place.flatMap { phoneState($0).webhook?.url }
    return ofPhone ?? apps[app].webhooks[waba]?.url ?? settings.meta[app].webhookURL
  }
}

/// An address that gets the webhooks in place of the app's.
struct WebhookOverride: Sendable {
  let url: String
  let verifyToken: String

  /// nil where there is no URL, or an empty one: that takes an override away.
  init?(_ url: String?, _ verifyToken: String?) throws(MetaRefusal) {
    guard let url, !url.isEmpty else { return nil }
    guard isWebURL(url) else { throw .parameter("The callback URL is not a URL") }
    guard let verifyToken, !verifyToken.isEmpty else {
      throw .parameter("The parameter verify_token is required.")
    }
    (self.url, self.verifyToken) = (url, verifyToken)
  }
}
