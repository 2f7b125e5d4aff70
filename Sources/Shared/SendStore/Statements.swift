/// The texts of a dialect's statements, by name. A file has `-- name` above each; a missing one is a
/// mistake of ours that the first opening of a store shows.
struct Statements: Sendable {
  private let texts: [String]

  /// `missing` are those that this dialect has no use for.
  init(_ file: [UInt8], without missing: Set<StatementName> = []) throws(StoreError) {
    var found: [String: String] = [:]
    for part in String(decoding: file, as: UTF8.self).split(separator: "\n-- ").dropFirst() {
      let lines = part.split(separator: "\n", maxSplits: 1)
      guard lines.count == 2 else { continue }
      found[String(lines[0])] = String(lines[1].prefix { $0 != ";" })
    }
    var texts: [String] = []
    for name in StatementName.allCases {
      let text = found.removeValue(forKey: name.rawValue)
      guard text != nil || missing.contains(name) else {
        throw .broken("no statement \(name.rawValue)")
      }
      texts.append(text ?? "")
    }
    guard found.isEmpty else { throw .broken("unused statements \(found.keys.sorted())") }
    self.texts = texts
  }

  subscript(name: StatementName) -> String { texts[name.index] }
}

extension StatementName {
  /// Its place among all: arrays by it cost less than dictionaries.
  var index: Int { Self.indices[self, default: 0] }

  private static let indices = Dictionary(
    uniqueKeysWithValues: allCases.enumerated().map { ($0.element, $0.offset) })
}
