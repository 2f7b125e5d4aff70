private import Crypto

/// W3C trace context, version 00: `00-<32 hex trace>-<16 hex span>-<2 hex flags>`.
package struct Traceparent: Hashable, Sendable, CustomStringConvertible {
  package let description: String

  /// nil for what the standard calls invalid: other shapes, upper case, ids of zeros only.
  package init?(_ text: String) {
    guard Self.isValid(text.utf8) else { return nil }
    description = text
  }

  /// The start of a new trace. An invalid header from outside is replaced by one of these.
  package static func random() -> Traceparent {
    var text = Array("00-".utf8)
    text.reserveCapacity(55)
    append(lowerHex: .random(in: 1...UInt64.max), digits: 16, to: &text)
    append(lowerHex: .random(in: 0...UInt64.max), digits: 16, to: &text)
    text.append(UInt8(ascii: "-"))
    append(lowerHex: .random(in: 1...UInt64.max), digits: 16, to: &text)
    text.append(contentsOf: "-01".utf8)
    return Traceparent(text)
  }

  /// The next step of the same trace.
  package func child() -> Traceparent {
    var text = Array(description.utf8.prefix(36))
    append(lowerHex: .random(in: 1...UInt64.max), digits: 16, to: &text)
    text.append(contentsOf: description.utf8.suffix(3))
    return Traceparent(text)
  }

  private init(_ text: [UInt8]) { description = String(decoding: text, as: UTF8.self) }

  private static func isValid(_ text: String.UTF8View) -> Bool {
    guard text.count == 55 else { return false }
    var (isTraceZero, isSpanZero) = (true, true)
    for (index, byte) in text.enumerated() {
      switch index {
      case 0, 1: guard byte == UInt8(ascii: "0") else { return false }
      case 2, 35, 52: guard byte == UInt8(ascii: "-") else { return false }
      default: guard isLowerHex(byte) else { return false }
      }
      guard byte != UInt8(ascii: "0") else { continue }
      if (3..<35).contains(index) { isTraceZero = false }
      if (36..<52).contains(index) { isSpanZero = false }
    }
    return !isTraceZero && !isSpanZero
  }

  private static func isLowerHex(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
  }
}
