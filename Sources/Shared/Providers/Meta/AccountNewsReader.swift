internal import Events
internal import Domain
private import JSON

extension AccountEvent {
  /// `.other` where the kind is unknown or its fields are not what they should be: the record keeps them.
  package var news: AccountNews {
    guard provider == .meta, let value = JSONValue(whole: raw) else { return .other }
    switch kind {
    case "message_template_status_update":
      return TemplateStatus(value).map(AccountNews.templateStatus) ?? .other
    case "message_template_components_update":
      return TemplateComponents(value).map(AccountNews.templateComponents) ?? .other
    case "message_template_quality_update":
      return TemplateQuality(value).map(AccountNews.templateQuality) ?? .other
    case "template_category_update":
      return TemplateCategory(value).map(AccountNews.templateCategory) ?? .other
    case "account_update": return AccountUpdate(value).map(AccountNews.account) ?? .other
    case "phone_number_quality_update":
      return NumberQuality(value).map(AccountNews.quality) ?? .other
    case "business_capability_update": return .capability(BusinessCapability(value))
    case "user_preferences": return .preferences(MarketingPreference.all(in: value))
    case "smb_message_echoes": return echoes(value).map(AccountNews.echoes) ?? .other
    case "messages.errors":
      let code = value["code"]?.wholeNumber
      return code.map { AccountNews.error(code: $0, text: value.errorText) } ?? .other
    default: return .other
    }
  }
}

extension AccountEvent {
  /// Without those that cannot be read; nil where there is none at all.
  private func echoes(_ value: JSONValue) -> [InboundMessage]? {
    let place = MetaPlace(
      account: account, value: value, entryTime: providerAt, receivedAt: receivedAt)
    let echoes = (value["message_echoes"]?.items ?? []).compactMap { item -> InboundMessage? in
      do throws(WebhookUnreadable) { return try MetaMessage(item, in: place).echo() } catch {
        return nil
      }
    }
    return echoes.isEmpty ? nil : echoes
  }
}

extension TemplateStatus {
  fileprivate init?(_ value: JSONValue) {
    guard let event = value["event"]?.string, let name = value["message_template_name"]?.string,
      let language = value.templateLanguage
    else { return nil }
    self.event = event
    self.name = name
    self.language = language
    id = value["message_template_id"]?.name
    let info = value["rejection_info"]
    let given = value["reason"]?.string.flatMap { $0 == "NONE" ? nil : $0 }
    reason = given ?? info?["reason"]?.string
    advice = info?["recommendation"]?.string
    title = value["other_info"]?["title"]?.string
    category = value["message_template_category"]?.string
  }
}

extension TemplateComponents {
  fileprivate init?(_ value: JSONValue) {
    guard let name = value["message_template_name"]?.string,
      let language = value.templateLanguage
    else { return nil }
    self.name = name
    self.language = language
    id = value["message_template_id"]?.name
    body = value["message_template_element"]?.string
    title = value["message_template_title"]?.string
    footer = value["message_template_footer"]?.string
  }
}

extension TemplateQuality {
  fileprivate init?(_ value: JSONValue) {
    guard let name = value["message_template_name"]?.string, let language = value.templateLanguage,
      let quality = value["new_quality_score"]?.string
    else { return nil }
    (self.name, self.language, self.quality) = (name, language, quality)
  }
}

extension TemplateCategory {
  /// `correct_category` is what it will have, beside what it has; `previous_category` is what it had.
  fileprivate init?(_ value: JSONValue) {
    guard let name = value["message_template_name"]?.string, let language = value.templateLanguage
    else { return nil }
    let announced = value["correct_category"]?.string
    isDone = announced == nil || value["previous_category"]?.string != nil
    guard let category = isDone ? value["new_category"]?.string : announced else { return nil }
    (self.name, self.language, self.category) = (name, language, category)
  }
}

extension AccountUpdate {
  fileprivate init?(_ value: JSONValue) {
    guard let event = value["event"]?.string else { return nil }
    self.event = event
    restrictions = (value["restriction_info"]?.items ?? []).compactMap { item in
      item["restriction_type"]?.string.map {
        Restriction(type: $0, until: item["expiration"]?.metaTime)
      }
    }
    banState = value["ban_info"]?["waba_ban_state"]?.string
    violation = value["violation_info"]?["violation_type"]?.string
    let words = ["reason", "initiated_by"].compactMap { value["disconnection_info"]?[$0]?.string }
    disconnection = words.isEmpty ? nil : words.joined(separator: " by ")
  }
}

extension NumberQuality {
  fileprivate init?(_ value: JSONValue) {
    guard let event = value["event"]?.string else { return nil }
    self.event = event
    displayNumber = value["display_phone_number"]?.name
    limit = value.recipientLimit
  }
}

extension BusinessCapability {
  fileprivate init(_ value: JSONValue) {
    limit = value.recipientLimit
    phoneNumbers = value["max_phone_numbers_per_business"]?.wholeNumber
  }
}

extension MarketingPreference {
  fileprivate static func all(in value: JSONValue) -> [MarketingPreference] {
    (value["user_preferences"]?.items ?? [value]).compactMap { item in
      guard let word = item["value"]?.string, word == "stop" || word == "resume",
        let person = item["wa_id"]?.name.map({ "+\($0)" }) ?? item["user_id"]?.string
      else { return nil }
      return MarketingPreference(contact: PersonAddress(person), isStopped: word == "stop")
    }
  }
}

extension JSONValue {
  /// Webhooks spell it with a hyphen at times, sends never.
  fileprivate var templateLanguage: String? {
    self["message_template_language"]?.string.map { language in
      String(language.map { $0 == "-" ? "_" : $0 })
    }
  }

  /// The newer field first; both are seen as a tier's name and as a number.
  fileprivate var recipientLimit: RecipientLimit? {
    let names = [
      "max_daily_conversations_per_business", "max_daily_conversation_per_phone", "current_limit",
    ]
    return names.compactMap { self[$0] }.compactMap { field in
      if let number = field.integer {
        // -1 is how a number says that there is none.
        return number == -1
          ? .unlimited : number > 0 ? Int(exactly: number).map(RecipientLimit.people) : nil
      }
      return field.string.flatMap { RecipientLimit(tier: $0) }
    }.first
  }
}
