/// What a message costs, in whole millionths of a currency.
package struct Price: Hashable, Sendable {
  package let millionths: Int64

  package init(millionths: Int64) { self.millionths = millionths }

  /// As a rate card has it: digits, at most six of them after a point. nil for anything else, and for a million and more.
  package init?(_ text: some StringProtocol) {
    let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), (1...6).contains(parts[0].count),
      parts.count == 1 || (1...6).contains(parts[1].count)
    else { return nil }
    var number: Int64 = 0
    for digit in parts.joined() {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
      number = number * 10 + Int64(digit - UInt8(ascii: "0"))
    }
    for _ in (parts.count == 2 ? parts[1].count : 0)..<6 { number *= 10 }
    millionths = number
  }
}

extension Price: Comparable {
  package static func < (left: Price, right: Price) -> Bool { left.millionths < right.millionths }
}

/// The cheapest and the dearest that a message can be: the price falls with the volume of a month, which nobody knows before
/// it is over.
package struct PriceRange: Hashable, Sendable {
  package let least: Price
  package let most: Price

  package init(least: Price, most: Price) { (self.least, self.most) = (least, most) }

  package init?(_ prices: some Sequence<Price>) {
    guard let least = prices.min(), let most = prices.max() else { return nil }
    (self.least, self.most) = (least, most)
  }
}
