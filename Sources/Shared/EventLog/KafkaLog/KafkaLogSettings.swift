internal import Events
internal import Domain
internal import Kafka
private import Time

package struct KafkaLogSettings: Sendable {
  /// `host:port,…`
  package var bootstrap: String
  /// Stands before the name of each topic and each group.
  package var prefix: String
  /// librdkafka's properties, as they are: TLS, SASL, `compression.codec`. They win over ours.
  package var properties: [String: String]
  /// What is not acknowledged by then has failed.
  package var messageTimeout: Duration = .seconds(30)
  /// Records on their way; more are refused.
  package var queueLimit = 100_000
  /// Bytes of key, headers and value.
  package var recordLimit = 1_000_000

  package init(bootstrap: String, prefix: String = "", properties: [String: String] = [:]) {
    (self.bootstrap, self.prefix, self.properties) = (bootstrap, prefix, properties)
  }

  func name(of topic: Topic) -> String { prefix + topic.rawValue }

  func group(_ name: String) -> String { prefix + name }

  /// No linger at all makes an idempotent producer spin while its requests are in flight.
  var producer: KafkaSettings {
    common.overridden(by: [
      "enable.idempotence": "true", "acks": "all", "linger.ms": "1",
      "partitioner": "murmur2",
      "message.timeout.ms": String(messageTimeout.millisecondsRoundedUp),
      "message.max.bytes": String(recordLimit + 64 * 1024),
      "queue.buffering.max.messages": String(queueLimit + 10_000),
    ]).overridden(by: properties)
  }

  /// Eager assignment: the cooperative one can abort the process in librdkafka before 2.3.
  func consumer(group: String, member: String?) -> KafkaSettings {
    var settings = common.overridden(by: [
      "group.id": self.group(group), "partition.assignment.strategy": "range",
      "enable.auto.commit": "false", "enable.auto.offset.store": "false",
      "auto.offset.reset": "error", "fetch.wait.max.ms": "100",
    ])
    if let member { settings.properties["group.instance.id"] = member }
    return settings.overridden(by: properties.filter { !Self.producerOnly($0.key) })
  }

  private var common: KafkaSettings {
    KafkaSettings([
      "bootstrap.servers": bootstrap, "client.id": "postrider", "socket.nagle.disable": "true",
      "reconnect.backoff.max.ms": "1000",
    ])
  }

  private static func producerOnly(_ property: String) -> Bool {
    ["acks", "linger.ms", "partitioner", "enable.idempotence"].contains(property)
      || property.hasPrefix("message.") || property.hasPrefix("compression.")
      || property.hasPrefix("queue.buffering.") || property.hasPrefix("batch.")
  }
}
