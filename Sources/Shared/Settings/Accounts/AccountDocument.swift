internal import JSON

/// An account that was made at run time, in the form that it would have in the settings: an item of `apps`, or of
/// `twilioAccounts`. Its secrets are in it.
package struct AccountDocument: Hashable, Sendable {
  package let name: AccountName
  private(set) var node: SettingsNode

  /// Takes JSON; what stands in it is taken as it is, without `${…}`.
  package init(_ name: AccountName, json: [UInt8]) throws(SettingsRefused) {
    self.name = name
    do { node = try JSON5Reader.read(json) } catch { throw SettingsRefused([error]) }
    guard case .object = node else {
      throw SettingsRefused([SettingsFault("", "must be an object, not \(node.kind)")])
    }
  }

  package var json: [UInt8] { JSONWriter.object { node.writeFields(to: &$0) } }

  /// As people may see it.
  package var shown: [UInt8] { JSONWriter.object { node.masked.writeFields(to: &$0) } }

  /// What stands in the place of a secret that is not shown, and of one that is to stay as it is.
  package static let mask = "•••"

  /// Where a secret is missing or is the mask, the one of before stays.
  package func keepingSecrets(of before: AccountDocument) -> AccountDocument {
    var kept = self
    kept.node = node.keepingSecrets(of: before.node)
    return kept
  }

  subscript(field: String) -> SettingsNode? {
    get {
      guard case .object(let fields) = node else { return nil }
      return fields[field]
    }
    set {
      guard case .object(var fields) = node else { return }
      fields[field] = newValue
      node = .object(fields)
    }
  }

  package func text(_ field: String) -> String? {
    guard case .text(let text) = self[field] else { return nil }
    return text
  }

  package mutating func set(_ field: String, to text: String) { self[field] = .text(text) }

  /// Puts an object into a list, in the place of the one whose `key` is the same.
  package mutating func put(
    _ json: [UInt8], into path: AccountPath
  ) throws(SettingsRefused) {
    let item: SettingsNode
    do { item = try JSON5Reader.read(json) } catch { throw SettingsRefused([error]) }
    guard case .object(var fields) = item else {
      throw SettingsRefused([SettingsFault("", "must be an object, not \(item.kind)")])
    }
    guard let (list, key, id) = path.steps.last else { return }
    if let own = fields[key], own != .text(id) {
      throw SettingsRefused([SettingsFault(key, "is not \(id), which the address names")])
    }
    fields[key] = .text(id)
    let entry = SettingsNode.object(fields)
    guard
      let changed = node.changing(
        path.steps[...], { old in old.map(entry.keepingSecrets) ?? entry })
    else {
      throw SettingsRefused([
        SettingsFault("", "the account has no place for it: \(list) of something that is not there")
      ])
    }
    node = changed
  }

  /// False where there is no such thing.
  package mutating func remove(_ path: AccountPath) -> Bool {
    guard node.has(path.steps[...]), let changed = node.changing(path.steps[...], { _ in nil })
    else { return false }
    node = changed
    return true
  }
}

/// The name that an account goes by, as whoever made it chose it.
package struct AccountName: Hashable, Comparable, Sendable, CustomStringConvertible {
  package let text: String

  /// nil unless it is short, and letters, digits, `-`, `_` and `.` alone.
  package init?(_ text: String) {
    let isPlain = text.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
        UInt8(ascii: "."):
        true
      default: false
      }
    }
    guard isPlain, (1...64).contains(text.utf8.count) else { return nil }
    self.text = text
  }

  package var description: String { text }

  package static func < (left: AccountName, right: AccountName) -> Bool { left.text < right.text }
}

/// Where something stands in an account's document: each list, the field that names its items, and the item's name.
package struct AccountPath: Hashable, Sendable {
  let steps: [(list: String, key: String, id: String)]

  package static func waba(_ id: String) -> AccountPath {
    AccountPath(steps: [("wabas", "wabaId", id)])
  }

  package static func phone(_ id: String, of waba: String) -> AccountPath {
    AccountPath(steps: [("wabas", "wabaId", waba), ("phones", "id", id)])
  }

  package static func sender(_ id: String) -> AccountPath {
    AccountPath(steps: [("senders", "id", id)])
  }

  package static func == (left: AccountPath, right: AccountPath) -> Bool {
    left.steps.elementsEqual(right.steps) { $0 == $1 }
  }

  package func hash(into hasher: inout Hasher) {
    for step in steps { hasher.combine([step.list, step.key, step.id]) }
  }
}
