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
    node.write(hiding: hidden, under: "", to: &writer)
    return writer.bytes
  }
}

/// Which values are not shown: those that are a secret of ours or have one in them, and all under a name that secrets have.
struct SecretLeaves {
  private let texts: [String]

  init(_ texts: [String]) { self.texts = texts.filter { !$0.isEmpty } }

  private static let names = [
    "key", "token", "secret", "password", "pin", "pem", "auth", "cookie", "credential",
    "serviceaccount",
  ]

  func hides(_ text: String, under name: String) -> Bool {
    // What is filled in from elsewhere says where from, and no more than that.
    if text.hasPrefix("${"), text.hasSuffix("}"),
      text.dropFirst(2).dropLast().allSatisfy({ $0 != "}" })
    {
      return false
    }
    let lower = name.lowercased()
    return Self.names.contains { lower.contains($0) } || texts.contains { text.contains($0) }
  }
}

extension SettingsNode {
  fileprivate func write(
    hiding hidden: SecretLeaves, under name: String, to writer: inout JSONWriter
  ) {
    switch self {
    case .object(let fields):
      writer.object { object in
        for (name, value) in fields.sorted(by: { $0.key < $1.key }) {
          object.name(name)
          value.write(hiding: hidden, under: name, to: &object)
        }
      }
    case .array(let items):
      writer.array { list in
        for item in items { item.write(hiding: hidden, under: name, to: &list) }
      }
    case .text(let text): writer.value(hidden.hides(text, under: name) ? "•••" : text)
    case .number(let number):
      if let whole = Int64(exactly: number) { writer.value(whole) } else { writer.value(number) }
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
