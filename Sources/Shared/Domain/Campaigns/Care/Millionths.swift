/// Amounts of money as whole millionths, written as decimals with a point: `0.0625`, `120.50`.
package enum Millionths {
  /// nil for anything but digits, and a point with one to six digits after it.
  package static func read(_ text: String) -> Int64? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), let whole = digits(parts[0]), whole <= 1_000_000_000 else {
      return nil
    }
    guard parts.count == 2 else { return whole * 1_000_000 }
    guard parts[1].utf8.count <= 6, let rest = digits(parts[1]) else { return nil }
    return whole * 1_000_000 + (0..<(6 - parts[1].utf8.count)).reduce(rest) { rest, _ in rest * 10 }
  }

  private static func digits(_ text: Substring) -> Int64? {
    guard !text.isEmpty, text.utf8.count <= 12, text.utf8.allSatisfy({ (0x30...0x39).contains($0) })
    else { return nil }
    return Int64(text)
  }

  /// With two digits after the point at least.
  package static func text(_ amount: Int64) -> String {
    let (whole, rest) = amount.magnitude.quotientAndRemainder(dividingBy: 1_000_000)
    var digits = String(1_000_000 + rest).dropFirst()
    while digits.utf8.count > 2, digits.last == "0" { digits.removeLast() }
    return "\(amount < 0 ? "-" : "")\(whole).\(digits)"
  }
}
