import Events
import Forms
import CRdKafka
import Domain
import EventLog
import Foundation
import Platform
import SQLite
import Synchronization
import TestSupport
import Time

/// Appends to both logs beside the same work without them: the same statements in a bare loop, librdkafka
/// with the same headers.
enum LogBenchmark {
  static let count = 200_000
  static let batch = 100
  static let underWay = 8

  static func run() throws {
    let batches = stride(from: 0, to: count, by: batch).map { records(from: $0) }
    var race = Race()
    let broker = try Child(["broker"])
    let bootstrap = broker.address()
    let folder = try TemporaryFolder(onDisk: true)
    for round in 0..<5 {
      try embedded(batches, folder.file("log\(round).db"), &race)
      try bareSQLite(batches, folder.file("bare\(round).db"), &race)
      try kafka(batches, bootstrap, &race)
      try bareKafka(batches, bootstrap, &race)
    }
    race.report()
    race.compare("EmbeddedLog", with: "bare SQLite", atLeast: 0.7)
    race.expect("EmbeddedLog", atLeast: 100_000)
    race.compare("KafkaLog", with: "bare librdkafka", atLeast: 0.5)
  }

  /// A mock broker in a process of its own, until the parent is gone.
  static func broker() throws {
    let cluster = try MockKafka()
    for topic in Topic.allCases { cluster.createTopic(topic.rawValue, partitions: 8) }
    Child.serve(cluster.bootstrap)
  }

  private static func records(from start: Int) -> [NewRecord] {
    (start..<start + batch).map { number in
      NewRecord(
        topic: .callbacks, key: "key-\(number % 4096)",
        event: CloudEvent(
          id: "0190b5c2-7e11-7cc0-8d1f-\(100_000_000_000 + number)", source: "postrider/ingest",
          type: "postrider.callback.v1",
          time: Timestamp(microseconds: 1_763_654_400_123_000 + Int64(number)), subject: "callback",
          traceparent: Traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
          data: Array(repeating: UInt8(ascii: "x"), count: 298)))
    }
  }

  private static func embedded(
    _ batches: [[NewRecord]], _ path: String, _ race: inout Race
  ) throws {
    let log = try EmbeddedLog(EmbeddedLogSettings(path: path))
    defer { log.close(within: .seconds(10)) }
    race.run("EmbeddedLog", operations: count) { append(batches, to: log, underWay: underWay) }
  }

  private static func kafka(
    _ batches: [[NewRecord]], _ bootstrap: String, _ race: inout Race
  ) throws {
    let log = try KafkaLog(KafkaLogSettings(bootstrap: bootstrap))
    defer { log.close(within: .seconds(10)) }
    try log.append(batches[0], within: .seconds(10))
    race.run("KafkaLog", operations: count) { append(batches, to: log, underWay: 500) }
  }

  private static func append(_ batches: [[NewRecord]], to log: any EventLog, underWay: Int) {
    let slots = DispatchSemaphore(value: underWay)
    for batch in batches {
      slots.wait()
      log.append(batch) { result in
        if case .failure(let error) = result { print("append failed: \(error)") }
        slots.signal()
      }
    }
    for _ in 0..<underWay { slots.wait() }
    for _ in 0..<underWay { slots.signal() }
  }

  private static func bareSQLite(
    _ batches: [[NewRecord]], _ path: String, _ race: inout Race
  ) throws {
    let database = try Database(path: path)
    try database.execute(
      """
      PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000;
      CREATE TABLE records (position INTEGER PRIMARY KEY, appended INTEGER NOT NULL, key TEXT NOT NULL,
        headers BLOB NOT NULL, value BLOB) STRICT;
      CREATE TABLE partitions (partition INTEGER PRIMARY KEY, next INTEGER) STRICT;
      INSERT INTO partitions VALUES (1, 0), (2, 0), (3, 0), (4, 0), (5, 0), (6, 0), (7, 0), (8, 0);
      """)
    let rows = batches.map { batch in
      batch.map { record in
        (
          partition: Partitioner.partition(ofKey: record.key, among: 8) + 1, key: record.key,
          headers: RecordHeaders(record.event).block, value: record.event.data
        )
      }
    }
    let insert = try database.prepare("INSERT INTO records VALUES (?, ?, ?, ?, ?)")
    let advance = try database.prepare("UPDATE partitions SET next = ? WHERE partition = ?")
    var next = Array(repeating: Int64(0), count: 9)
    try race.run("bare SQLite", operations: count) {
      for batch in rows {
        try database.execute("BEGIN IMMEDIATE")
        for row in batch {
          insert.bind(1, Int64(row.partition) << 40 | next[row.partition])
          insert.bind(2, 1_763_654_400_123_000)
          insert.bind(3, row.key)
          insert.bind(4, row.headers)
          insert.bind(5, row.value)
          try insert.run()
          next[row.partition] += 1
        }
        for partition in 1...8 {
          advance.bind(1, next[partition])
          advance.bind(2, partition)
          try advance.run()
        }
        try database.execute("COMMIT")
      }
    }
  }

  private static func bareKafka(
    _ batches: [[NewRecord]], _ bootstrap: String, _ race: inout Race
  ) throws {
    let producer = try BareProducer(bootstrap, topic: "callbacks")
    let headers = batches[0][0].event
    let fields = RecordHeaders(headers).map {
      (name: Array($0.name), value: Array($0.value ?? []))
    }
    race.run("bare librdkafka", operations: count) {
      let polling = producer.poll(until: count)
      for batch in batches {
        for record in batch { producer.produce(record.key, fields, record.event.data) }
      }
      polling.join()
    }
  }
}

/// librdkafka as one would call it from C, with a thread that polls for delivery reports.
///
/// Unchecked: the handles are set once, and librdkafka's functions may be called from any thread.
private final class BareProducer: @unchecked Sendable {
  private let client: OpaquePointer
  private let topic: OpaquePointer

  struct Failed: Error {}

  init(_ bootstrap: String, topic name: String) throws {
    let settings = rd_kafka_conf_new()
    for (name, value) in [
      "bootstrap.servers": bootstrap, "enable.idempotence": "true", "linger.ms": "0.5",
      "socket.nagle.disable": "true", "partitioner": "murmur2",
      "queue.buffering.max.messages": "1000000", "queue.buffering.max.kbytes": "1000000",
    ] {
      rd_kafka_conf_set(settings, name, value, nil, 0)
    }
    rd_kafka_conf_set_dr_msg_cb(settings) { _, _, _ in
      delivered.add(1, ordering: .relaxed)
    }
    guard let client = rd_kafka_new(RD_KAFKA_PRODUCER, settings, nil, 0),
      let topic = rd_kafka_topic_new(client, name, nil)
    else { throw Failed() }
    (self.client, self.topic) = (client, topic)
    delivered.store(0, ordering: .relaxed)
  }

  deinit {
    rd_kafka_topic_destroy(topic)
    rd_kafka_destroy(client)
  }

  func produce(_ key: String, _ headers: [(name: [UInt8], value: [UInt8])], _ value: [UInt8]) {
    let list = rd_kafka_headers_new(headers.count)
    for header in headers {
      header.name.withUnsafeBytes { name in
        header.value.withUnsafeBytes { value in
          _ = rd_kafka_header_add(
            list, name.baseAddress?.assumingMemoryBound(to: CChar.self), name.count,
            value.baseAddress, value.count)
        }
      }
    }
    let key = Array(key.utf8)
    _ = postrider_produce(client, topic, key, key.count, value, value.count, list, nil)
  }

  func poll(until count: Int) -> WorkerThread {
    WorkerThread("poll") {
      while delivered.load(ordering: .relaxed) < count { rd_kafka_poll(self.client, 50) }
    }
  }
}

private let delivered = Atomic(0)
