package import Events
internal import Domain
internal import Kafka
internal import Time

package struct TopicPlan: Hashable, Sendable {
  package static let leastRetention: Duration = .seconds(7 * 24 * 3600)

  package let topic: Topic
  package let partitions: Int
  /// -1 is the cluster's own default.
  package let replicas: Int
  package let retention: Duration
  /// Of each key only the last record is kept once others are a day old.
  package let isCompacted: Bool

  /// Who reads on within that time after a record still comes by each of a compacted topic.
  package static let compactionLag: Duration = .seconds(24 * 3600)

  package init(
    _ topic: Topic, partitions: Int, replicas: Int = -1, retention: Duration = leastRetention,
    isCompacted: Bool = false
  ) {
    (self.topic, self.partitions, self.replicas) = (topic, partitions, replicas)
    (self.retention, self.isCompacted) = (max(retention, Self.leastRetention), isCompacted)
  }

  /// Of each topic. `compacting`: `messages` keeps the last state of each send, which is its key.
  package static func all(
    partitions: Int, replicas: Int = -1, retention: Duration = leastRetention, compacting: Bool
  ) -> [TopicPlan] {
    Topic.allCases.map {
      TopicPlan(
        $0, partitions: partitions, replicas: replicas, retention: retention,
        isCompacted: compacting && $0 == .messages)
    }
  }

  /// What becomes of records that are no longer needed, in Kafka's words. Also of a compacted topic they go with
  /// time, or it would grow for ever.
  var cleanup: String { isCompacted ? "compact,delete" : "delete" }

  /// Kafka compacts no segment that it still writes to, and writes to one for a week unless told.
  private var properties: [String: String] {
    var properties = ["retention.ms": String(retention.millisecondsRoundedUp)]
    guard isCompacted else { return properties }
    let lag = String(Self.compactionLag.millisecondsRoundedUp)
    properties["cleanup.policy"] = cleanup
    properties["min.compaction.lag.ms"] = lag
    properties["segment.ms"] = lag
    return properties
  }

  func named(by settings: KafkaLogSettings) -> KafkaTopicPlan {
    KafkaTopicPlan(
      name: settings.name(of: topic), partitions: partitions, replicas: replicas,
      properties: properties)
  }
}
