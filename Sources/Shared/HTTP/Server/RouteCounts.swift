internal import Platform
package import Telemetry

/// What the answers of one route are counted by: found once for each route, so that counting looks nothing up. A loop
/// collects what it has answered in one of its rounds and counts that together, so that no request takes a lock of its
/// own.
package final class RouteCounts: Sendable {
  private let metrics: Metrics
  private let name: String
  private let seconds: Histogram
  /// Few, so that looking through them is the quickest.
  private let statuses: Locked<[(status: Int, counter: Counter)]>

  /// `name` is the method and the pattern of the route, never the path that was called.
  package init(_ metrics: Metrics, _ name: String) {
    self.metrics = metrics
    self.name = name
    seconds = metrics.histogram(
      "postrider_http_seconds", "From a request's first byte to the head of its answer.",
      ["route": name])
    // What alerts ask for is there before it happens.
    statuses = Locked([500, 503].map { ($0, Self.counter(metrics, name, $0)) })
  }

  /// Of requests that no route was found for, or whose head could not be read.
  package static func ofNoRoute(_ metrics: Metrics) -> RouteCounts { RouteCounts(metrics, "none") }

  func add(_ status: Int, _ durations: ArraySlice<Double>) {
    let counter = statuses.withLock { statuses in
      if let known = statuses.first(where: { $0.status == status }) { return known.counter }
      let made = Self.counter(metrics, name, status)
      statuses.append((status, made))
      return made
    }
    counter.add(durations.count)
    seconds.observe(durations)
  }

  private static func counter(_ metrics: Metrics, _ name: String, _ status: Int) -> Counter {
    metrics.counter(
      "postrider_http_requests_total", "Requests that were answered, by route and status.",
      ["route": name, "status": "\(status)"])
  }
}

/// Answers of one round of a loop, until they are counted. Nothing is allocated for them once the arrays have grown.
struct AnswerTally {
  private struct Kind {
    let counts: RouteCounts
    let status: Int
  }

  private var kinds: [Kind] = []
  private var seconds: [Double] = []

  mutating func add(_ counts: RouteCounts, _ status: Int, microseconds: Int64) {
    kinds.append(Kind(counts: counts, status: status))
    seconds.append(Double(microseconds) / 1_000_000)
  }

  /// Those in a row that are alike are counted at once: mostly that is all of them.
  mutating func count() {
    guard !kinds.isEmpty else { return }
    var start = 0
    while start < kinds.count {
      let first = kinds[start]
      var end = start + 1
      while end < kinds.count, kinds[end].counts === first.counts,
        kinds[end].status == first.status
      { end += 1 }
      first.counts.add(first.status, seconds[start..<end])
      start = end
    }
    kinds.removeAll(keepingCapacity: true)
    seconds.removeAll(keepingCapacity: true)
  }
}
