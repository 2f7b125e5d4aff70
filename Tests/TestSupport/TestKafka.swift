internal import Events
internal import Domain
package import EventLog
internal import Foundation
internal import Synchronization
internal import Time

/// Topics of its own on the Kafka that tests run on: librdkafka's mock, or the cluster that
/// `POSTRIDER_TEST_KAFKA=host:port,…` names, with librdkafka's properties in
/// `POSTRIDER_TEST_KAFKA_PROPERTIES=name=value;…`.
package final class TestKafka: Sendable {
  package let settings: KafkaLogSettings
  /// nil on a cluster. Lives as long as its topics are used.
  package let mock: MockKafka?

  /// Where no cluster is named: the mock of the whole process, which is started once, or one of its own. A test that
  /// takes brokers down has one of its own also where a cluster is named.
  package enum Mock: Sendable { case shared, own, always }

  package static let quickConsumers = [
    "session.timeout.ms": "3000", "heartbeat.interval.ms": "300", "fetch.wait.max.ms": "10",
  ]

  package struct Unusable: Error, CustomStringConvertible {
    package let description: String
  }

  private static let shared = Result { try MockKafka() }
  private static let made = Atomic(0)
  private static let start = String(UInt64.random(in: .min ... .max), radix: 36)

  /// A real cluster's own properties win over those that are given.
  package init(
    partitions: Int, mock kind: Mock = .shared, properties: [String: String] = [:]
  ) throws {
    let number = Self.made.add(1, ordering: .relaxed).newValue
    let named = try Self.real(ProcessInfo.processInfo.environment)
    guard let real = named, kind != .always else {
      let mock = kind == .shared ? try Self.shared.get() : try MockKafka()
      self.mock = mock
      settings = KafkaLogSettings(
        bootstrap: mock.bootstrap, prefix: "t\(number).", properties: properties)
      for topic in Topic.allCases {
        mock.createTopic(settings.prefix + topic.rawValue, partitions: partitions)
      }
      return
    }
    mock = nil
    var own = properties
    // Brokers refuse shorter sessions unless told otherwise.
    if own["session.timeout.ms"] != nil { own["session.timeout.ms"] = "6000" }
    settings = KafkaLogSettings(
      bootstrap: real.bootstrap, prefix: "postrider-test-\(Self.start)-\(number).",
      properties: own.merging(real.properties) { $1 })
    _ = try KafkaTopics(settings).create(
      Topic.allCases.map { TopicPlan($0, partitions: partitions) }, within: .seconds(60))
  }

  /// As it stands in settings: the log's address and, where there are any, its properties.
  package var settingsText: (log: String, properties: String) {
    let pairs = settings.properties.sorted { $0.key < $1.key }.map { "\"\($0)\": \"\($1)\"" }
    return (
      "kafka://\(settings.bootstrap)?prefix=\(settings.prefix)",
      pairs.isEmpty ? "" : "rdkafka: { \(pairs.joined(separator: ", ")) },"
    )
  }

  /// nil: no cluster is named.
  static func real(
    _ environment: [String: String]
  ) throws(Unusable) -> (bootstrap: String, properties: [String: String])? {
    guard let bootstrap = environment["POSTRIDER_TEST_KAFKA"], !bootstrap.isEmpty else {
      return nil
    }
    var properties: [String: String] = [:]
    let text = environment["POSTRIDER_TEST_KAFKA_PROPERTIES"] ?? ""
    for pair in text.split(separator: ";") {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2 else {
        throw Unusable(
          description: "POSTRIDER_TEST_KAFKA_PROPERTIES must be name=value pairs between semicolons"
        )
      }
      properties[String(parts[0])] = String(parts[1])
    }
    return (bootstrap, properties)
  }
}
