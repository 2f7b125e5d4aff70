private import Crypto
private import Synchronization

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
    Traceparent(
      [UInt8](capacity: 55) { text in
        for byte in "00-".utf8 { text.append(byte) }
        append(lowerHex: TraceNumbers.origin, digits: 16, to: &text)
        append(lowerHex: TraceNumbers.next(), digits: 16, to: &text)
        text.append(UInt8(ascii: "-"))
        append(lowerHex: TraceNumbers.next(), digits: 16, to: &text)
        for byte in "-01".utf8 { text.append(byte) }
      })
  }

  /// The next step of the same trace.
  package func child() -> Traceparent {
    Traceparent(
      [UInt8](capacity: 55) { text in
        for byte in description.utf8.prefix(36) { text.append(byte) }
        append(lowerHex: TraceNumbers.next(), digits: 16, to: &text)
        for byte in description.utf8.suffix(3) { text.append(byte) }
      })
  }

  package var traceID: String {
    String(decoding: description.utf8.dropFirst(3).prefix(32), as: UTF8.self)
  }
  package var spanID: String {
    String(decoding: description.utf8.dropFirst(36).prefix(16), as: UTF8.self)
  }

  /// Whether its caller records it: the lowest bit of the flags.
  package var isSampled: Bool {
    Self.digit(description.utf8.last ?? UInt8(ascii: "0")) & 1 == 1
  }

  package func sampled(_ isSampled: Bool) -> Traceparent {
    Traceparent(Array(description.utf8.prefix(53)) + (isSampled ? "01" : "00").utf8)
  }

  /// Decided by the id alone, so that all who ask decide alike: by its last 56 bits, which are random.
  package func belongs(toShare share: Double) -> Bool {
    let number = description.utf8.dropFirst(21).prefix(14).reduce(UInt64(0)) {
      $0 << 4 | UInt64(Self.digit($1))
    }
    return Double(number) < share * Double(1 << 56 as UInt64)
  }

  private static func digit(_ byte: UInt8) -> UInt8 {
    byte <= UInt8(ascii: "9") ? byte - UInt8(ascii: "0") : byte - UInt8(ascii: "a") + 10
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

/// Ids of traces need be different, not secret: SplitMix64 from a random start costs no call to the kernel.
private enum TraceNumbers {
  static let origin = UInt64.random(in: 1...UInt64.max)
  private static let state = Atomic(UInt64.random(in: 0...UInt64.max))

  /// Never zero, which the standard calls invalid.
  static func next() -> UInt64 {
    var number = state.wrappingAdd(0x9E37_79B9_7F4A_7C15, ordering: .relaxed).newValue
    number = (number ^ number >> 30) &* 0xBF58_476D_1CE4_E5B9
    number = (number ^ number >> 27) &* 0x94D0_49BB_1331_11EB
    return max(1, number ^ number >> 31)
  }
}
