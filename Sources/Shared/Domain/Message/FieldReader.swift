package import JSON

/// One object of a request and the place where it stands. A field that is absent or null is nil; one of
/// another type than expected is a fault, and nil.
package struct FieldReader {
  package let value: JSONValue
  package let pointer: String

  package init(_ value: JSONValue, at pointer: String = "") {
    self.value = value
    self.pointer = pointer
  }

  /// The pointer of a field, escaped as RFC 6901 wants it.
  package func pointer(_ name: String) -> String {
    let needsEscape = name.utf8.contains { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }
    guard needsEscape else { return "\(pointer)/\(name)" }
    let escaped = name.flatMap { $0 == "~" ? "~0" : $0 == "/" ? "~1" : String($0) }
    return "\(pointer)/\(String(escaped))"
  }

  /// Of the fields that are there, as they stand.
  package var names: [String] { (value.fields ?? []).filter { !$0.value.isNull }.map(\.name) }

  package func has(_ name: String) -> Bool { value[name].map { !$0.isNull } ?? false }

  package func text(_ name: String, _ faults: inout FieldFaults) -> String? {
    guard let field = present(name) else { return nil }
    if field.string == nil { faults.add(pointer(name), "must be a string, in quotes") }
    return field.string
  }

  package func neededText(_ name: String, _ faults: inout FieldFaults) -> String? {
    if !has(name) { faults.add(pointer(name), "is needed") }
    return text(name, &faults)
  }

  package func flag(_ name: String, _ faults: inout FieldFaults) -> Bool? {
    guard let field = present(name) else { return nil }
    if field.bool == nil { faults.add(pointer(name), "must be true or false") }
    return field.bool
  }

  package func whole(_ name: String, in range: ClosedRange<Int64>, _ faults: inout FieldFaults)
    -> Int?
  {
    guard let field = present(name) else { return nil }
    guard let number = field.integer, range.contains(number) else {
      faults.add(
        pointer(name), "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
      return nil
    }
    return Int(number)
  }

  /// A number, or a text that is one.
  func neededDecimal(_ name: String, _ faults: inout FieldFaults) -> Double? {
    let field = present(name)
    if let number = field?.double ?? field?.string.flatMap(Double.init), number.isFinite {
      return number
    }
    faults.add(pointer(name), "is needed, as a number")
    return nil
  }

  package func object(
    _ name: String, isNeeded: Bool = false, _ faults: inout FieldFaults
  ) -> FieldReader? {
    guard let field = present(name) else {
      if isNeeded { faults.add(pointer(name), "is needed") }
      return nil
    }
    guard field.kind == .object else {
      faults.add(pointer(name), "must be an object")
      return nil
    }
    return FieldReader(field, at: pointer(name))
  }

  /// The items of a list that are objects; any other item is a fault.
  package func list(_ name: String, _ faults: inout FieldFaults) -> [FieldReader] {
    guard let field = present(name) else { return [] }
    guard let items = field.items else {
      faults.add(pointer(name), "must be a list")
      return []
    }
    var readers: [FieldReader] = []
    for (index, item) in items.enumerated() {
      let place = "\(pointer(name))/\(index)"
      if item.kind == .object {
        readers.append(FieldReader(item, at: place))
      } else {
        faults.add(place, "must be an object")
      }
    }
    return readers
  }

  /// A misspelt field is told rather than passed over.
  package func refuseFields(except known: some Sequence<String>, _ faults: inout FieldFaults) {
    refuseFields(unless: { known.contains($0) }, &faults)
  }

  package func refuseFields(unless isKnown: (String) -> Bool, _ faults: inout FieldFaults) {
    for (name, _) in value.fields ?? [] where !isKnown(name) {
      faults.add(pointer(name), "is not known here")
    }
  }

  private func present(_ name: String) -> JSONValue? {
    value[name].flatMap { $0.isNull ? nil : $0 }
  }
}
