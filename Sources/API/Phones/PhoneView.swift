internal import Domain
internal import JSON
internal import Providers
internal import SendStore
internal import Settings
internal import Time

/// A number as it is shown. No secret and no address of a webhook with its key is in it.
enum PhoneView {
  static func write(_ number: MetaNumber, to writer: inout JSONWriter) {
    writer.field("sender", number.id.text)
    writer.field("phoneNumberId", number.own.phoneNumberId)
    writer.field("account", number.own.wabaId)
    writer.field("app", number.own.appId)
  }

  static func write(_ facts: PhoneFacts, to writer: inout JSONWriter) {
    guard let node = facts.node else { return }
    writer.field("displayNumber", node.text("display_phone_number"))
    writer.field("name", node.text("verified_name"))
    writer.field("nameStatus", node.text("name_status"))
    writer.field("status", node.text("status"))
    writer.field("quality", node.text("quality_rating"))
    writer.name("limits")
    writer.object { writer in
      writer.field("tier", node.text("whatsapp_business_manager_messaging_limit"))
      if case .people(let count) = facts.limit { writer.field("recipientsADay", count) }
      if let rate = facts.rate { writer.field("messagesASecond", rate) }
    }
    if let health = facts.health {
      writer.name("health")
      writer.object { health.write(to: &$0) }
    }
    writer.name("facts")
    writer.object { writer in
      for (name, value) in node.root?.fields ?? [] where !apart.contains(name) {
        writer.name(name)
        writer.raw(value.text)
      }
    }
  }

  /// Shown in a form of ours.
  private static let apart: Set<String> = ["health_status", "webhook_configuration", "id"]

  /// What the store keeps.
  static func write(_ phone: StoredPhone, to writer: inout JSONWriter) {
    write(PhoneFacts(json: phone.facts), to: &writer)
    if phone.readAt > .distantPast { writer.field("readAt", phone.readAt.description) }
    if !phone.failure.isEmpty { writer.field("failure", phone.failure) }
  }

  /// Meta tells them on request alone; whatever it tells, they are not shown.
  static func withoutPasswords(_ value: JSONValue) -> [UInt8] {
    var writer = JSONWriter()
    copy(value, to: &writer)
    return writer.bytes
  }

  private static func copy(_ value: JSONValue, to writer: inout JSONWriter) {
    if let fields = value.fields {
      writer.object { writer in
        for (name, value) in fields where !name.contains("password") {
          writer.name(name)
          copy(value, to: &writer)
        }
      }
    } else if let items = value.items {
      writer.array { writer in for item in items { copy(item, to: &writer) } }
    } else {
      writer.raw(value.text)
    }
  }
}
