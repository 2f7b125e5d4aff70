/// What a message costs, in whole millionths of a currency.
package struct Price: Hashable, Sendable {
  package let millionths: Int64

  package init(millionths: Int64) { self.millionths = millionths }

  /// As a rate card has it: digits, at most six of them after a point. nil for anything else, and for a million and more.
  package init?(_ text: some StringProtocol) {
    // Six digits before the point.
    guard text.utf8.prefix(while: { $0 != UInt8(ascii: ".") }).count <= 6,
      let amount = Millionths.read(String(text))
    else { return nil }
    millionths = amount
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
