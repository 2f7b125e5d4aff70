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
