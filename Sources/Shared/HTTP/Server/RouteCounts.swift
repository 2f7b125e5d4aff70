internal import Platform
package import Telemetry

/// What the answers of one route are counted by: found once for each route, so that counting looks nothing up. A loop
/// collects what it has answered in one of its rounds and counts that together, so that no request takes a lock of its
/// own.
package final class RouteCounts: Sendable {
  private let metrics: Metrics
  private let name: String
  private let seconds: Histogram
  private let statuses: Locked<[Int: Counter]>

  /// `name` is the method and the pattern of the route, never the path that was called.
  package init(_ metrics: Metrics, _ name: String) {
    self.metrics = metrics
    self.name = name
    seconds = metrics.histogram(
      "postrider_http_seconds", "From a request's first byte to the head of its answer.",
      ["route": name])
    // What alerts ask for is there before it happens.
    statuses = Locked(
      Dictionary(uniqueKeysWithValues: [500, 503].map { ($0, Self.counter(metrics, name, $0)) }))
  }

  /// Of requests that no route was found for, or whose head could not be read.
  package static func ofNoRoute(_ metrics: Metrics) -> RouteCounts { RouteCounts(metrics, "none") }

  func add(_ status: Int, _ durations: [Double]) {
    let counter = statuses.withLock { statuses in
      if let known = statuses[status] { return known }
      let made = Self.counter(metrics, name, status)
      statuses[status] = made
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

/// Answers of one round of a loop, until they are counted.
struct AnswerTally {
  private struct Entry {
    let counts: RouteCounts
    let status: Int
    let seconds: Double
  }

  private var entries: [Entry] = []

  mutating func add(_ counts: RouteCounts, _ status: Int, microseconds: Int64) {
    entries.append(
      Entry(counts: counts, status: status, seconds: Double(microseconds) / 1_000_000))
  }

  /// Those in a row that are alike are counted at once: mostly that is all of them.
  mutating func count() {
    guard !entries.isEmpty else { return }
    var rest = entries[...]
    while let first = rest.first {
      let alike = rest.prefix { $0.counts === first.counts && $0.status == first.status }
      first.counts.add(first.status, alike.map(\.seconds))
      rest = rest.dropFirst(alike.count)
    }
    entries.removeAll(keepingCapacity: true)
  }
}
