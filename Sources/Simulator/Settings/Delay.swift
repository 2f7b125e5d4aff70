internal import Glibc
internal import Time

/// How long something takes: always the same, anything between two bounds, or mostly short and sometimes
/// long (an exponential tail above `least`, cut at `most`).
package struct Delay: Sendable, Equatable {
  package var least: Duration
  package var most: Duration
  package var mean: Duration?

  package init(_ least: Duration, to most: Duration? = nil, mean: Duration? = nil) {
    self.least = least
    self.most = max(least, most ?? least)
    self.mean = mean
  }

  package static let none = Delay(.zero)

  /// `draw` is from 0 up to, not including, 1.
  func microseconds(_ draw: Double) -> Int64 {
    let (low, high) = (Double(least.microseconds), Double(most.microseconds))
    guard let mean else { return Int64(low + (high - low) * draw) }
    let tail = Double((mean - least).microseconds) * -log(1 - draw)
    return Int64(min(high, low + max(0, tail)))
  }
}
