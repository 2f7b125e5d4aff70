package import JSON

/// A template that is to be made at Meta, as a request describes it: what Meta would refuse anyway is told before.
package struct TemplateDraft: Hashable, Sendable {
  package enum Category: String, Sendable, CaseIterable { case marketing, utility, authentication }

  package let name: String
  package let language: String
  /// As Meta spells it.
  package let category: String
  /// As Meta takes it.
  package let json: [UInt8]
  /// JSON.
  package let components: [UInt8]
  /// POSITIONAL or NAMED.
  package let format: String

  /// What of the request is ours, not Meta's.
  private static let ownFields = ["account", "sender", "friendlyName"]
  private static let metaFields = [
    "name", "language", "category", "parameter_format", "components", "allow_category_change",
    "message_send_ttl_seconds", "library_template_name", "library_template_button_inputs",
    "cta_url_link_tracking_opted_out", "sub_category",
  ]

  package init(_ root: JSONValue) throws(FieldFaults) {
    var faults = FieldFaults()
    let reader = FieldReader(root)
    reader.refuseFields(except: Self.ownFields + Self.metaFields, &faults)
    let name = reader.neededText("name", &faults)
    if let name, !Template.isMetaName(name) {
      faults.add("/name", "must be up to 512 small letters, digits and underscores")
    }
    let language = reader.neededText("language", &faults)
    if let language, !Template.isLanguage(language) {
      faults.add("/language", "must be a language code such as en, it or en_US")
    }
    let category = Self.category(reader, isNeeded: true, &faults)
    let format = Self.format(reader, &faults)
    let isLibrary = reader.text("library_template_name", &faults) != nil
    if !isLibrary || reader.has("components") {
      TemplateParts(
        isNamed: format == "NAMED", isAuthentication: category == .authentication
      ).check(reader, &faults)
    }
    guard faults.isEmpty, let name, let language, let category else { throw faults }
    (self.name, self.language, self.format) = (name, language, format)
    self.category = category.rawValue.uppercased()
    components =
      root["components"].flatMap { $0.isNull ? nil : Array($0.text) } ?? Array("[]".utf8)
    json = Self.written(root, format)
  }

  private static func category(
    _ reader: FieldReader, isNeeded: Bool, _ faults: inout FieldFaults
  ) -> Category? {
    if !isNeeded, !reader.has("category") { return nil }
    guard let text = reader.neededText("category", &faults) else { return nil }
    let category = Category(rawValue: text.lowercased())
    if category == nil { faults.add("/category", "must be MARKETING, UTILITY or AUTHENTICATION") }
    return category
  }

  /// Where nothing is said of it, the names of the body's variables tell.
  private static func format(_ reader: FieldReader, _ faults: inout FieldFaults) -> String {
    let given = reader.text("parameter_format", &faults)?.uppercased()
    if let given, !["POSITIONAL", "NAMED"].contains(given) {
      faults.add("/parameter_format", "must be POSITIONAL or NAMED")
    }
    if let given { return given }
    let body = (reader.value["components"]?.items ?? []).first {
      $0["type"]?.string?.uppercased() == "BODY"
    }
    let names = TemplateNeeds.names(in: body?["text"]?.string ?? "")
    return names.contains { Int($0) == nil } ? "NAMED" : "POSITIONAL"
  }

  private static func written(_ root: JSONValue, _ format: String) -> [UInt8] {
    JSONWriter.object(capacity: 1024) { writer in
      for (name, value) in root.fields ?? []
      where metaFields.contains(name) && name != "parameter_format" && !value.isNull {
        writer.name(name)
        let isUpper = name == "category"
        if isUpper, let text = value.string {
          writer.value(text.uppercased())
        } else {
          writer.raw(Array(value.text))
        }
      }
      writer.field("parameter_format", format)
    }
  }
}

/// What is to be changed of a template that there is.
package struct TemplateEdit: Hashable, Sendable {
  /// As Meta takes it.
  package let json: [UInt8]
  package let category: String?
  /// JSON; nil where they stay.
  package let components: [UInt8]?
  /// Also where sends of it wait.
  package let isForced: Bool

  private static let metaFields = ["category", "components", "message_send_ttl_seconds"]

  /// `format` and `category` are those of the template as it is.
  package init(
    _ root: JSONValue, of category: String, format: String
  ) throws(FieldFaults) {
    var faults = FieldFaults()
    let reader = FieldReader(root)
    reader.refuseFields(except: Self.metaFields + ["force"], &faults)
    isForced = reader.flag("force", &faults) ?? false
    let given = reader.text("category", &faults)?.uppercased()
    if let given, TemplateDraft.Category(rawValue: given.lowercased()) == nil {
      faults.add("/category", "must be MARKETING, UTILITY or AUTHENTICATION")
    }
    if reader.has("components") {
      TemplateParts(
        isNamed: format == "NAMED", isAuthentication: (given ?? category) == "AUTHENTICATION"
      ).check(reader, &faults)
    }
    if !Self.metaFields.contains(where: reader.has) {
      faults.add("", "changes nothing: give components, category or message_send_ttl_seconds")
    }
    guard faults.isEmpty else { throw faults }
    self.category = given
    components = root["components"].flatMap { $0.isNull ? nil : Array($0.text) }
    json = JSONWriter.object(capacity: 1024) { writer in
      writer.field("category", given)
      for name in Self.metaFields.dropFirst() where reader.has(name) {
        writer.name(name)
        writer.raw(Array(root[name]?.text ?? []))
      }
    }
  }
}
