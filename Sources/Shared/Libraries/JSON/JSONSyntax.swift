/// Finds where a text stops being JSON, for a sentence about it. The parser only says that it does.
struct JSONSyntax {
  private let text: [UInt8]
  private var index = 0

  /// The first byte that cannot stand where it does, counted from 0; nil where all of it can.
  static func fault(in text: [UInt8]) -> Int? {
    do { _ = try UTF8Span(validating: text.span) } catch { return error.byteOffsets.lowerBound }
    var scan = JSONSyntax(text: text)
    return scan.document() ? nil : scan.index
  }

  private init(text: [UInt8]) { self.text = text }

  /// The open brackets, innermost last, so that no text is too deep to be looked at.
  private mutating func document() -> Bool {
    var open: [UInt8] = []
    while true {
      guard value(&open) else { return false }
      // A value has ended, or an empty bracket.
      while true {
        skipSpace()
        guard let bracket = open.last else { return index == text.count }
        if take(",") {
          skipSpace()
          guard bracket == UInt8(ascii: "[") || key() else { return false }
          break
        }
        guard take(bracket == UInt8(ascii: "[") ? "]" : "}") else { return false }
        open.removeLast()
      }
    }
  }

  /// Up to the first value that is no bracket with something in it.
  private mutating func value(_ open: inout [UInt8]) -> Bool {
    while true {
      skipSpace()
      guard index < text.count else { return false }
      switch text[index] {
      case UInt8(ascii: "{"):
        index += 1
        skipSpace()
        if take("}") { return true }
        guard key() else { return false }
        open.append(UInt8(ascii: "{"))
      case UInt8(ascii: "["):
        index += 1
        skipSpace()
        if take("]") { return true }
        open.append(UInt8(ascii: "["))
      case UInt8(ascii: "\""): return string()
      case UInt8(ascii: "t"): return word("true")
      case UInt8(ascii: "f"): return word("false")
      case UInt8(ascii: "n"): return word("null")
      default: return number()
      }
    }
  }

  private mutating func key() -> Bool {
    guard string() else { return false }
    skipSpace()
    return take(":")
  }

  private mutating func string() -> Bool {
    guard take("\"") else { return false }
    while index < text.count, text[index] >= 0x20 {
      if take("\"") { return true }
      if take("\\") {
        guard escape() else { return false }
      } else {
        index += 1
      }
    }
    return false
  }

  private mutating func escape() -> Bool {
    if take("u") {
      for _ in 0..<4 {
        guard index < text.count, Character(Unicode.Scalar(text[index])).isHexDigit else {
          return false
        }
        index += 1
      }
      return true
    }
    guard index < text.count, Array("\"\\/bfnrt".utf8).contains(text[index]) else { return false }
    index += 1
    return true
  }

  private mutating func number() -> Bool {
    _ = take("-")
    if !take("0") { guard digits() else { return false } }
    if take(".") { guard digits() else { return false } }
    if take("e") || take("E") {
      if !take("+") { _ = take("-") }
      guard digits() else { return false }
    }
    return true
  }

  private mutating func digits() -> Bool {
    let start = index
    while index < text.count, UInt8(ascii: "0")...UInt8(ascii: "9") ~= text[index] { index += 1 }
    return index > start
  }

  private mutating func word(_ word: StaticString) -> Bool {
    for byte in "\(word)".utf8 {
      guard index < text.count, text[index] == byte else { return false }
      index += 1
    }
    return true
  }

  private mutating func skipSpace() {
    while index < text.count, [0x20, 0x09, 0x0A, 0x0D].contains(text[index]) { index += 1 }
  }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard index < text.count, text[index] == UInt8(ascii: scalar) else { return false }
    index += 1
    return true
  }
}
