package import Domain
internal import JSON

/// What can be asked of a number, and done with it.
package enum MetaPhone {
  /// All that is told of it but its certificate, which is nobody's business.
  package static let fields = MetaFields([
    "id", "display_phone_number", "verified_name", "name_status", "new_display_name",
    "new_name_status", "quality_rating", "quality_score", "status", "code_verification_status",
    "platform_type", "account_mode", "is_pin_enabled", "is_on_biz_app", "is_preverified_number",
    "is_official_business_account", "search_visibility", "throughput",
    "whatsapp_business_manager_messaging_limit", "health_status", "webhook_configuration",
    "conversational_automation", "last_onboarded_time", "country_code", "country_dial_code",
  ])

  package static let accountFields = MetaFields([
    "id", "name", "currency", "timezone_id", "country", "status", "account_review_status",
    "business_verification_status", "ownership_type", "owner_business_info",
    "on_behalf_of_business_info", "is_enabled_for_insights", "message_template_namespace",
    "marketing_messages_lite_api_status", "marketing_messages_onboarding_status",
    "disable_marketing_messages_on_cloud_api", "health_status",
  ])

  /// Names that Meta keeps for the number. The list is seen in more than one form.
  package static func suggestions(_ answer: ProviderAnswer) throws(LookupFailed) -> [String] {
    guard answer.status == 200, let data = JSONValue(whole: answer.body)?["data"]?.items else {
      throw LookupFailed(meta: answer)
    }
    return data.flatMap { item in
      item["username_suggestions"]?.items?.compactMap(\.string)
        ?? [item.string ?? item["username"]?.string].compactMap(\.self)
    }
  }

  package enum CodeMethod: String, Sendable, CaseIterable {
    case sms = "SMS"
    case voice = "VOICE"
  }
}

extension MetaSender {
  package func look(for fields: MetaFields = MetaPhone.fields) -> ProviderRequest {
    get(path("?\(fields.query)"))
  }

  package func look(
    atAccount account: String, for fields: MetaFields = MetaPhone.accountFields
  ) -> ProviderRequest {
    get(path(of: account, "?\(fields.query)"))
  }

  package func look(atTemplate id: String) -> ProviderRequest {
    get(path(of: id, "?fields=name%2Clanguage"))
  }

  /// Meta sends six digits to the number, which `verify` takes.
  package func requestCode(
    _ method: MetaPhone.CodeMethod, language: String
  ) -> ProviderRequest {
    query(
      path("/request_code"), [("code_method", method.rawValue), ("language", language)])
  }

  package func verify(code: String) -> ProviderRequest {
    query(path("/verify_code"), [("code", code)])
  }

  /// With the pin that it has; a number without one has this one from then on.
  package func register(pin: Secret, region: String?) -> ProviderRequest {
    post(path("/register")) { writer in
      writer.field("messaging_product", "whatsapp")
      writer.field("pin", pin.exposed)
      writer.field("data_localization_region", region)
    }
  }

  package func deregister() -> ProviderRequest { post(path("/deregister")) { _ in } }

  package func profile() -> ProviderRequest {
    get(
      path(
        "/whatsapp_business_profile?fields=about%2Caddress%2Cdescription%2Cemail%2C"
          + "profile_picture_url%2Cwebsites%2Cvertical"))
  }

  package func settings() -> ProviderRequest { get(path("/settings")) }

  package func username() -> ProviderRequest { get(path("/username")) }

  package func usernameSuggestions() -> ProviderRequest { get(path("/username_suggestions")) }
}
