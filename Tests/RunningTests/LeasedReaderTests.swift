import Events
@testable import Running
@testable import Telemetry
import Domain
import EventLog
import Platform
import SendStore
import Store
import TestSupport
import Testing
import Time

@Suite struct LeasedReaderTests {
  let folder: TemporaryFolder
  let store: SendStore

  init() throws {
    folder = try TemporaryFolder()
    store = try SendStore(.sqlite(path: folder.file("store.db")))
  }

  @Test("of two stores that bind a new log at the same moment, one reads nothing")
  func rivals() async throws {
    try await onOwnThread {
      let log = RivalLog(
        try EmbeddedLog(EmbeddedLogSettings(path: folder.file("log.db"))),
        rival: StoreIdentity(id: 0xB, generation: 1).note)
      defer { log.close(within: .seconds(5)) }
      try log.append(
        [NewRecord(topic: .callbacks, key: "k", event: event("1"))], within: .seconds(5))
      let reader = try LeasedReader(
        "readers", .callbacks, of: log, store, worker: WorkerID("w"), .status, keeper: .reader,
        log: Log(worker: "test", write: { _ in }), metrics: Metrics())
      defer { reader.close() }
      let halt = #expect(throws: ReadingHalt.self) {
        while try reader.next(max: 10, wait: .milliseconds(10)).isEmpty {}
      }
      #expect(halt?.description.contains("another store is binding") == true)
    }
  }

  @Test("how far a reader is behind is told, and what it holds")
  func lag() async throws {
    try await onOwnThread {
      var own = EmbeddedLogSettings(path: folder.file("log.db"))
      own.partitions = 3
      let log = try EmbeddedLog(own)
      defer { log.close(within: .seconds(5)) }
      for number in 0..<7 {
        try log.append(
          [NewRecord(topic: .callbacks, key: "\(number)", event: event("\(number)"))],
          within: .seconds(5))
      }
      let metrics = Metrics()
      func told(_ name: String) -> String? {
        metrics.text().split(separator: "\n").first { $0.hasPrefix(name + "{") }.map(String.init)
      }
      let reader = try LeasedReader(
        "readers", .callbacks, of: log, store, worker: WorkerID("w"), .status, keeper: .reader,
        log: Log(worker: "test", write: { _ in }), metrics: metrics)
      #expect(told("postrider_log_lag_records")?.hasSuffix(" 0.0") == true)
      while try reader.next(max: 1, wait: .milliseconds(10)).isEmpty {}
      #expect(
        told("postrider_log_lag_records")
          == #"postrider_log_lag_records{group="readers",topic="callbacks"} 7.0"#)
      #expect(told("postrider_leases_held") == #"postrider_leases_held{kind="callbacks"} 3.0"#)
      reader.close()
      #expect(told("postrider_leases_held") == #"postrider_leases_held{kind="callbacks"} 0.0"#)
    }
  }

  @Test("appends are timed until they are durable, and the log behind is the one that is used")
  func appends() async throws {
    try await onOwnThread {
      let real = try EmbeddedLog(EmbeddedLogSettings(path: folder.file("log.db")))
      let metrics = Metrics()
      let log = MeasuredLog(real, metrics)
      defer { log.close(within: .seconds(5)) }
      for _ in 0..<3 {
        try log.append(
          [NewRecord(topic: .callbacks, key: "k", event: event("1"))], within: .seconds(5))
      }
      #expect(metrics.text().contains("\npostrider_log_append_seconds_count 3\n"))
      #expect(
        try real.offsets(of: .callbacks, within: .seconds(1)).map(\.count).reduce(0, +) == 3)
    }
  }

  private func event(_ id: String) -> CloudEvent {
    CloudEvent(id: id, source: "test", type: "known", time: Timestamp(seconds: 1), data: [])
  }
}

/// A log on which another store's bookmark always lands after ours.
private final class RivalLog: PassingLog {
  let real: any EventLog
  private let rival: String

  init(_ real: any EventLog, rival: String) { (self.real, self.rival) = (real, rival) }

  func reader(_ name: String, of topics: [Topic]) throws(LogError) -> any LogReader {
    RivalReader(try real.reader(name, of: topics), rival: rival)
  }
}

private final class RivalReader: PassingReader {
  let real: any LogReader
  private let rival: String

  init(_ real: any LogReader, rival: String) { (self.real, self.rival) = (real, rival) }

  func mark(_ bookmarks: [TopicPartition: Bookmark]) throws(LogError) {
    try real.mark(bookmarks)
    try real.mark(bookmarks.mapValues { Bookmark(offset: $0.offset, note: rival) })
  }
}
