internal import Domain
/// Collects what is wrong while settings are read, so that all of it can be told at once.
final class FaultList {
  private(set) var faults: [SettingsFault] = []

  func add(_ path: String, _ sentence: String) { faults.append(SettingsFault(path, sentence)) }
}

/// Reads one object of the settings. What nobody asked for is a fault at the end; a value of the wrong kind
/// is one at once, and reads as absent.
final class SettingsReader {
  let path: String
  private let fields: [String: SettingsNode]
  private let list: FaultList
  private let substitution: Substitution
  private var asked: Set<String> = []

  init(_ node: SettingsNode, at path: String, _ list: FaultList, _ substitution: Substitution) {
    self.path = path
    self.list = list
    self.substitution = substitution
    if case .object(let fields) = node {
      self.fields = fields
    } else {
      fields = [:]
      list.add(path, "must be an object, not \(node.kind)")
    }
  }

  func fault(_ name: String, _ sentence: String) { list.add(place(name), sentence) }

  /// Where a field stands, for words about it.
  func place(_ name: String) -> String {
    name.isEmpty ? path : path.isEmpty ? name : "\(path).\(name)"
  }

  /// Whether it stands there at all, be it as null.
  func mentions(_ name: String) -> Bool {
    asked.insert(name)
    return fields[name] != nil
  }

  func isObject(_ name: String) -> Bool {
    if case .object = fields[name] { true } else { false }
  }

  /// The items of a list as they stand, for those that are put together before they are read.
  func nodes(_ name: String) -> [(place: String, node: SettingsNode)] { items(name) }

  func reader(_ node: SettingsNode, at path: String) -> SettingsReader {
    SettingsReader(node, at: path, list, substitution)
  }

  /// For what is told of elsewhere.
  func silentReader(_ node: SettingsNode, at path: String) -> SettingsReader {
    SettingsReader(node, at: path, FaultList(), substitution)
  }

  func has(_ name: String) -> Bool {
    if case .some(.null) = fields[name] { return false }
    return fields[name] != nil
  }

  func text(_ name: String) -> String? {
    guard let node = node(name) else { return nil }
    guard case .text(let text) = node else {
      fault(name, "must be a string in quotes, not \(node.kind)")
      return nil
    }
    return filled(text, place(name))
  }

  /// What stands there, where it is a text that can be had; faults are for whoever reads it for good.
  func likelyText(_ name: String) -> String? {
    guard case .text(let text) = fields[name] else { return nil }
    do throws(SettingsFault) { return try substitution.fill(text) } catch { return nil }
  }

  /// A text that must be there and must not be empty.
  func requiredText(_ name: String, _ purpose: String) -> String? {
    guard has(name) else {
      _ = node(name)
      fault(name, "is missing: \(purpose)")
      return nil
    }
    guard let text = text(name) else { return nil }
    guard !text.isEmpty else {
      fault(name, "is empty: \(purpose)")
      return nil
    }
    return text
  }

  func secret(_ name: String) -> Secret? { sendable(text(name), name).map(Secret.init) }

  /// A secret or an id that must be there.
  func requiredSendable(_ name: String, _ purpose: String) -> String? {
    sendable(requiredText(name, purpose), name)
  }

  /// A text that goes out in a request, or is compared with what came in one: no request can have control
  /// characters in it, such as the carriage return of a file that was written elsewhere.
  func sendable(_ text: String?, _ name: String, spaces: Bool = false) -> String? {
    guard let text else { return nil }
    if text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) {
      fault(name, "has a control character, such as a line's end or a carriage return; take it out")
    } else if Self.isPlaceholder(text) {
      fault(name, "is a placeholder still; put the real value there")
    } else if !spaces, text.unicodeScalars.contains(where: \.properties.isWhitespace) {
      fault(name, "has a space, which it cannot have; take it out")
    }
    return text
  }

  private static func isPlaceholder(_ text: String) -> Bool {
    let text = text.lowercased()
    return text.contains("…") || text.contains("xxxxxx") || text.hasSuffix("...")
      || text.hasPrefix("<") && text.hasSuffix(">")
      || ["your-", "your_", "changeme", "change-me", "change_me"].contains { text.hasPrefix($0) }
  }

  func truth(_ name: String) -> Bool? {
    guard let node = node(name) else { return nil }
    guard case .truth(let truth) = node else {
      fault(name, "must be true or false, not \(node.kind)")
      return nil
    }
    return truth
  }

  func count(_ name: String, in range: ClosedRange<Int>) -> Int? {
    guard let node = node(name) else { return nil }
    guard case .number(let number) = node, let count = Int(exactly: number) else {
      fault(name, "must be a whole number, not \(node.kind)")
      return nil
    }
    guard range.contains(count) else {
      fault(name, "must be \(range.lowerBound) to \(range.upperBound), not \(count)")
      return nil
    }
    return count
  }

  /// A number from 0 to 1.
  func share(_ name: String) -> Double? {
    guard let node = node(name) else { return nil }
    guard case .number(let number) = node, (0...1).contains(number) else {
      fault(name, "must be a number from 0 to 1")
      return nil
    }
    return number
  }

  /// A text that stands for a value of some kind; `expected` says what it should look like.
  func value<Value>(
    _ name: String, _ expected: String, _ make: (String) -> Value?
  ) -> Value? {
    guard let text = text(name) else { return nil }
    guard let value = make(text) else {
      fault(name, "must be \(expected)")
      return nil
    }
    return value
  }

  func choice<Choice: RawRepresentable & CaseIterable>(
    _ name: String, _ type: Choice.Type = Choice.self
  ) -> Choice? where Choice.RawValue == String {
    let names = Choice.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: " or ")
    return value(name, names) { Choice(rawValue: $0) }
  }

  func path(_ name: String) -> String? { text(name).map { substitution.absolute($0) } }

  func absolute(_ path: String) -> String { substitution.absolute(path) }

  func object(_ name: String) -> SettingsReader? {
    node(name).map { SettingsReader($0, at: place(name), list, substitution) }
  }

  func objects(_ name: String) -> [SettingsReader] {
    items(name).map { SettingsReader($1, at: $0, list, substitution) }
  }

  /// A text, or a list of texts.
  func texts(_ name: String) -> [String] {
    if case .text = fields[name] { return text(name).map { [$0] } ?? [] }
    return items(name).compactMap { place, node -> String? in
      guard case .text(let text) = node else {
        list.add(place, "must be a string in quotes, not \(node.kind)")
        return nil
      }
      return filled(text, place)
    }
  }

  /// Each item as an object, or as the text in place of one.
  func textsOrObjects(_ name: String) -> [(place: String, text: String?, object: SettingsReader?)] {
    items(name).map { place, node in
      guard case .text(let text) = node else {
        return (place, nil, SettingsReader(node, at: place, list, substitution))
      }
      return (place, filled(text, place), nil)
    }
  }

  /// Names and texts, whatever the names are.
  func dictionary(_ name: String) -> [String: String] {
    guard let reader = object(name) else { return [:] }
    var found: [String: String] = [:]
    for key in reader.fields.keys.sorted() { found[key] = reader.scalar(key) }
    return found
  }

  /// The names of an object's fields, for those whose names are free.
  var names: [String] { fields.keys.sorted() }

  /// Tells of every field that nobody asked for, with the name that may have been meant.
  func finish() {
    for name in fields.keys.sorted() where !asked.contains(name) {
      let meant = asked.min { Self.distance($0, name) < Self.distance($1, name) }
      let hint = meant.flatMap { Self.distance($0, name) <= 2 ? ", did you mean \($0)?" : nil }
      fault(name, "is not a setting" + (hint ?? ""))
    }
  }

  private func filled(_ text: String, _ place: String) -> String? {
    do throws(SettingsFault) { return try substitution.fill(text) } catch {
      list.add(place, error.sentence)
      return nil
    }
  }

  private func node(_ name: String) -> SettingsNode? {
    asked.insert(name)
    if case .some(.null) = fields[name] { return nil }
    return fields[name]
  }

  private func items(_ name: String) -> [(place: String, node: SettingsNode)] {
    guard let node = node(name) else { return [] }
    guard case .array(let items) = node else {
      fault(name, "must be a list, not \(node.kind)")
      return []
    }
    return items.enumerated().map { ("\(place(name))[\($0.offset)]", $0.element) }
  }

  /// A number or truth value as the text that stands for it.
  private func scalar(_ name: String) -> String? {
    switch node(name) {
    case .number(let number): Int(exactly: number).map(String.init) ?? String(number)
    case .truth(let truth): String(truth)
    default: text(name)
    }
  }

  /// How many letters have to be changed, added or left out.
  private static func distance(_ left: String, _ right: String) -> Int {
    let (left, right) = (Array(left.lowercased()), Array(right.lowercased()))
    var row = Array(0...right.count)
    for (index, letter) in left.enumerated() {
      var diagonal = row[0]
      row[0] = index + 1
      for (column, other) in right.enumerated() {
        let change = diagonal + (letter == other ? 0 : 1)
        diagonal = row[column + 1]
        row[column + 1] = min(change, row[column] + 1, diagonal + 1)
      }
    }
    return row[right.count]
  }
}
