import Events
import Forms
import Domain
import EventLog
import Kafka
import TestSupport
import Testing
import Time

@testable import EventLog

enum LogKind: String, CaseIterable, Sendable, CustomTestStringConvertible {
  case embedded, kafka

  var testDescription: String { rawValue }
}

let limit: Duration = .seconds(30)

/// One fresh log that may be opened more than once.
final class TestLog: Sendable {
  static let partitions = 2

  private let kind: LogKind
  private let kafka: TestKafka?
  private let folder: TemporaryFolder

  init(_ kind: LogKind) throws {
    self.kind = kind
    folder = try TemporaryFolder()
    kafka =
      kind == .kafka
      ? try TestKafka(partitions: Self.partitions, properties: quickConsumers) : nil
  }

  func open() throws -> any EventLog {
    switch kind {
    case .embedded:
      var settings = EmbeddedLogSettings(path: folder.file("log.db"))
      settings.partitions = Self.partitions
      settings.recordLimit = 100_000
      return try EmbeddedLog(settings)
    case .kafka: return try KafkaLog(try kafkaSettings())
    }
  }

  /// As somebody else's producer would.
  func appendRaw(
    _ topic: Topic, key: String, headers: RecordHeaders, value: [UInt8]?
  ) throws {
    switch kind {
    case .embedded:
      let log = try EmbeddedLog(EmbeddedLogSettings(path: folder.file("log.db")))
      try log.append(raw: topic, key: key, headers: headers, value: value, within: limit)
      log.close(within: limit)
    case .kafka:
      let settings = try kafkaSettings()
      let producer = try KafkaProducer(settings.producer, topics: [settings.name(of: topic)])
      let outcome = Outcome<Void>()
      producer.produce([
        KafkaRecord(topic: settings.name(of: topic), key: key, headers: headers, value: value)
      ]) { outcome.settle($0.map { .failure(LogError($0)) } ?? .success(())) }
      try outcome.get(within: limit)
      producer.close(within: limit)
    }
  }

  private func kafkaSettings() throws -> KafkaLogSettings {
    var settings = try #require(kafka).settings
    settings.recordLimit = 100_000
    return settings
  }
}

/// Runs a test that blocks, on a log that lives until it returns.
func onLog(_ kind: LogKind, _ body: @escaping @Sendable (TestLog) throws -> Void) async throws {
  try await onOwnThread {
    let test = try TestLog(kind)
    try withExtendedLifetime(test) { try body(test) }
  }
}

let quickConsumers = [
  "session.timeout.ms": "3000", "heartbeat.interval.ms": "300", "fetch.wait.max.ms": "10",
]

func event(_ id: String, data: [UInt8] = Array("{}".utf8)) -> CloudEvent {
  CloudEvent(
    id: id, source: "urn:test", type: "test.happened", time: Timestamp(seconds: 1_700_000_000),
    traceparent: Traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
    data: data)
}

func record(_ key: String, _ id: String, topic: Topic = .sends) -> NewRecord {
  NewRecord(topic: topic, key: key, event: event(id))
}
