package import JSON

extension AssistantMessage {
  /// In bytes of JSON.
  private static let sizeLimit = 16_384

  package init(_ value: JSONValue, on channel: Sender.Channel) throws(UnusableReply) {
    guard value.kind == .object else { throw UnusableReply("has a message that is no object") }
    guard value.text.count <= Self.sizeLimit else { throw UnusableReply("has a message too long") }
    if let name = Recipients.named(in: value) {
      throw UnusableReply("names a recipient (\(name)), which no assistant chooses")
    }
    var faults = FieldFaults.unstorable(in: value)
    guard faults.isEmpty else { throw Self.unusable(faults) }
    let reader = FieldReader(value)
    if reader.has("object") {
      (content, json) = try Self.object(reader)
    } else if reader.has("media") {
      (content, json) = try Self.file(reader)
    } else {
      reader.refuseFields(except: Self.fields, &faults)
      guard faults.isEmpty else { throw Self.unusable(faults) }
      let message = try Self.message(reader, channel)
      content = .message(message)
      json = JSONWriter.object { message.write(to: &$0) }
    }
  }

  private static let fields: Set<String> = [
    "type", "body", "text", "image", "document", "audio", "video", "sticker", "location",
    "contacts", "interactive",
  ]

  private static func message(
    _ reader: FieldReader, _ channel: Sender.Channel
  ) throws(UnusableReply) -> Message {
    var faults = FieldFaults()
    let rules = SendRules(channel: channel, templateStrings: false)
    let placed = PlacedMessage.all(in: reader, rules, &faults)
    for one in placed { faults.add(one.faults(rules)) }
    guard faults.isEmpty else { throw unusable(faults) }
    guard let message = placed.first?.message, placed.count == 1 else {
      throw UnusableReply("has a message that says nothing")
    }
    try check(message)
    return message
  }

  private static func check(_ message: Message) throws(UnusableReply) {
    switch message.content {
    case .text(let text): try checkNoTemplate(text.body)
    case .media(let media):
      guard case .link = media.source else {
        throw UnusableReply("has a file that is neither a link nor one that was handed to us")
      }
    case .location, .contacts, .callToAction, .locationRequest, .contactRequest, .product,
      .products, .catalog:
      break
    case .buttons, .list, .flow, .carousel:
      throw UnusableReply("has buttons or a list, which are sent as objects")
    case .reaction, .template:
      throw UnusableReply("has a message of a kind that no assistant sends")
    }
  }

  /// What would be read as the line of a template when it is sent.
  private static func checkNoTemplate(_ text: String) throws(UnusableReply) {
    let isTemplate: Bool
    do throws(TemplateString.Fault) {
      isTemplate = try TemplateString.read(text, defaultLanguage: "en") != nil
    } catch { isTemplate = true }
    if isTemplate { throw UnusableReply("has the line of a template") }
  }

  private static func object(
    _ reader: FieldReader
  ) throws(UnusableReply) -> (Content, json: [UInt8]) {
    var faults = FieldFaults()
    if let type = reader.value["type"]?.string, type != "object" {
      faults.add("/type", "does not go with an object")
    }
    reader.refuseFields(except: ["type", "object", "values"], &faults)
    let name = reader.text("object", &faults)
    guard let name = name.flatMap({ ObjectName($0) }), faults.isEmpty else {
      faults.add("/object", ObjectName.rule)
      throw unusable(faults)
    }
    let values = try values(reader)
    let json = JSONWriter.object { writer in
      writer.field("object", name.text)
      guard !values.isEmpty else { return }
      writer.name("values")
      writer.object { writer in
        for (name, value) in values.sorted(by: { $0.key < $1.key }) {
          writer.name(name)
          writer.value(value)
        }
      }
    }
    return (.object(name, values: values), json)
  }

  private static func values(_ reader: FieldReader) throws(UnusableReply) -> [String: String] {
    guard reader.has("values"), let given = reader.value["values"] else { return [:] }
    do throws(FieldFaults) {
      return try ObjectDefinition.values(given, at: "/values")
    } catch { throw unusable(error) }
  }

  private static func file(
    _ reader: FieldReader
  ) throws(UnusableReply) -> (Content, json: [UInt8]) {
    var faults = FieldFaults()
    if let type = reader.value["type"]?.string, type != "media" {
      faults.add("/type", "does not go with media")
    }
    reader.refuseFields(except: ["type", "media", "body"], &faults)
    let (id, caption) = (reader.text("media", &faults), reader.text("body", &faults))
    faults.check(caption, at: "/body", length: 0...1024)
    guard let id = id.flatMap({ MediaID($0) }), faults.isEmpty else {
      faults.add("/media", "must be an id that POST /api/media gave")
      throw unusable(faults)
    }
    let json = JSONWriter.object { writer in
      writer.field("media", id.text)
      writer.field("body", caption)
    }
    return (.file(id, caption: caption), json)
  }

  private static func unusable(_ faults: FieldFaults) -> UnusableReply {
    UnusableReply("has a message with a fault: \(faults.all.first?.description ?? "")")
  }
}
