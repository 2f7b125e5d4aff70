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

extension EventLog {
  /// What a topic holds from its beginning, once that is enough, or when the time is over. Without a group: the
  /// first member of one waits for 3 s on Kafka's mock.
  package func records(
    of topic: Topic, within limit: Duration = .seconds(30),
    until isEnough: ([LogRecord]) throws -> Bool
  ) throws -> [LogRecord] {
    let reader = try reader("test", of: [topic])
    defer { reader.close() }
    let starts = try offsets(of: topic, within: limit).enumerated().map {
      (TopicPartition(topic, $0), $1.lowerBound)
    }
    try reader.read(Dictionary(uniqueKeysWithValues: starts))
    let end = ContinuousClock.now + limit
    var found: [LogRecord] = []
    while try !isEnough(found), ContinuousClock.now < end {
      found += try reader.next(max: 5000, wait: .milliseconds(100))
    }
    return found
  }

  /// All that a topic holds now, and more until there are so many.
  package func records(
    of topic: Topic, atLeast least: Int = 0, within limit: Duration = .seconds(30)
  ) throws -> [LogRecord] {
    let there = try offsets(of: topic, within: limit).reduce(0) { $0 + $1.count }
    return try records(of: topic, within: limit) { $0.count >= max(least, there) }
  }
}
