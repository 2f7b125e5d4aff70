package import Domain
package import EventLog
internal import Platform
internal import Time

/// An event as it came out of the log.
package struct LoggedEvent: Sendable {
  package let record: LogRecord
  package let event: CloudEvent
}

/// The handler could not do its work now; the same events come again.
package struct HandlerFailure: Error, CustomStringConvertible {
  package let description: String

  package init(_ error: some CustomStringConvertible) { description = error.description }
}

/// Reads topics in batches: decode, hand on, dead-letter what cannot be processed, commit. Nothing that
/// stands in a topic stops it, and nothing is committed before it is done.
package final class RecordLoop {
  /// Handles a stretch of events; answers with the reason for each place that can never be processed.
  package typealias Handler = ([LoggedEvent]) throws(HandlerFailure) -> [Int: String]

  private let eventLog: any EventLog
  private let group: String
  private let topics: [Topic]
  private let types: Set<String>
  private let log: Log
  private let health: HealthPart
  private let stop: StopSignal
  private let processed: Counter
  private let dead: Counter
  private let duration: Histogram
  private let batchSize: Int
  private let handler: Handler
  private let backoff = Backoff(base: .milliseconds(100), cap: .seconds(10))

  package init(
    _ eventLog: any EventLog, group: String, topics: [Topic], types: Set<String>, log: Log,
    health: HealthPart, metrics: Metrics, stop: StopSignal, batch: Int = 500,
    handler: @escaping Handler
  ) {
    self.eventLog = eventLog
    self.group = group
    self.topics = topics
    self.types = types
    self.log = log
    self.health = health
    self.stop = stop
    self.batchSize = batch
    self.handler = handler
    processed = metrics.counter(
      "postrider_records_processed_total", "Records read and done with.", ["group": group])
    duration = metrics.histogram(
      "postrider_batch_seconds", "From a batch's reading to its commit.", ["group": group])
    dead = metrics.counter(
      "postrider_records_dead_lettered_total", "Records that could not be processed.",
      ["group": group])
  }

  /// Blocks until asked to stop; to be called on a thread of its own.
  package func run() {
    var failures = 0
    while !stop.isRequested {
      do throws(HandlerFailure) {
        try subscribeAndRead { failures = 0 }
      } catch {
        failures += 1
        health.notReady(error.description)
        log.warning(
          "reading the log failed, trying again", ["group": group, "reason": error.description])
        stop.wait(for: backoff.ceiling(failures: failures))
      }
    }
    health.ended()
  }

  private func subscribeAndRead(_ succeeded: () -> Void) throws(HandlerFailure) {
    let subscription = try orFail { () throws(LogError) in
      try eventLog.subscribe(group: group, topics: topics)
    }
    defer { subscription.close() }
    while !stop.isRequested {
      let batch = try orFail { () throws(LogError) in
        try subscription.next(max: batchSize, wait: .milliseconds(250))
      }
      let start = bootMicroseconds()
      try process(batch.records)
      try commit(batch.nextOffsets, subscription)
      if !batch.records.isEmpty {
        duration.observe(Double(bootMicroseconds() - start) / 1e6)
      }
      health.ready()
      succeeded()
    }
  }

  private func process(_ records: [LogRecord]) throws(HandlerFailure) {
    guard !records.isEmpty else { return }
    var letters: [DeadLetter] = []
    var events: [LoggedEvent] = []
    let types = types
    for (record, decoded) in zip(records, mapInHalves(records) { Self.decode($0, types) }) {
      switch decoded {
      case .success(let event): events.append(LoggedEvent(record: record, event: event))
      case .failure(let reason): letters.append(DeadLetter(record, because: reason.sentence))
      }
    }
    let refused = events.isEmpty ? [:] : try handler(events)
    letters += refused.map { DeadLetter(events[$0.key].record, because: $0.value) }
    try bury(letters)
    processed.add(records.count)
  }

  private struct Undecodable: Error { let sentence: String }

  private static func decode(
    _ record: LogRecord, _ types: Set<String>
  ) -> Result<CloudEvent, Undecodable> {
    do {
      let event = try record.event()
      guard types.contains(event.type) else {
        return .failure(
          Undecodable(sentence: "nobody here knows records of the type \(event.type)"))
      }
      return .success(event)
    } catch { return .failure(Undecodable(sentence: error.description)) }
  }

  private func bury(_ letters: [DeadLetter]) throws(HandlerFailure) {
    guard !letters.isEmpty else { return }
    let now = Timestamp(microseconds: wallMicroseconds())
    try orFail { () throws(LogError) in
      try eventLog.append(letters.map { $0.event(at: now) }, within: .seconds(30))
    }
    dead.add(letters.count)
    for letter in letters {
      log.warning(
        "dead-lettered a record",
        [
          "from": letter.record.partition.description, "offset": letter.record.offset,
          "reason": letter.reason,
        ])
    }
  }

  /// Partitions that another member has taken meanwhile are its own to commit.
  private func commit(
    _ offsets: [TopicPartition: Int64], _ subscription: any LogSubscription
  ) throws(HandlerFailure) {
    guard !offsets.isEmpty else { return }
    do { try subscription.commit(offsets) } catch {
      guard case .lost = error else { throw HandlerFailure(error) }
    }
  }

  private func orFail<Value>(
    _ body: () throws(LogError) -> Value
  ) throws(HandlerFailure) -> Value {
    do { return try body() } catch { throw HandlerFailure(error) }
  }
}
