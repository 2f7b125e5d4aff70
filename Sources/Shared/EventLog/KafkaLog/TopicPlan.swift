package import Events
internal import Domain
internal import Kafka

package struct TopicPlan: Hashable, Sendable {
  package static let leastRetention: Duration = .seconds(7 * 24 * 3600)

  package let topic: Topic
  package let partitions: Int
  /// -1 is the cluster's own default.
  package let replicas: Int
  package let retention: Duration

  package init(
    _ topic: Topic, partitions: Int, replicas: Int = -1, retention: Duration = leastRetention
  ) {
    (self.topic, self.partitions, self.replicas) = (topic, partitions, replicas)
    self.retention = max(retention, Self.leastRetention)
  }

  func named(by settings: KafkaLogSettings) -> KafkaTopicPlan {
    KafkaTopicPlan(
      name: settings.name(of: topic), partitions: partitions, replicas: replicas,
      retention: retention)
  }
}
