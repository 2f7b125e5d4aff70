/// What the statements of a store's nouns are in one dialect, by their numbers. A name that stands on one side
/// only, in the SQL or in the code, is a mistake of ours that the first opening of a store shows.
struct StatementTexts: Sendable {
  private var texts: [Text?] = []

  struct Text: Sendable {
    /// Names a prepared statement on a server, where nouns share a connection.
    let name: String
    let sql: String
  }

  init(_ nouns: [Noun], _ dialect: Dialect) throws(StoreError) {
    guard Set(nouns.map(\.name)).count == nouns.count else {
      throw .broken("two nouns have one name")
    }
    for noun in nouns { try add(noun, dialect) }
  }

  private mutating func add(_ noun: Noun, _ dialect: Dialect) throws(StoreError) {
    var found = Self.statements(noun.file(dialect))
    for statement in noun.statements where statement.only ?? dialect == dialect {
      guard let text = found.removeValue(forKey: statement.name) else {
        throw .broken("\(noun.name) has no statement \(statement)")
      }
      let sql = try numbered(text, for: statement, dialect)
      if statement.number >= texts.count {
        texts += Array(repeating: nil, count: statement.number + 1 - texts.count)
      }
      texts[statement.number] = Text(name: "\(noun.name).\(statement)", sql: sql)
    }
    guard found.isEmpty else {
      throw .broken("\(noun.name) has statements that nobody uses: \(found.keys.sorted())")
    }
  }

  /// A file has `-- name` above each, and a semicolon at its end.
  private static func statements(_ file: [UInt8]) -> [String: String] {
    var found: [String: String] = [:]
    let parts = String(decoding: file, as: UTF8.self).split(
      separator: "\n-- ", omittingEmptySubsequences: false)
    for part in parts.dropFirst() {
      let lines = part.split(separator: "\n", maxSplits: 1)
      guard lines.count == 2 else { continue }
      found[String(lines[0])] = String(lines[1].prefix { $0 != ";" })
    }
    return found
  }

  var count: Int { texts.count }

  subscript(statement: Statement) -> Text {
    get throws(StoreError) {
      guard statement.number < texts.count, let text = texts[statement.number] else {
        throw .broken("it was opened without the noun of \(statement)")
      }
      return text
    }
  }
}

/// SQL with numbers in place of names: `:lane` becomes `?1` or `$1`, counted as the statement counts what it
/// takes.
func numbered(
  _ sql: String, for statement: Statement, _ dialect: Dialect
) throws(StoreError) -> String {
  let mark = UInt8(ascii: dialect == .sqlite ? "?" : "$")
  let bytes = Array(sql.utf8)
  var text: [UInt8] = []
  var unused = Set(statement.takes)
  var place = 0
  while let next = bytes[place...].firstIndex(where: \.opensSomething) {
    text += bytes[place..<next]
    if let end = bytes.endOfQuotation(at: next) {
      text += bytes[next..<end]
      place = end
    } else if let end = bytes.endOfParameter(at: next) {
      let name = String(decoding: bytes[(next + 1)..<end], as: UTF8.self)
      guard let number = statement.takes.firstIndex(of: name) else {
        throw .broken("the statement \(statement) takes no \(name)")
      }
      unused.remove(name)
      text.append(mark)
      text += Array(String(number + 1).utf8)
      place = end
    } else {
      text.append(bytes[next])
      place = next + 1
    }
  }
  text += bytes[place...]
  guard unused.isEmpty else {
    throw .broken("the statement \(statement) does not use \(unused.sorted())")
  }
  return String(decoding: text, as: UTF8.self)
}

extension [UInt8] {
  /// The end of a string, a quoted name or a comment that begins there.
  fileprivate func endOfQuotation(at start: Int) -> Int? {
    let quotations: [(from: String, to: String)] = [
      ("'", "'"), ("\"", "\""), ("/*", "*/"), ("--", "\n"),
    ]
    guard let found = quotations.first(where: { self[start...].starts(with: $0.from.utf8) }) else {
      return nil
    }
    var place = start + found.from.utf8.count
    while place < count, !self[place...].starts(with: found.to.utf8) { place += 1 }
    return Swift.min(count, place + found.to.utf8.count)
  }

  /// The end of a `:name` that begins there. A cast, `::bigint`, is none, nor is the middle of `[first:last]`.
  fileprivate func endOfParameter(at start: Int) -> Int? {
    guard self[start] == UInt8(ascii: ":"), start + 1 < count, self[start + 1].isInName,
      start == 0 || !(self[start - 1].isInName || self[start - 1] == UInt8(ascii: ":"))
    else { return nil }
    return self[(start + 1)...].firstIndex { !$0.isInName } ?? count
  }
}

extension UInt8 {
  /// A quotation, a comment or a parameter may begin with it.
  fileprivate var opensSomething: Bool {
    switch self {
    case UInt8(ascii: ":"), UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "/"),
      UInt8(ascii: "-"):
      true
    default: false
    }
  }

  fileprivate var isInName: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}
