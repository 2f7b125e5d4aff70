/// Writes JSON straight into bytes. A value, so that a local one costs no exclusivity checks; what it
/// writes is well formed as long as every `beginX` meets its `endX`.
package struct JSONWriter {
  package private(set) var bytes: [UInt8] = []
  private var needsComma = false

  package init(capacity: Int = 256) { bytes.reserveCapacity(capacity) }

  package static func list(_ body: (inout JSONWriter) -> Void) -> [UInt8] {
    var writer = JSONWriter()
    writer.array(body)
    return writer.bytes
  }

  package static func object(
    capacity: Int = 256, _ write: (inout JSONWriter) -> Void
  ) -> [UInt8] {
    var writer = JSONWriter(capacity: capacity)
    writer.object(write)
    return writer.bytes
  }

  package mutating func object(_ write: (inout JSONWriter) -> Void) {
    open(UInt8(ascii: "{"))
    write(&self)
    close(UInt8(ascii: "}"))
  }

  package mutating func array(_ write: (inout JSONWriter) -> Void) {
    open(UInt8(ascii: "["))
    write(&self)
    close(UInt8(ascii: "]"))
  }

  package mutating func name(_ name: StaticString) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    name.withUTF8Buffer { bytes.append(contentsOf: $0) }
    bytes.append(UInt8(ascii: "\""))
    bytes.append(UInt8(ascii: ":"))
    needsComma = false
  }

  package mutating func name(_ name: String) {
    value(name)
    bytes.append(UInt8(ascii: ":"))
    needsComma = false
  }

  package mutating func value(_ text: String) {
    var text = text
    text.withUTF8 { quote($0) }
  }

  /// Text that stands as UTF-8 already, which nobody checks again.
  package mutating func value(utf8 text: ArraySlice<UInt8>) {
    text.withUnsafeBufferPointer { quote($0) }
  }

  package mutating func name(utf8 name: ArraySlice<UInt8>) {
    value(utf8: name)
    bytes.append(UInt8(ascii: ":"))
    needsComma = false
  }

  @inlinable
  package mutating func value(_ integer: some BinaryInteger) {
    guard let small = UInt64(exactly: integer) else { return literal(String(integer)) }
    separate()
    append(decimal: small)
    needsComma = true
  }

  private mutating func append(decimal number: UInt64) {
    if number >= 10 { append(decimal: number / 10) }
    bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number % 10))
  }

  /// Infinity and not-a-number have no JSON; they become null.
  package mutating func value(_ number: Double) {
    literal(number.isFinite ? String(number) : "null")
  }

  package mutating func value(_ truth: Bool) { literal(truth ? "true" : "false") }

  package mutating func null() { literal("null") }

  /// JSON that already stands as text.
  package mutating func raw(_ json: [UInt8]) {
    separate()
    bytes.append(contentsOf: json)
    needsComma = true
  }

  package mutating func field(_ name: StaticString, _ text: String) {
    self.name(name)
    value(text)
  }

  package mutating func field(_ name: StaticString, _ text: String?) {
    if let text { field(name, text) }
  }

  /// Text that stands as UTF-8 already, which nobody checks again.
  package mutating func field(_ name: StaticString, utf8 text: [UInt8]?) {
    guard let text else { return }
    self.name(name)
    value(utf8: text[...])
  }

  @inlinable
  package mutating func field(_ name: StaticString, _ integer: some BinaryInteger) {
    self.name(name)
    value(integer)
  }

  package mutating func field(_ name: StaticString, _ truth: Bool) {
    self.name(name)
    value(truth)
  }

  /// JSON that already stands as text.
  package mutating func field(_ name: StaticString, json: [UInt8]?) {
    guard let json else { return }
    self.name(name)
    raw(json)
  }

  private mutating func quote(_ text: UnsafeBufferPointer<UInt8>) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    append(escaping: text)
    bytes.append(UInt8(ascii: "\""))
    needsComma = true
  }

  @usableFromInline
  mutating func literal(_ text: String) {
    separate()
    bytes.append(contentsOf: text.utf8)
    needsComma = true
  }

  private mutating func open(_ bracket: UInt8) {
    separate()
    bytes.append(bracket)
    needsComma = false
  }

  private mutating func close(_ bracket: UInt8) {
    bytes.append(bracket)
    needsComma = true
  }

  private mutating func separate() {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
  }

  private mutating func append(escaping text: UnsafeBufferPointer<UInt8>) {
    var clean = 0
    while let place = Self.firstToEscape(in: text, from: clean) {
      bytes.append(contentsOf: text[clean..<place])
      append(escape: text[place])
      clean = place + 1
    }
    bytes.append(contentsOf: text[clean...])
  }

  /// Eight bytes at a time: subtracting borrows from the high bit of the first byte that is too small, and
  /// what is not the byte looked for is not zero after the exclusive or.
  private static func firstToEscape(
    in text: UnsafeBufferPointer<UInt8>, from start: Int
  ) -> Int? {
    let (ones, highBits) = (0x0101_0101_0101_0101 as UInt64, 0x8080_8080_8080_8080 as UInt64)
    var place = start
    while place + 8 <= text.count {
      let word = UInt64(
        littleEndian: UnsafeRawBufferPointer(text).loadUnaligned(
          fromByteOffset: place, as: UInt64.self))
      let quote = word ^ (ones &* UInt64(UInt8(ascii: "\"")))
      let slash = word ^ (ones &* UInt64(UInt8(ascii: "\\")))
      let found =
        ((word &- ones &* 0x20) & ~word | (quote &- ones) & ~quote | (slash &- ones) & ~slash)
        & highBits
      if found != 0 { return place + found.trailingZeroBitCount / 8 }
      place += 8
    }
    return text[place...].firstIndex(where: mustEscape)
  }

  private static func mustEscape(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
  }

  private mutating func append(escape byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(contentsOf: [0x5C, byte])
    case 0x0A: bytes.append(contentsOf: "\\n".utf8)
    case 0x0D: bytes.append(contentsOf: "\\r".utf8)
    case 0x09: bytes.append(contentsOf: "\\t".utf8)
    case 0x08: bytes.append(contentsOf: "\\b".utf8)
    case 0x0C: bytes.append(contentsOf: "\\f".utf8)
    default:
      let digits = Array("0123456789abcdef".utf8)
      bytes.append(contentsOf: "\\u00".utf8)
      bytes.append(digits[Int(byte >> 4)])
      bytes.append(digits[Int(byte & 15)])
    }
  }
}
