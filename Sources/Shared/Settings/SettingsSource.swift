internal import Domain
internal import JSON
internal import Platform

/// The settings as they were written, for people to look at: never with what is secret in them.
package struct SettingsSource: Sendable {
  let node: SettingsNode
  /// nil where they stand in the program itself.
  package internal(set) var file: String?

  init(node: SettingsNode) { self.node = node }

  /// What stands in the file now, where that is something else than what was read; nil where it cannot be read.
  package enum Change: Hashable, Sendable {
    case none
    /// The paths of what differs.
    case changed([String])
    case unreadable
  }

  package var change: Change {
    guard let file else { return .none }
    guard let data = content(ofFile: file) else { return .unreadable }
    do {
      let present = try JSON5Reader.read(data)
      let paths = node.differences(from: present)
      return paths.isEmpty ? .none : .changed(paths)
    } catch { return .unreadable }
  }
}

extension Settings {
  /// As they were written, with dots in the place of what is secret; nil where no file was read.
  package func shown() -> [UInt8]? {
    guard let node = source?.node else { return nil }
    let hidden = SecretLeaves(secrets.map(\.exposed))
    var writer = JSONWriter()
    node.write(hiding: hidden, under: [], to: &writer)
    return writer.bytes
  }
}

/// Which values are not shown: all under a name that secrets have, and whatever has a secret of ours in it.
struct SecretLeaves {
  static let dots = "•••"

  private let texts: [String]

  init(_ texts: [String]) { self.texts = texts.filter { $0.utf8.count >= Self.shortest } }

  /// What is shorter is hidden by its name alone: it may be a word that other settings have for a good reason.
  private static let shortest = 8

  private static let names = [
    "key", "token", "secret", "password", "pin", "pem", "auth", "cookie", "credential",
    "serviceaccount",
  ]

  /// Of these the names of the fields are anything at all.
  private static let groups: Set = ["headers", "signaturekeys"]

  func hides(_ text: String, under path: [String]) -> Bool {
    // What is filled in from elsewhere says where from, and no more than that.
    if text.hasPrefix("${"), text.hasSuffix("}"),
      text.dropFirst(2).dropLast().allSatisfy({ $0 != "}" })
    {
      return false
    }
    let lower = path.map { $0.lowercased() }
    return lower.last.map { name in Self.names.contains { name.contains($0) } } ?? false
      || lower.contains { Self.groups.contains($0) }
      || texts.contains { text.contains($0) } || Self.hasPassword(text)
  }

  /// A number is a secret where its name is that of one: `tokens` counts some.
  func hides(_ number: Double, under path: [String]) -> Bool {
    let lower = path.map { $0.lowercased() }
    guard let name = lower.last else { return false }
    let isNamed = Self.names.contains { kind in
      name.hasSuffix(kind) || name != "tokens" && name.hasSuffix(kind + "s")
    }
    return isNamed || lower.contains { Self.groups.contains($0) }
      || Int64(exactly: number).map { texts.contains(String($0)) } ?? false
  }

  /// As in `postgres://rider:word@db`.
  private static func hasPassword(_ text: String) -> Bool {
    guard let start = text.firstRange(of: "://") else { return false }
    let place = text[start.upperBound...].prefix { $0 != "/" && $0 != "?" }
    guard let end = place.lastIndex(of: "@") else { return false }
    return place[..<end].contains(":")
  }
}

extension SettingsNode {
  fileprivate func write(
    hiding hidden: SecretLeaves, under path: [String], to writer: inout JSONWriter
  ) {
    switch self {
    case .object(let fields):
      writer.object { object in
        for (name, value) in fields.sorted(by: { $0.key < $1.key }) {
          object.name(name)
          value.write(hiding: hidden, under: path + [name], to: &object)
        }
      }
    case .array(let items):
      writer.array { list in
        for item in items { item.write(hiding: hidden, under: path, to: &list) }
      }
    case .text(let text): writer.value(hidden.hides(text, under: path) ? SecretLeaves.dots : text)
    case .number(let number):
      if hidden.hides(number, under: path) {
        writer.value(SecretLeaves.dots)
      } else if let whole = Int64(exactly: number) {
        writer.value(whole)
      } else {
        writer.value(number)
      }
    case .truth(let truth): writer.value(truth)
    case .null: writer.null()
    }
  }

  /// Paths, as faults name them, of what is not the same in the other. Of a list of another length the list itself.
  func differences(from other: SettingsNode, at path: String = "") -> [String] {
    switch (self, other) {
    case (.object(let own), .object(let others)):
      return Set(own.keys).union(others.keys).sorted().flatMap { name -> [String] in
        let place = path.isEmpty ? name : "\(path).\(name)"
        guard let left = own[name], let right = others[name] else { return [place] }
        return left.differences(from: right, at: place)
      }
    case (.array(let own), .array(let others)) where own.count == others.count:
      return zip(own, others).enumerated().flatMap { index, pair in
        pair.0.differences(from: pair.1, at: "\(path)[\(index)]")
      }
    default: return self == other ? [] : [path]
    }
  }
}
