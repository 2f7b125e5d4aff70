import Events
import Forms
import Domain
import EventLog
import Kafka
import TestSupport
import Testing
import Time

@testable import EventLog

let limit: Duration = .seconds(60)

/// One fresh log that may be opened more than once, and written to by others.
final class LogUnderTest: Sendable {
  static let partitions = 2
  private static let recordLimit = 100_000

  private let place: TestLog
  private let folder: TemporaryFolder

  init(_ backend: Backend) throws {
    folder = try TemporaryFolder()
    place = try TestLog(
      backend, in: folder, partitions: Self.partitions, properties: TestKafka.quickConsumers)
  }

  func open() throws -> any EventLog { try place.open(recordLimit: Self.recordLimit) }

  /// As somebody else's producer would.
  func appendRaw(
    _ topic: Topic, key: String, headers: RecordHeaders, value: [UInt8]?
  ) throws {
    guard var settings = place.kafka?.settings else {
      let log = try EmbeddedLog(EmbeddedLogSettings(path: folder.file("log.db")))
      try log.append(raw: topic, key: key, headers: headers, value: value, within: limit)
      log.close(within: limit)
      return
    }
    settings.recordLimit = Self.recordLimit
    let producer = try KafkaProducer(settings.producer, topics: [settings.name(of: topic)])
    let outcome = Outcome<Void>()
    producer.produce([
      KafkaRecord(topic: settings.name(of: topic), key: key, headers: headers, value: value)
    ]) { outcome.settle($0.map { .failure(LogError($0)) } ?? .success(())) }
    try outcome.get(within: limit)
    producer.close(within: limit)
  }
}

/// Runs a test that blocks, on a log that lives until it returns.
func onLog(_ backend: Backend, _ body: @escaping @Sendable (LogUnderTest) throws -> Void)
  async throws
{
  try await onOwnThread {
    let test = try LogUnderTest(backend)
    try withExtendedLifetime(test) { try body(test) }
  }
}

func event(_ id: String, data: [UInt8] = Array("{}".utf8)) -> CloudEvent {
  CloudEvent(
    id: id, source: "urn:test", type: "test.happened", time: Timestamp(seconds: 1_700_000_000),
    traceparent: Traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
    data: data)
}

func record(_ key: String, _ id: String, topic: Topic = .sends) -> NewRecord {
  NewRecord(topic: topic, key: key, event: event(id))
}
