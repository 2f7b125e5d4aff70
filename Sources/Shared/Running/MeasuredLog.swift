package import Events
package import EventLog
internal import Platform
package import Telemetry

/// A log whose appends are timed, from the hand-over to the word that they are durable or are not.
package final class MeasuredLog: EventLog {
  private let log: any EventLog
  private let seconds: Histogram

  package init(_ log: any EventLog, _ metrics: Metrics) {
    self.log = log
    seconds = metrics.histogram(
      "postrider_log_append_seconds",
      "From an append's hand-over to the word that it is durable, or failed.")
  }

  package func append(
    _ records: [NewRecord], done: @escaping @Sendable (Result<Void, LogError>) -> Void
  ) {
    let start = monotonicMicroseconds()
    log.append(records) { [seconds] outcome in
      seconds.observe(Double(monotonicMicroseconds() - start) / 1_000_000)
      done(outcome)
    }
  }

  package func subscribe(
    group: String, topics: [Topic], options: SubscriptionOptions
  ) throws(LogError) -> any LogSubscription {
    try log.subscribe(group: group, topics: topics, options: options)
  }

  package func reader(_ name: String, of topics: [Topic]) throws(LogError) -> any LogReader {
    try log.reader(name, of: topics)
  }

  package func identity(within limit: Duration) throws(LogError) -> String {
    try log.identity(within: limit)
  }

  package func partitionCount(of topic: Topic, within limit: Duration) throws(LogError) -> Int {
    try log.partitionCount(of: topic, within: limit)
  }

  package func offsets(of topic: Topic, within limit: Duration) throws(LogError) -> [Range<Int64>] {
    try log.offsets(of: topic, within: limit)
  }

  package func ping(within limit: Duration) throws(LogError) { try log.ping(within: limit) }

  package func close(within limit: Duration) { log.close(within: limit) }
}
