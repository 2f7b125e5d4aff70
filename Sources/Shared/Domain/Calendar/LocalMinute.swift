/// A minute of the day as clocks show it: `00:00` to `23:59`.
package struct LocalMinute: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// Since midnight.
  package let number: Int

  package init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count == 5, bytes[2] == UInt8(ascii: ":"),
      let hour = Self.number(bytes[..<2]), hour < 24,
      let minute = Self.number(bytes[3...]), minute < 60
    else { return nil }
    number = hour * 60 + minute
  }

  package var description: String { "\(Self.padded(number / 60)):\(Self.padded(number % 60))" }

  package static func < (left: LocalMinute, right: LocalMinute) -> Bool {
    left.number < right.number
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
    var number = 0
    for digit in digits {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
      number = number * 10 + Int(digit - UInt8(ascii: "0"))
    }
    return number
  }

  private static func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
