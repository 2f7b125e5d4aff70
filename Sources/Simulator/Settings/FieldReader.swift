internal import JSON
internal import Time

/// All that is wrong with a settings file, at once.
package struct SettingsFaults: Error, CustomStringConvertible, Equatable {
  /// Each with the JSON pointer of where it is.
  package let faults: [String]
  package var description: String { faults.joined(separator: "\n") }
}

/// Reads the fields of one object and gathers what is wrong with them. A field that nobody asked for is
/// wrong too.
final class FieldReader {
  private let value: JSONValue
  private let path: String
  private let report: FaultReport
  private var known: Set<String> = []

  init(_ value: JSONValue, path: String = "", _ report: FaultReport) {
    self.value = value
    self.path = path
    self.report = report
    if value.kind != .object { report.add(path, "must be an object") }
  }

  /// Of the whole object without a name.
  func fault(_ name: String, _ text: String) {
    report.add(name.isEmpty ? path : "\(path)/\(name)", text)
  }

  func given(_ name: String) -> Bool { value[name] != nil }

  var isEmpty: Bool { value.fields?.isEmpty ?? true }

  func string(_ name: String, into target: inout String) {
    read(name, "a string", \.string) { target = $0 }
  }

  func string(_ name: String, into target: inout String?) {
    read(name, "a string", \.string) { target = $0 }
  }

  func string(_ name: String) -> String {
    var found: String?
    string(name, into: &found)
    if found == nil, value[name] == nil { fault(name, "is missing") }
    return found ?? ""
  }

  /// An object as it stands.
  func raw(_ name: String) -> [UInt8] {
    var found: [UInt8] = []
    read(name, "an object", { $0.kind == .object ? $0.text : nil }) { found = $0 }
    if value[name] == nil { fault(name, "is missing") }
    return found
  }

  func bool(_ name: String, into target: inout Bool) {
    read(name, "true or false", \.bool) { target = $0 }
  }

  func integer(_ name: String, into target: inout Int, _ range: ClosedRange<Int>) {
    read(name, "a number from \(range.lowerBound) to \(range.upperBound)") { value in
      value.integer.map { Int($0) }.flatMap { range.contains($0) ? $0 : nil }
    } store: {
      target = $0
    }
  }

  func integer(_ name: String, into target: inout Int?, _ range: ClosedRange<Int>) {
    guard value[name] != nil else { return known.formUnion([name]) }
    var number = range.lowerBound
    integer(name, into: &number, range)
    target = number
  }

  func share(_ name: String, into target: inout Double) {
    read(name, "a number from 0 to 1") { value in
      value.double.flatMap { (0...1).contains($0) ? $0 : nil }
    } store: {
      target = $0
    }
  }

  func duration(_ name: String, into target: inout Duration) {
    read(name, "a duration such as \"250ms\" or \"3s\"", Self.duration) { target = $0 }
  }

  func duration(_ name: String, into target: inout Duration?) {
    read(name, "a duration such as \"250ms\" or \"3s\"", Self.duration) { target = $0 }
  }

  func rate(_ name: String, into target: inout Rate?) {
    read(name, "a rate such as \"80/s\" or \"1/6s burst 45\"", { $0.string.flatMap(Rate.init) }) {
      target = $0
    }
  }

  func delay(_ name: String, into target: inout Delay?) {
    guard value[name] != nil else { return known.formUnion([name]) }
    var delay = Delay.none
    self.delay(name, into: &delay)
    target = delay
  }

  /// `"50ms"`, or `{"least", "most", "mean"}`.
  func delay(_ name: String, into target: inout Delay) {
    known.insert(name)
    guard let found = value[name] else { return }
    if found.kind != .object { return duration(name, into: &target.least, &target.most) }
    object(name) { fields in
      var (least, most, mean): (Duration, Duration?, Duration?) = (.zero, nil, nil)
      fields.duration("least", into: &least)
      fields.duration("most", into: &most)
      fields.duration("mean", into: &mean)
      let end = most ?? mean.map { $0 * 20 } ?? least
      if end < least || (mean ?? least) < least { fields.fault("most", "is below least") }
      target = Delay(least, to: end, mean: mean)
    }
  }

  func choice<Choice: RawRepresentable & CaseIterable>(
    _ name: String, into target: inout Choice
  ) where Choice.RawValue == String {
    let names = Choice.allCases.map(\.rawValue).joined(separator: ", ")
    read(name, "one of \(names)", { $0.string.flatMap(Choice.init(rawValue:)) }) { target = $0 }
  }

  func strings(_ name: String) -> [String]? {
    var found: [String]?
    read(name, "an array of strings") { value -> [String]? in
      guard let items = value.items else { return nil }
      let texts = items.compactMap(\.string)
      return texts.count == items.count ? texts : nil
    } store: {
      found = $0
    }
    return found
  }

  func object(_ name: String, _ body: (FieldReader) -> Void) {
    known.insert(name)
    guard let found = value[name] else { return }
    let fields = FieldReader(found, path: "\(path)/\(name)", report)
    body(fields)
    fields.finish()
  }

  func list<Element>(_ name: String, _ body: (FieldReader) -> Element) -> [Element]? {
    var found: [Element]?
    read(name, "an array", \.items) { items in
      found = items.enumerated().map { index, item in
        let fields = FieldReader(item, path: "\(path)/\(name)/\(index)", report)
        defer { fields.finish() }
        return body(fields)
      }
    }
    return found
  }

  /// The pairs of an object whose names are data.
  func pairs<Value>(
    _ name: String, _ what: String, _ convert: (JSONValue) -> Value?
  ) -> [String: Value]? {
    var found: [String: Value]?
    read(name, "an object", \.fields) { pairs in
      found = [:]
      for pair in pairs {
        if let value = convert(pair.value) {
          found?[pair.name] = value
        } else {
          fault("\(name)/\(pair.name)", "must be \(what)")
        }
      }
    }
    return found
  }

  func finish() {
    for field in value.fields ?? [] where !known.contains(field.name) {
      fault(field.name, "is not known here")
    }
  }

  private func duration(_ name: String, into least: inout Duration, _ most: inout Duration) {
    duration(name, into: &least)
    most = least
  }

  private static func duration(_ value: JSONValue) -> Duration? {
    if let number = value.double { return number >= 0 ? .seconds(number) : nil }
    return value.string.flatMap(durationRead)
  }

  private func read<Value>(
    _ name: String, _ what: String, _ convert: (JSONValue) -> Value?, store: (Value) -> Void
  ) {
    known.insert(name)
    guard let found = value[name] else { return }
    guard let converted = convert(found) else { return fault(name, "must be \(what)") }
    store(converted)
  }
}

final class FaultReport {
  private(set) var faults: [String] = []

  func add(_ pointer: String, _ text: String) {
    faults.append("\(pointer.isEmpty ? "/" : pointer): \(text)")
  }

  func check() throws(SettingsFaults) {
    guard faults.isEmpty else { throw SettingsFaults(faults: faults) }
  }
}
