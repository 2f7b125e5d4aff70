import Platform

/// Several runs of each candidate in turn, so that a noisy moment hits all of them.
struct Race {
  private(set) var rates: [String: [Double]] = [:]
  private var order: [String] = []

  /// Counts `operations` in the time that `body` takes.
  mutating func run(_ name: String, operations: Int, _ body: () throws -> Void) rethrows {
    let start = bootMicroseconds()
    try body()
    let seconds = Double(bootMicroseconds() - start) / 1e6
    add(name, rate: Double(operations) / seconds)
  }

  /// A rate that somebody else has measured.
  mutating func add(_ name: String, rate: Double) {
    if rates[name] == nil { order.append(name) }
    rates[name, default: []].append(rate)
  }

  func median(_ name: String) -> Double {
    let sorted = rates[name, default: []].sorted()
    return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
  }

  func report() {
    for name in order {
      let sorted = rates[name, default: []].sorted()
      let spread = "\(Int(sorted.first ?? 0)) to \(Int(sorted.last ?? 0)), \(sorted.count) runs"
      print("  \(name): \(Int(median(name)))/s  (\(spread))")
    }
  }

  /// Says whether a ratio holds what it should.
  func compare(_ name: String, with other: String, atLeast share: Double) {
    let ratio = median(name) / median(other)
    let verdict = ratio >= share ? "holds" : "MISSED"
    print("  \(name) / \(other) = \(percent(ratio)), at least \(percent(share)): \(verdict)")
  }

  func expect(_ name: String, atLeast rate: Double) {
    let verdict = median(name) >= rate ? "holds" : "MISSED"
    print("  \(name): \(Int(median(name)))/s, at least \(Int(rate))/s: \(verdict)")
  }

  private func percent(_ ratio: Double) -> String { "\(Int((ratio * 100).rounded())) %" }
}
