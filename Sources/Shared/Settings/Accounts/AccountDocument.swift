package import Domain
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

  /// With nothing in it yet.
  package init(_ name: AccountName) {
    self.name = name
    node = .object([:])
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
    get { node[field] }
    set { node[field] = newValue }
  }

  package func text(_ field: String) -> String? {
    guard case .text(let text) = self[field] else { return nil }
    return text
  }

  package mutating func set(_ field: String, to text: String) { self[field] = .text(text) }

  package mutating func setUnlessThere(_ field: String, to text: String) {
    if self[field] == nil { set(field, to: text) }
  }

  package func has(waba: String) -> Bool {
    guard case .array(let wabas) = self["wabas"] else { return false }
    return wabas.contains { $0["wabaId"] == .text(waba) }
  }

  /// Puts in a WABA with its token and numbers. A number that is there already keeps its name and all that was said of it.
  package mutating func connect(
    waba: String, token: Secret, tenant: Tenant?, phones: [(id: String, phoneNumberId: String)]
  ) {
    var wabas: [SettingsNode] = []
    if case .array(let found) = self["wabas"] { wabas = found }
    let place = wabas.firstIndex { $0["wabaId"] == .text(waba) }
    var own = place.map { wabas[$0] } ?? .object(["wabaId": .text(waba)])
    own["accessToken"] = .text(token.exposed)
    if let tenant {
      own["app"] = .text(tenant.app)
      own["company"] = .text(tenant.company)
    }
    var numbers: [SettingsNode] = []
    if case .array(let found) = own["phones"] { numbers = found }
    for phone in phones
    where !numbers.contains(where: { $0["phoneNumberId"] == .text(phone.phoneNumberId) }) {
      numbers.append(
        .object(["id": .text(phone.id), "phoneNumberId": .text(phone.phoneNumberId)]))
    }
    own["phones"] = .array(numbers)
    if let place { wabas[place] = own } else { wabas.append(own) }
    self["wabas"] = .array(wabas)
  }

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
    guard isPlain, (1...64).contains(text.utf8.count), !Self.taken.contains(text) else {
      return nil
    }
    self.text = text
  }

  /// The API has something else at their addresses.
  private static let taken: Set = ["webhooks"]

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
