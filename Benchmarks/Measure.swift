import Platform

/// Several runs of each candidate in turn, so that a noisy moment hits all of them.
struct Race {
  private(set) var rates: [String: [Double]] = [:]
  private var order: [String] = []
  /// Of this process, in microseconds an operation: tells more than rates do where others use the machine as well.
  private var costs: [String: [Double]] = [:]

  /// Counts `operations` in the time that `body` takes.
  mutating func run(_ name: String, operations: Int, _ body: () throws -> Void) rethrows {
    let (start, spent) = (bootMicroseconds(), ProcessFacts.processorMicroseconds)
    try body()
    let cost = Double(ProcessFacts.processorMicroseconds - spent) / Double(max(1, operations))
    costs[name, default: []].append(cost)
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
      print("  \(name): \(Int(median(name)))/s  (\(spread))\(cost(name))")
    }
  }

  private func cost(_ name: String) -> String {
    guard let costs = costs[name]?.sorted(), !costs.isEmpty else { return "" }
    let tenths = Int((costs[costs.count / 2] * 10).rounded())
    return ", \(tenths / 10).\(tenths % 10) us of the processor each"
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
