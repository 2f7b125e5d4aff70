internal import Platform
internal import Synchronization

/// Only grows.
package final class Counter: Series {
  private let count = Atomic<Int>(0)

  package func add(_ more: Int = 1) { count.add(more, ordering: .relaxed) }
  package var value: Int { count.load(ordering: .relaxed) }

  func lines(_ name: String, _ labels: Labels) -> [String] {
    ["\(name)\(labels.braces()) \(value)"]
  }
}

/// Stands at some value.
package final class Gauge: Series {
  private let bits = Atomic<UInt64>(0)

  package func set(_ value: Double) { bits.store(value.bitPattern, ordering: .relaxed) }
  package var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }

  func lines(_ name: String, _ labels: Labels) -> [String] {
    ["\(name)\(labels.braces()) \(Self.written(value))"]
  }

  /// As Prometheus spells it.
  private static func written(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    return value.isInfinite ? (value > 0 ? "+Inf" : "-Inf") : "\(value)"
  }
}

/// Counts how many values are up to each bound.
package final class Histogram: Series {
  /// From a millisecond to a minute, each about twice the one before.
  package static let durations = [
    0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60,
  ]
  /// From a hundredth of a second to a day, for what may have to wait for budgets and people.
  package static let waits = [
    0.01, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600, 14400, 86400,
  ]

  private struct State {
    var counts: [Int]
    var sum = 0.0

    mutating func add(_ value: Double, at place: Int) {
      counts[place] += 1
      sum += value
    }
  }

  private let bounds: [Double]
  private let state: Locked<State>

  init(bounds: [Double]) {
    self.bounds = bounds
    state = Locked(State(counts: Array(repeating: 0, count: bounds.count + 1)))
  }

  package func observe(_ value: Double) {
    state.withLock { $0.add(value, at: place(of: value)) }
  }

  /// Of a batch, with one lock for all of it.
  package func observe(_ values: [Double]) { observe(values[...]) }

  package func observe(_ values: ArraySlice<Double>) {
    guard !values.isEmpty else { return }
    state.withLock { state in
      for value in values { state.add(value, at: place(of: value)) }
    }
  }

  private func place(of value: Double) -> Int {
    bounds.firstIndex { value <= $0 } ?? bounds.count
  }

  func lines(_ name: String, _ labels: Labels) -> [String] {
    let state = state.withLock { $0 }
    var total = 0
    var lines: [String] = []
    for (bound, count) in zip(bounds.map { "\($0)" } + ["+Inf"], state.counts) {
      total += count
      lines.append("\(name)_bucket\(labels.braces(and: "le=\"\(bound)\"")) \(total)")
    }
    lines.append("\(name)_sum\(labels.braces()) \(state.sum)")
    lines.append("\(name)_count\(labels.braces()) \(total)")
    return lines
  }
}
