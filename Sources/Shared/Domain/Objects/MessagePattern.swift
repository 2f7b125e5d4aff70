internal import JSON

/// A message with `{{placeholders}}` in its texts. Values go into texts and nowhere else, each escaped as JSON wants it,
/// and what looks like a placeholder in a value stays as it is.
struct MessagePattern: Hashable, Sendable {
  enum Part: Hashable, Sendable {
    case text(String)
    case name(String)
  }

  /// A text with placeholders, and where it stands.
  struct Text: Hashable, Sendable {
    let pointer: String
    let parts: [Part]

    var names: [String] {
      parts.compactMap { part in if case .name(let name) = part { name } else { nil } }
    }

    func filled(_ value: (String) -> String) -> String {
      var text = ""
      for part in parts {
        switch part {
        case .text(let words): text += words
        case .name(let name): text += value(name)
        }
      }
      return text
    }
  }

  private enum Piece: Hashable, Sendable {
    case json([UInt8])
    case text(Text)
  }

  private var pieces: [Piece] = []
  private var writer = JSONPieces()
  /// Each once, as they were first written.
  private(set) var names: [String] = []

  static let nameLength = 1...64
  static let mostNames = 100

  /// Pointers begin at the message.
  init(_ message: JSONValue, _ faults: inout FieldFaults) {
    read(message, "", &faults)
    endJSON()
    if names.count > Self.mostNames {
      faults.add("", "must have at most \(Self.mostNames) placeholders; it has \(names.count)")
    }
  }

  var texts: [Text] {
    pieces.compactMap { piece in if case .text(let text) = piece { text } else { nil } }
  }

  func filled(_ content: (Text) -> String) -> [UInt8] {
    var json: [UInt8] = []
    for piece in pieces {
      switch piece {
      case .json(let bytes): json += bytes
      case .text(let text): json += JSONPieces.quoted(content(text))
      }
    }
    return json
  }

  // MARK: Reading

  private mutating func read(_ value: JSONValue, _ pointer: String, _ faults: inout FieldFaults) {
    switch value.kind {
    case .object:
      let reader = FieldReader(value, at: pointer)
      writer.open("{")
      for field in value.fields ?? [] {
        let place = reader.pointer(field.name)
        if field.name.utf8.contains(UInt8(ascii: "{")) {
          faults.add(place, "must have no braces in its name: a placeholder stands in texts only")
        }
        writer.name(field.name)
        read(field.value, place, &faults)
      }
      writer.close("}")
    case .array:
      writer.open("[")
      for (place, item) in (value.items ?? []).enumerated() {
        writer.separate()
        read(item, "\(pointer)/\(place)", &faults)
      }
      writer.close("]")
    case .string: read(text: value, pointer, &faults)
    case .null, .bool, .integer, .double: writer.add(value.text)
    }
  }

  private mutating func read(
    text value: JSONValue, _ pointer: String, _ faults: inout FieldFaults
  ) {
    let parts: [Part]
    do throws(Malformed) { parts = try Self.parts(of: value.string ?? "") } catch {
      faults.add(pointer, error.detail)
      writer.add(value.text)
      return
    }
    let text = Text(pointer: pointer, parts: parts)
    guard !text.names.isEmpty else { return writer.add(value.text) }
    for name in text.names where !names.contains(name) { names.append(name) }
    endJSON()
    pieces.append(.text(text))
  }

  private mutating func endJSON() {
    let json = writer.take()
    if !json.isEmpty { pieces.append(.json(json)) }
  }

  struct Malformed: Error {
    let detail: String
  }

  /// `{{` begins a placeholder and nothing else, so that a slip of the pen never reaches a person.
  static func parts(of text: String) throws(Malformed) -> [Part] {
    var parts: [Part] = []
    var (rest, words) = (Substring(text), "")
    while let start = rest.firstIndex(of: "{") {
      let next = rest.index(after: start)
      guard next < rest.endIndex, rest[next] == "{" else {
        words += rest[..<next]
        rest = rest[next...]
        continue
      }
      words += rest[..<start]
      let inside = rest[rest.index(after: next)...]
      let name = inside.prefix { $0 != "}" && $0 != "{" }
      let word = Substring(name.split(separator: " ").joined(separator: " "))
      guard inside[name.endIndex...].hasPrefix("}}"), isName(word) else {
        throw Malformed(
          detail: "must have a name between {{ and }}: up to 64 letters, digits and underscores,"
            + " not \"\(inside.prefix(20))\"")
      }
      if !words.isEmpty { parts.append(.text(words)) }
      parts.append(.name(String(word)))
      words = ""
      rest = inside[name.endIndex...].dropFirst(2)
    }
    words += rest
    if !words.isEmpty { parts.append(.text(words)) }
    return parts
  }

  static func isName(_ text: Substring) -> Bool {
    nameLength.contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
          || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "_")
      }
  }
}

/// JSON in pieces: unlike a writer's, what it has so far can be taken away in the midst of it.
private struct JSONPieces: Hashable, Sendable {
  private var bytes: [UInt8] = []
  private var needsComma = false

  mutating func open(_ bracket: Unicode.Scalar) {
    bytes.append(UInt8(ascii: bracket))
    needsComma = false
  }

  mutating func close(_ bracket: Unicode.Scalar) {
    bytes.append(UInt8(ascii: bracket))
    needsComma = true
  }

  mutating func separate() {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    needsComma = true
  }

  mutating func name(_ name: String) {
    separate()
    bytes += Self.quoted(name)
    bytes.append(UInt8(ascii: ":"))
  }

  mutating func add(_ json: [UInt8]) { bytes += json }

  mutating func take() -> [UInt8] {
    defer { bytes = [] }
    return bytes
  }

  static func quoted(_ text: String) -> [UInt8] {
    var writer = JSONWriter(capacity: text.utf8.count + 16)
    writer.value(text)
    return writer.bytes
  }
}
