package import Events
internal import Domain
package import EventLog
private import Platform
package import SendStore

extension SendStore {
  /// Whether the workers on this store have done with all that a topic holds now, within that time. What is
  /// waited for shows only in the store, which nobody can subscribe to.
  package func hasRead(
    toTheEndOf topic: Topic, in log: any EventLog, within limit: Duration
  ) throws -> Bool {
    let ends = try log.offsets(of: topic, within: .seconds(10)).enumerated().filter { !$1.isEmpty }
    let end = ContinuousClock.now + limit
    while ContinuousClock.now < end {
      let left = try ends.contains { number, offsets in
        try (readingPlace(in: topic.rawValue, number)?.offset ?? 0) < offsets.upperBound
      }
      if !left { return true }
      _ = Gate().wait(for: .milliseconds(3))
    }
    return false
  }
}
