package import Domain
internal import JSON

/// A campaign's message: a send request without its recipient, in whose texts `{{column}}` stands for what a row has in
/// that column.
///
/// It is read once. Filling puts values into texts and nowhere else, each escaped as JSON wants it, so that no value can
/// add a field or end a text, and what looks like a placeholder in a value stays as it is. Braces without a name between
/// them stay as they are as well.
package struct Placeholders: Hashable, Sendable {
  enum Part: Hashable, Sendable {
    case text([UInt8])
    /// Of `names`.
    case name(Int)
  }

  struct Text: Hashable, Sendable {
    let pointer: String
    let parts: [Part]
  }

  enum Piece: Hashable, Sendable {
    case json([UInt8])
    case text(Text)
  }

  /// Of the columns that are asked for, each once, as they were first written.
  package private(set) var names: [String] = []
  /// The message without its first brace.
  private(set) var pieces: [Piece] = []
  /// The values of a template are a list.
  private let listsParameters: Bool
  private var folded: [String: Int] = [:]
  private var json: [UInt8] = []

  /// `message` is a JSON object.
  package init(_ message: [UInt8]) throws(FieldFaults) {
    let root: JSONValue
    do throws(NotJSON) { root = try JSONDocument.ofCaller(message).root } catch {
      throw FieldFaults("", "\(error)")
    }
    guard root.kind == .object else { throw FieldFaults("", "must be an object") }
    if root["to"] != nil {
      throw FieldFaults("/to", "must be left out: the recipients are in the upload")
    }
    listsParameters = root["parameters"]?.kind == .array
    let unstorable = FieldFaults.unstorable(in: root)
    guard unstorable.isEmpty else { throw unstorable }
    read(fields: root, "")
    endJSON()
  }

  /// The texts that have placeholders.
  var texts: [Text] {
    pieces.compactMap { piece in if case .text(let text) = piece { text } else { nil } }
  }

  /// The text in which a fault of a filled message stands. Faults count the values of a template from 1.
  func text(at pointer: String) -> Text? {
    let parts = pointer.split(separator: "/")
    var place = pointer
    if listsParameters, parts.count == 2, parts[0] == "parameters", let number = Int(parts[1]) {
      place = "/parameters/\(number - 1)"
    }
    return texts.first { $0.pointer == place }
  }

  /// Of the columns that fill a text, each once.
  func names(in text: Text) -> [String] {
    var found: [Int] = []
    for case .name(let index) in text.parts where !found.contains(index) { found.append(index) }
    return found.map { names[$0] }
  }

  // MARK: Reading

  private mutating func read(_ value: JSONValue, _ pointer: String) {
    switch value.kind {
    case .object:
      json.append(UInt8(ascii: "{"))
      read(fields: value, pointer)
    case .array:
      json.append(UInt8(ascii: "["))
      for (place, item) in (value.items ?? []).enumerated() {
        if place > 0 { json.append(UInt8(ascii: ",")) }
        read(item, "\(pointer)/\(place)")
      }
      json.append(UInt8(ascii: "]"))
    case .string:
      let parts = parts(of: value.string ?? "")
      guard parts.contains(where: { if case .name = $0 { true } else { false } }) else {
        json += value.text
        return
      }
      endJSON()
      pieces.append(.text(Text(pointer: pointer, parts: parts)))
    case .null, .bool, .integer, .double: json += value.text
    }
  }

  private mutating func read(fields object: JSONValue, _ pointer: String) {
    let reader = FieldReader(object, at: pointer)
    for (place, field) in (object.fields ?? []).enumerated() {
      if place > 0 { json.append(UInt8(ascii: ",")) }
      json += quoted(field.name.utf8)
      json.append(UInt8(ascii: ":"))
      read(field.value, reader.pointer(field.name))
    }
    json.append(UInt8(ascii: "}"))
  }

  private mutating func endJSON() {
    guard !json.isEmpty else { return }
    pieces.append(.json(json))
    json = []
  }

  private mutating func parts(of text: String) -> [Part] {
    let bytes = Array(text.utf8)
    var parts: [Part] = []
    var textStart = 0
    var place = 0
    while let (range, name) = Self.nextPlaceholder(in: bytes, from: place) {
      if range.lowerBound > textStart {
        parts.append(.text(Array(bytes[textStart..<range.lowerBound])))
      }
      parts.append(.name(index(of: name)))
      (textStart, place) = (range.upperBound, range.upperBound)
    }
    if textStart < bytes.count { parts.append(.text(Array(bytes[textStart...]))) }
    return parts
  }

  private mutating func index(of name: String) -> Int {
    if let known = folded[UploadHeader.folded(name)] { return known }
    folded[UploadHeader.folded(name)] = names.count
    names.append(name)
    return names.count - 1
  }

  /// `{{` and `}}` with a name between them that has no brace and no line break.
  private static func nextPlaceholder(
    in bytes: [UInt8], from start: Int
  ) -> (range: Range<Int>, name: String)? {
    let (open, close) = (UInt8(ascii: "{"), UInt8(ascii: "}"))
    var place = start
    while place + 4 < bytes.count {
      guard bytes[place] == open, bytes[place + 1] == open, bytes[place + 2] != open else {
        place += 1
        continue
      }
      var end = place + 2
      while end < bytes.count, bytes[end] != open, bytes[end] != close, bytes[end] >= 0x20 {
        end += 1
      }
      if end + 1 < bytes.count, bytes[end] == close, bytes[end + 1] == close {
        let name = String(decoding: bytes[place + 2..<end], as: UTF8.self).trimmed
        if !name.isEmpty, name.utf8.count <= UploadLimits.nameLength {
          return (place..<end + 2, name)
        }
      }
      place = end
    }
    return nil
  }

  // MARK: Filling

  /// The request to `to`. `value` gives what stands for the name of that index.
  func filled(to: String, _ value: (Int) -> ArraySlice<UInt8>) -> [UInt8] {
    filled(to: to) { Self.filled($0, value) }
  }

  /// As somebody fills it in who has nothing to put for the columns.
  package func sample(to person: String) -> [UInt8] {
    filled(to: person) { index in Array("{{\(names[index])}}".utf8)[...] }
  }

  /// `content` gives the whole of each text.
  func filled(to: String, content: (Text) -> [UInt8]) -> [UInt8] {
    var request = Array("{\"to\":".utf8)
    request += quoted(to.utf8)
    // What follows is the first name, or the brace at the end.
    if pieces != [.json([UInt8(ascii: "}")])] { request.append(UInt8(ascii: ",")) }
    for piece in pieces {
      switch piece {
      case .json(let json): request += json
      case .text(let text): request += quoted(content(text))
      }
    }
    return request
  }

  static func filled(_ text: Text, _ value: (Int) -> ArraySlice<UInt8>) -> [UInt8] {
    var filled: [UInt8] = []
    for part in text.parts {
      switch part {
      case .text(let text): filled += text
      case .name(let index): filled += value(index)
      }
    }
    return filled
  }
}

/// As a JSON string.
private func quoted(_ text: some Collection<UInt8>) -> [UInt8] {
  var writer = JSONWriter(capacity: text.count + 16)
  writer.value(utf8: Array(text)[...])
  return writer.bytes
}
