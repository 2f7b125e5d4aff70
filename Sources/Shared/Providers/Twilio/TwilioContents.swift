package import Domain
package import JSON

/// A content of Twilio's, with what WhatsApp says of it.
package struct TwilioStoredContent: Hashable, Sendable {
  package let sid: String
  package let name: String
  package let language: String
  /// As Meta's lists spell it: APPROVED, PENDING, REJECTED, UNSUBMITTED.
  package let status: String
  package let category: String
  package let rejection: String
  package let createdAt: String
  /// JSON: a component with its words, as those of Meta's lists, and one with all that Twilio has.
  package let components: [UInt8]

  package static func list(
    _ answer: ProviderAnswer
  ) throws(LookupFailed) -> TwilioList<TwilioStoredContent> {
    try TwilioList(answer, "contents") { TwilioStoredContent($0) }
  }

  init?(_ value: JSONValue) {
    guard let sid = value["sid"]?.string, let name = value["friendly_name"]?.string else {
      return nil
    }
    (self.sid, self.name) = (sid, name.isEmpty ? sid : name)
    language = value["language"]?.string ?? ""
    let approval = value["approval_requests"]
    // A list of them in the older form.
    let one = approval?.items?.first ?? approval
    status = (one?["status"]?.string ?? "unsubmitted").uppercased()
    category = one?["category"]?.string ?? ""
    rejection = one?["rejection_reason"]?.string ?? ""
    createdAt = value["date_created"]?.string ?? ""
    components = Self.components(value["types"], value["variables"])
  }

  static func components(_ types: JSONValue?, _ variables: JSONValue?) -> [UInt8] {
    var writer = JSONWriter(capacity: 512)
    writer.array { list in
      list.object { part in
        part.field("type", "BODY")
        part.field("text", types.map { words(in: $0).joined(separator: "\n") } ?? "")
      }
      list.object { part in
        part.field("type", "CONTENT")
        part.field("types", json: types.map { Array($0.text) } ?? Array("{}".utf8))
        part.field("variables", json: variables.map { Array($0.text) } ?? Array("{}".utf8))
      }
    }
    return writer.bytes
  }

  /// The texts that a person reads, and addresses with variables, of all types that it has.
  private static func words(in value: JSONValue) -> [String] {
    var found: [String] = []
    func collect(_ value: JSONValue, isWords: Bool) {
      if let text = value.string, isWords || text.contains("{{"), !found.contains(text) {
        found.append(text)
      }
      for item in value.items ?? [] { collect(item, isWords: false) }
      for (name, field) in value.fields ?? [] { collect(field, isWords: name == "body") }
    }
    collect(value, isWords: false)
    return found
  }
}

/// A content that is to be made at Twilio, as a request describes it.
package struct ContentDraft: Hashable, Sendable {
  package let name: String
  package let language: String
  package let category: String
  package let json: [UInt8]
  /// As the mirror keeps them.
  package let components: [UInt8]

  private static let fields = [
    "account", "sender", "name", "language", "category", "types", "variables", "components",
  ]

  /// With Twilio's own `types` and `variables`; or with Meta's `components`, where these are words alone.
  package init(_ root: JSONValue) throws(FieldFaults) {
    var faults = FieldFaults()
    for (name, _) in root.fields ?? [] where !Self.fields.contains(name) {
      faults.add("/\(name)", "is not known for a template of Twilio's")
    }
    func text(_ name: String) -> String? {
      let text = root[name]?.string
      if text?.isEmpty ?? true { faults.add("/\(name)", "is needed, as a text") }
      return text
    }
    let (name, language) = (text("name"), text("language"))
    if let name, !Template.isMetaName(name) {
      faults.add("/name", "must be up to 512 small letters, digits and underscores")
    }
    let category = text("category")?.uppercased()
    if let category, TemplateDraft.Category(rawValue: category.lowercased()) == nil {
      faults.add("/category", "must be MARKETING, UTILITY or AUTHENTICATION")
    }
    let content = Self.content(root, &faults)
    guard faults.isEmpty, let name, let language, let category, let content else { throw faults }
    (self.name, self.language, self.category) = (name, language, category)
    json = JSONWriter.object(capacity: 512) { writer in
      writer.field("friendly_name", name)
      writer.field("language", language)
      writer.field("variables", json: content.variables)
      writer.field("types", json: content.types)
    }
    components = TwilioStoredContent.components(
      JSONValue(whole: content.types), JSONValue(whole: content.variables))
  }

  private static func content(
    _ root: JSONValue, _ faults: inout FieldFaults
  ) -> (types: [UInt8], variables: [UInt8])? {
    if let types = root["types"], !types.isNull {
      guard types.kind == .object, !(types.fields ?? []).isEmpty else {
        faults.add("/types", "must be an object such as {\"twilio/text\": {\"body\": \"…\"}}")
        return nil
      }
      let variables = root["variables"]
      if let variables, variables.kind != .object {
        faults.add("/variables", "must be an object of names and examples")
      }
      return (Array(types.text), variables.map { Array($0.text) } ?? Array("{}".utf8))
    }
    guard let components = root["components"]?.items else {
      faults.add("/types", "is needed: Twilio's object of types, or components with a BODY alone")
      return nil
    }
    let body = components.first { $0["type"]?.string?.uppercased() == "BODY" }
    guard components.count == 1, let body, let text = body["text"]?.string, !text.isEmpty else {
      faults.add("/components", "must be one BODY with its text; give types for more than words")
      return nil
    }
    let list = body["example"]?["body_text"]?.items ?? []
    let examples = (list.first?.items ?? list).map { $0.string ?? "" }
    let types = JSONWriter.object { writer in
      writer.name("twilio/text")
      writer.object { $0.field("body", text) }
    }
    let variables = JSONWriter.object { writer in
      for (place, example) in examples.enumerated() {
        writer.name(String(place + 1))
        writer.value(example)
      }
    }
    return (types, variables)
  }
}

package struct TwilioContentMade: Hashable, Sendable {
  package let sid: String

  package init(_ answer: ProviderAnswer) throws(LookupFailed) {
    try TwilioDone.check(answer)
    guard let sid = JSONValue(whole: answer.body)?["sid"]?.string else { throw answer.unreadable }
    self.sid = sid
  }
}

/// What WhatsApp says of a content that it was asked to approve.
package struct TwilioApproval: Hashable, Sendable {
  package let status: String
  package let category: String

  package init(_ answer: ProviderAnswer) throws(LookupFailed) {
    try TwilioDone.check(answer)
    let root = JSONValue(whole: answer.body)
    status = (root?["status"]?.string ?? "received").uppercased()
    category = root?["category"]?.string ?? ""
  }
}
