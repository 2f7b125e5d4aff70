package import JSON

/// A reusable message with a name: `message` for every sender, or `twilio` in its place on Twilio, where lists, buttons
/// and cards are contents with an `HX…`. Texts have `{{placeholders}}`, which are filled when it is sent.
package struct ObjectDefinition: Hashable, Sendable {
  package let name: ObjectName
  package let about: String?
  /// Values with which it is checked; a person sees them in a preview.
  package let examples: [String: String]
  private let message: MessagePattern
  private let twilio: MessagePattern?
  /// As it was asked for.
  package let json: [UInt8]

  static let fields = ["name", "about", "message", "twilio", "examples"]
  /// What a message can say; whom it goes to and when is said when it is sent.
  static let messageFields = PlacedMessage.types.union([
    "type", "body", "preview_url", "media_url", "bucket", "file", "template_name", "parameters",
    "language_code",
  ])
  /// In bytes of JSON.
  package static let sizeLimit = 65_536

  /// As somebody asks for it; all faults are told at once. An object that no kind of sender takes is refused with the
  /// faults that each of them finds.
  package init(
    _ root: JSONValue, templates: ContentCatalog = ContentCatalog()
  ) throws(FieldFaults) {
    var faults = FieldFaults()
    guard root.kind == .object else { throw FieldFaults("", "must be an object") }
    faults.add(FieldFaults.unstorable(in: root).all)
    if root.text.count > Self.sizeLimit {
      faults.add("", "must have at most \(Self.sizeLimit) bytes; it has \(root.text.count)")
    }
    let reader = FieldReader(root)
    reader.refuseFields(except: Self.fields, &faults)
    guard let read = Self(reader, &faults), faults.isEmpty else { throw faults }
    let verdicts = read.verdicts(templates)
    guard verdicts.contains(where: \.isTaken) else {
      for verdict in verdicts { faults.add(verdict.faults.all.filter { !faults.all.contains($0) }) }
      throw faults
    }
    self = read
  }

  /// As `json` gave it.
  package init?(stored json: [UInt8]) {
    guard let root = JSONValue(whole: json) else { return nil }
    var faults = FieldFaults()
    self.init(FieldReader(root), &faults)
  }

  private init?(_ reader: FieldReader, _ faults: inout FieldFaults) {
    let name = reader.neededText("name", &faults)
    let known = name.flatMap { ObjectName($0) }
    if name != nil, known == nil { faults.add("/name", ObjectName.rule) }
    let about = reader.text("about", &faults)
    faults.check(about, at: "/about", length: 1...500)
    let examples = Self.examples(reader, &faults)
    let message = Self.pattern("message", isNeeded: true, reader, &faults)
    let twilio = Self.pattern("twilio", isNeeded: false, reader, &faults)
    let names = Set((message?.names ?? []) + (twilio?.names ?? []))
    for name in examples.keys.sorted() where !names.contains(name) {
      faults.add("/examples/\(name)", "is no placeholder of the message")
    }
    guard let known, let message else { return nil }
    (self.name, self.about, self.examples) = (known, about, examples)
    (self.message, self.twilio) = (message, twilio)
    json = reader.value.text
  }

  private static func pattern(
    _ name: String, isNeeded: Bool, _ reader: FieldReader, _ faults: inout FieldFaults
  ) -> MessagePattern? {
    guard let object = reader.object(name, isNeeded: isNeeded, &faults) else { return nil }
    for field in object.names.sorted() where !messageFields.contains(field) {
      let detail =
        SendRequest.fields.contains(field)
        ? "is said when the object is sent, not in it" : "is not known here"
      faults.add(object.pointer(field), detail)
    }
    var own = FieldFaults()
    let pattern = MessagePattern(object.value, &own)
    faults.add(own.all.map { FieldFault("/\(name)\($0.pointer)", $0.detail) })
    return pattern
  }

  private static func examples(
    _ reader: FieldReader, _ faults: inout FieldFaults
  ) -> [String: String] {
    guard let object = reader.object("examples", &faults) else { return [:] }
    do throws(FieldFaults) { return try values(object.value, at: "/examples") } catch {
      faults.add(error.all)
      return [:]
    }
  }

  /// Values by the names of placeholders: texts, or numbers, which count as their text.
  package static func values(
    _ object: JSONValue, at pointer: String
  ) throws(FieldFaults) -> [String: String] {
    var faults = FieldFaults()
    var values: [String: String] = [:]
    let reader = FieldReader(object, at: pointer)
    if object.kind != .object { faults.add(pointer, "must be an object of names and values") }
    for field in object.fields ?? [] {
      let place = reader.pointer(field.name)
      switch field.value.kind {
      case .string, .integer, .double:
        let text = field.value.string ?? String(decoding: field.value.text, as: UTF8.self)
        if text.unicodeScalars.count > valueLength {
          faults.add(place, "must have at most \(valueLength) characters")
        }
        if text.utf8.contains(0) { faults.add(place, FieldFaults.noZero) }
        values[field.name] = text
      case .null, .bool, .array, .object: faults.add(place, "must be a string, in quotes")
      }
    }
    guard faults.isEmpty else { throw faults }
    return values
  }

  static let valueLength = 4096

  // MARK: Filling

  /// The placeholders that a sender of this channel needs values for.
  package func names(on channel: Sender.Channel) -> [String] { pattern(on: channel).pattern.names }

  private func pattern(
    on channel: Sender.Channel
  ) -> (pattern: MessagePattern, pointer: String) {
    if channel.provider == .twilio, let twilio { return (twilio, "/twilio") }
    return (message, "/message")
  }

  /// The message that goes out. Every placeholder that has no value is told; a value that nothing asks for is passed
  /// over, and named by `unused`.
  package func message(
    on channel: Sender.Channel, with values: [String: String],
    templates: ContentCatalog = ContentCatalog()
  ) throws(FieldFaults) -> Message {
    let (pattern, place) = pattern(on: channel)
    var faults = FieldFaults()
    for name in pattern.names where values[name] == nil {
      let text = pattern.texts.first { $0.names.contains(name) }
      faults.add("/values/\(name)", "is needed: \(place)\(text?.pointer ?? "") has {{\(name)}}")
    }
    guard faults.isEmpty else { throw faults }
    let json = pattern.filled { $0.filled { values[$0] ?? "" } }
    let message = Self.read(json, channel, templates, at: place, &faults)
    guard let message, faults.isEmpty else { throw faults }
    return message
  }

  package func unused(of values: [String: String], on channel: Sender.Channel) -> [String] {
    let names = Set(names(on: channel))
    return values.keys.filter { !names.contains($0) }.sorted()
  }

  /// A value is never taken for a template's line: only the object itself says what it is.
  private static func read(
    _ json: [UInt8], _ channel: Sender.Channel, _ templates: ContentCatalog, at place: String,
    _ faults: inout FieldFaults
  ) -> Message? {
    guard let root = JSONValue(whole: json) else { return nil }
    let rules = SendRules(channel: channel, templateStrings: false, templates: templates)
    var own = FieldFaults()
    let placed = PlacedMessage.all(in: FieldReader(root), rules, &own)
    if placed.isEmpty, own.isEmpty { own.add("", "must say what is to be sent") }
    if placed.count > 1 { own.add("/media_url", "must be one file: an object is one message") }
    for one in placed { own.add(one.faults(rules)) }
    faults.add(own.all.map { FieldFault(place + $0.pointer, $0.detail) })
    return placed.first?.message
  }

  // MARK: Checking

  /// What each kind of sender makes of it.
  package func verdicts(_ templates: ContentCatalog = ContentCatalog()) -> [ObjectVerdict] {
    [.metaWhatsApp, .twilioWhatsApp, .twilioSMS].map { verdict(on: $0, templates) }
  }

  /// Found with the shortest values that there could be, so that a limit which is passed with them is passed with any;
  /// and with the examples.
  package func verdict(
    on channel: Sender.Channel, _ templates: ContentCatalog = ContentCatalog()
  ) -> ObjectVerdict {
    let (pattern, place) = pattern(on: channel)
    var faults = FieldFaults()
    let standIns = StandIns(names: pattern.names, examples: examples)
    let shortest = pattern.filled { standIns.shortest($0) }
    _ = Self.read(shortest, channel, templates, at: place, &faults)
    if !examples.isEmpty {
      let likely = pattern.filled { standIns.likely($0) }
      var further = FieldFaults()
      _ = Self.read(likely, channel, templates, at: place, &further)
      let places = Set(faults.all.map(\.pointer))
      faults.add(further.all.filter { !places.contains($0.pointer) })
    }
    return ObjectVerdict(channel: channel, faults: faults)
  }
}

/// Whether a kind of sender takes an object, and why not.
package struct ObjectVerdict: Hashable, Sendable {
  package let channel: Sender.Channel
  package let faults: FieldFaults

  package var isTaken: Bool { faults.isEmpty }

  package var sentence: String {
    let sender =
      switch channel {
      case .metaWhatsApp: "WhatsApp through Meta"
      case .twilioWhatsApp, .twilioSandbox: "WhatsApp through Twilio"
      case .twilioSMS: "SMS through Twilio"
      case .twilioRCS: "RCS through Twilio"
      }
    guard !isTaken else { return "\(sender) takes it" }
    let shown = faults.all.prefix(5).map(\.description).joined(separator: "; ")
    let rest = faults.all.count > 5 ? "; and \(faults.all.count - 5) more" : ""
    return "\(sender) does not take it: \(shown)\(rest)"
  }
}
