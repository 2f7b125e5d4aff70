private import Crypto

/// W3C trace context, version 00: `00-<32 hex trace>-<16 hex span>-<2 hex flags>`.
package struct Traceparent: Hashable, Sendable, CustomStringConvertible {
  private let trace: String
  private let span: String
  private let flags: String

  /// nil for what the standard calls invalid: other shapes, upper case, ids of zeros only.
  package init?(_ text: String) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 4, parts[0] == "00", Self.isID(parts[1], 32), Self.isID(parts[2], 16),
      Self.isHex(parts[3], 2)
    else { return nil }
    (trace, span, flags) = (parts[1], parts[2], parts[3])
  }

  private init(trace: String, span: String, flags: String) {
    (self.trace, self.span, self.flags) = (trace, span, flags)
  }

  /// The start of a new trace. An invalid header from outside is replaced by one of these.
  package static func random() -> Traceparent {
    let random = randomBytes(24)
    return Traceparent(
      trace: lowerHex(random.prefix(16)), span: lowerHex(random.suffix(8)), flags: "01")
  }

  /// The next step of the same trace.
  package func child() -> Traceparent {
    Traceparent(trace: trace, span: lowerHex(randomBytes(8)), flags: flags)
  }

  package var description: String { "00-\(trace)-\(span)-\(flags)" }

  private static func isID(_ text: String, _ length: Int) -> Bool {
    isHex(text, length) && text.utf8.contains { $0 != UInt8(ascii: "0") }
  }

  private static func isHex(_ text: String, _ length: Int) -> Bool {
    text.utf8.count == length
      && text.utf8.allSatisfy { byte in
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
          || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
      }
  }
}
