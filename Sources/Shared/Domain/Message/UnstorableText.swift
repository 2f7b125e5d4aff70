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
          add(pointer, "must have no field whose name contains the character U+0000")
        } else {
          findUnstorable(in: field, at: FieldReader(value, at: pointer).pointer(name))
        }
      }
    case .null, .bool, .integer, .double: break
    }
  }

  package static let noZero = "must not contain the character U+0000"
}
