/// Reads JSON5. Foundation's decoder reads it too, but cannot say where a file is wrong, and lets a name
/// stand twice in silence.
struct JSON5Reader {
  private let text: [Unicode.Scalar]
  private var position = 0

  static func read(_ bytes: [UInt8]) throws(SettingsFault) -> SettingsNode {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw SettingsFault("", "is not UTF-8")
    }
    var reader = JSON5Reader(text: Array(text.unicodeScalars))
    let node = try reader.value(depth: 0)
    try reader.skipSpace()
    guard reader.next == nil else { throw reader.fault("has something after its end") }
    return node
  }

  private static let depthLimit = 64

  private init(text: [Unicode.Scalar]) { self.text = text }

  private var next: Unicode.Scalar? { position < text.count ? text[position] : nil }

  private mutating func value(depth: Int) throws(SettingsFault) -> SettingsNode {
    try skipSpace()
    guard depth < Self.depthLimit else { throw fault("is nested too deep") }
    switch next {
    case "{": return .object(try object(depth))
    case "[": return .array(try array(depth))
    case "\"", "'": return .text(try string())
    case let scalar? where "+-.0123456789".unicodeScalars.contains(scalar):
      return .number(try number())
    case nil: throw fault("ends where a value is expected")
    default: return try word()
    }
  }

  private mutating func object(_ depth: Int) throws(SettingsFault) -> [String: SettingsNode] {
    var fields: [String: SettingsNode] = [:]
    position += 1
    while try !closes("}") {
      let name = try name()
      guard fields[name] == nil else { throw fault("has \(name) twice in one object") }
      try skipSpace()
      guard take(":") else { throw fault("lacks a : after \(name)") }
      fields[name] = try value(depth: depth + 1)
      try separator(before: "}")
    }
    return fields
  }

  private mutating func array(_ depth: Int) throws(SettingsFault) -> [SettingsNode] {
    var items: [SettingsNode] = []
    position += 1
    while try !closes("]") {
      items.append(try value(depth: depth + 1))
      try separator(before: "]")
    }
    return items
  }

  private mutating func closes(_ bracket: Unicode.Scalar) throws(SettingsFault) -> Bool {
    try skipSpace()
    guard next != nil else { throw fault("ends before its \(bracket)") }
    return take(bracket)
  }

  private mutating func separator(before bracket: Unicode.Scalar) throws(SettingsFault) {
    try skipSpace()
    guard take(",") || next == bracket else { throw fault("lacks a , or \(bracket)") }
  }

  private mutating func name() throws(SettingsFault) -> String {
    if next == "\"" || next == "'" { return try string() }
    var name = ""
    while let scalar = next,
      scalar == "_" || scalar == "$" || scalar.properties.isAlphabetic
        || (!name.isEmpty && "0"..."9" ~= scalar)
    {
      name.unicodeScalars.append(scalar)
      position += 1
    }
    guard !name.isEmpty else { throw fault("needs a name here") }
    return name
  }

  private mutating func word() throws(SettingsFault) -> SettingsNode {
    let start = position
    let word = try name()
    switch word {
    case "true": return .truth(true)
    case "false": return .truth(false)
    case "null": return .null
    default:
      position = start
      throw fault("has a text without quotes")
    }
  }

  private mutating func string() throws(SettingsFault) -> String {
    let quote = next
    let start = position
    var string = ""
    position += 1
    while let scalar = next {
      position += 1
      if scalar == quote { return string }
      if scalar == "\n" { break }
      if scalar == "\\" {
        try escape(into: &string)
      } else {
        string.unicodeScalars.append(scalar)
      }
    }
    position = start
    throw fault("has a text without its closing quote")
  }

  private mutating func escape(into string: inout String) throws(SettingsFault) {
    guard let scalar = next else { return }
    position += 1
    switch scalar {
    case "n": string += "\n"
    case "t": string += "\t"
    case "r": string += "\r"
    case "b": string += "\u{8}"
    case "f": string += "\u{C}"
    case "0": string += "\0"
    case "x": string.unicodeScalars.append(try scalarValue(digits: 2))
    case "u": string.unicodeScalars.append(try scalarValue(digits: 4))
    case "\n": break
    default: string.unicodeScalars.append(scalar)
    }
  }

  private mutating func scalarValue(digits: Int) throws(SettingsFault) -> Unicode.Scalar {
    let code = try code(digits: digits)
    if let scalar = Unicode.Scalar(code) { return scalar }
    // The first of a pair that stands for one character together.
    guard (0xD800..<0xDC00).contains(code), take("\\"), take("u") else {
      throw fault("has half a character")
    }
    let second = try self.code(digits: 4)
    guard (0xDC00..<0xE000).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (code - 0xD800) << 10 + (second - 0xDC00))
    else { throw fault("has half a character") }
    return scalar
  }

  private mutating func code(digits: Int) throws(SettingsFault) -> UInt32 {
    let hex = text[position...].prefix(digits).map(String.init).joined()
    guard hex.utf8.count == digits, let code = UInt32(hex, radix: 16) else {
      throw fault("has an escape that lacks digits")
    }
    position += digits
    return code
  }

  private mutating func number() throws(SettingsFault) -> Double {
    let start = position
    while let scalar = next,
      scalar.properties.isAlphabetic
        || "+-.0123456789".unicodeScalars.contains(scalar)
    {
      position += 1
    }
    var digits = text[start..<position].map(String.init).joined()
    let isNegative = digits.hasPrefix("-")
    if isNegative || digits.hasPrefix("+") { digits.removeFirst() }
    let value =
      digits.lowercased().hasPrefix("0x")
      ? UInt32(digits.dropFirst(2), radix: 16).map(Double.init)
      : Double(digits.hasPrefix(".") ? "0" + digits : digits)
    guard let value, value.isFinite else {
      position = start
      throw fault("has a number that cannot be read")
    }
    return isNegative ? -value : value
  }

  private mutating func skipSpace() throws(SettingsFault) {
    while let scalar = next {
      if scalar.properties.isWhitespace || scalar == "\u{FEFF}" {
        position += 1
      } else if scalar == "/" {
        try skipComment()
      } else {
        return
      }
    }
  }

  private mutating func skipComment() throws(SettingsFault) {
    let start = position
    position += 1
    if take("/") {
      while let scalar = next, scalar != "\n" { position += 1 }
      return
    }
    guard take("*") else { throw fault("has a / that starts no comment") }
    while next != nil {
      if take("*") {
        if take("/") { return }
      } else {
        position += 1
      }
    }
    position = start
    throw fault("has a comment without its end")
  }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard next == scalar else { return false }
    position += 1
    return true
  }

  /// With the place, but without what stands there: it may be a secret.
  private func fault(_ sentence: String) -> SettingsFault {
    let before = text[..<min(position, text.count)]
    let line = before.count { $0 == "\n" } + 1
    let column = before.reversed().prefix { $0 != "\n" }.count + 1
    return SettingsFault("line \(line), column \(column)", sentence)
  }
}
