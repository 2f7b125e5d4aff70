package import Time

/// People of one campaign that are alike to a forecast: one sender, the same hours, the same price.
package struct ForecastCrowd: Sendable {
  package var sender: SenderID
  /// All of them.
  package var count: Int
  /// Of those, how many the campaign has begun already.
  package var begun = 0
  /// Of those still to come, how many have written to us within a day: they take no slot of the recipients' limit. A
  /// day later their windows have closed.
  package var inWindow = 0
  /// Of those still to come and not in a window, how many count already: they keep their slot, for another day.
  package var counted = 0
  /// How many of the rest will have written to us by the time their turn comes. The likely forecast takes the middle, the
  /// cautious one the least.
  package var mayWrite: ClosedRange<Int> = 0...0
  package var openings: Openings = .always
  /// They get the message that is the best of those that are tried first.
  package var waitsForBest = false
  /// Of one message; nil: not known.
  package var price: MessagePrice?

  package init(_ sender: SenderID, count: Int) { (self.sender, self.count) = (sender, count) }

  /// When they may be written to.
  package enum Openings: Sendable {
    case always
    /// In their order.
    case during([Range<Timestamp>])
    /// The first that ends after a moment; nil: never again.
    case from(@Sendable (Timestamp) -> Range<Timestamp>?)

    func first(after time: Timestamp) -> Range<Timestamp>? {
      switch self {
      case .always: time..<Timestamp.distantFuture
      case .during(let spans): spans.first { $0.upperBound > time }
      case .from(let next): next(time)
      }
    }
  }
}

/// What one message costs at least and at most, in millionths of a currency.
package struct MessagePrice: Hashable, Sendable {
  package var least: Int64
  package var most: Int64

  package init(least: Int64, most: Int64) { (self.least, self.most) = (least, most) }
}
