package import JSON

extension FieldFaults {
  /// No database keeps U+0000 in a text, so it is refused in every text and name of what callers write.
  package static func unstorable(in value: JSONValue, at pointer: String = "") -> FieldFaults {
    var faults = FieldFaults()
    faults.findUnstorable(in: value, at: pointer)
    return faults
  }

  private mutating func findUnstorable(in value: JSONValue, at pointer: String) {
    switch value.kind {
    case .string:
      if value.string?.utf8.contains(0) == true { add(pointer, Self.noZero) }
    case .array:
      for (place, item) in (value.items ?? []).enumerated() {
        findUnstorable(in: item, at: "\(pointer)/\(place)")
      }
    case .object:
      for (name, field) in value.fields ?? [] {
        if name.utf8.contains(0) {
          add(pointer, "must have no field whose name has U+0000 or half of a surrogate pair")
        } else {
          findUnstorable(in: field, at: FieldReader(value, at: pointer).pointer(name))
        }
      }
    case .null, .bool, .integer, .double: break
    }
  }

  package static let noZero =
    "must not contain the character U+0000 or half of a surrogate pair, which no database keeps"
}

extension JSONDocument {
  /// What a caller wrote. Half of a surrogate pair makes a whole body unreadable: read with U+0000 in its place it
  /// is refused by its field, as that is.
  package static func ofCaller(_ text: some Collection<UInt8>) throws(NotJSON) -> JSONDocument {
    do throws(NotJSON) { return try JSONDocument(text) } catch {
      guard let marked = replacingUnstorable(in: Array(text), by: #"\u0000"#) else { throw error }
      return try JSONDocument(marked)
    }
  }
}
