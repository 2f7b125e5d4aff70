import Events
import Compression
import Domain
import Foundation
import Platform
import SQLite
import TestSupport
import Testing
import Time

@testable import EventLog

/// What only the log in a file promises.
@Suite(.timeLimit(.minutes(5))) struct EmbeddedLogTests {
  @Test("a file that many make at once becomes one log")
  func creation() async throws {
    try await onFile { path in
      let found = Locked<Set<String>>([])
      let threads = (0..<8).map { _ in
        WorkerThread("opener") {
          let id = Result {
            let log = try EmbeddedLog(EmbeddedLogSettings(path: path))
            defer { log.close(within: limit) }
            return try log.identity(within: limit)
          }
          switch id {
          case .success(let id): found.withLock { _ = $0.insert(id) }
          case .failure(let error): Issue.record(error)
          }
        }
      }
      for thread in threads { #expect(thread.join(within: limit)) }
      #expect(found.withLock { $0.count } == 1)
    }
  }

  @Test("a new file is another log")
  func identity() async throws {
    try await onFile { path in
      let logs = try ["1", "2"].map { try EmbeddedLog(EmbeddedLogSettings(path: path + $0)) }
      #expect(try logs[0].identity(within: limit) != logs[1].identity(within: limit))
      for log in logs { log.close(within: limit) }
    }
  }

  @Test("writers that share the file leave no gap and lose nothing")
  func writers() async throws {
    try await onFile { path in
      let logs = try (0..<3).map { _ in try EmbeddedLog(EmbeddedLogSettings(path: path)) }
      let threads = logs.enumerated().map { number, log in
        WorkerThread("writer") {
          for round in 0..<50 {
            do { try log.append([record("k", "\(number) \(round)")], within: limit) } catch {
              Issue.record(error)
            }
          }
        }
      }
      for thread in threads { #expect(thread.join(within: limit)) }
      let reader = try Reader(logs[0], group: "g")
      try reader.readRecords(150)
      #expect(reader.records.map(\.offset) == (0..<150).map { Int64($0) })
      #expect(try Set(reader.ids).count == 150)
      reader.subscription.close()
      for log in logs { log.close(within: limit) }
    }
  }

  @Test("a member that froze is followed by another, and its commits are refused")
  func fencing() async throws {
    try await onFile { path in
      let clock = ManualClock()
      let settings = frozen(path, clock)
      let (log, otherLog) = (try EmbeddedLog(settings), try EmbeddedLog(settings))
      let first = try Reader(log, group: "g")
      try first.join(8)
      try log.append([record("k", "1"), record("k", "2")], within: limit)
      try first.readRecords(2)
      let second = try Reader(otherLog, group: "g")
      try second.readOnce(wait: .zero)
      clock.advance(.seconds(2))
      try second.readOnce(wait: .zero)
      #expect(second.ours.isEmpty)
      clock.advance(.seconds(2))
      try second.readRecords(2)
      try second.commitAll()
      #expect(throws: LogError.lost([first.records[0].partition])) { try first.commitAll() }
      try first.readOnce(wait: .zero)
      #expect(first.losses == 8)
      #expect(first.ours.isEmpty)
      second.subscription.close()
      try first.join(8)
      #expect(first.records.count == 2)
      first.subscription.close()
      for log in [log, otherLog] { log.close(within: limit) }
    }
  }

  @Test("a member that froze and was not followed goes on")
  func unfollowed() async throws {
    try await onFile { path in
      let clock = ManualClock()
      let log = try EmbeddedLog(frozen(path, clock))
      let reader = try Reader(log, group: "g")
      try reader.join(8)
      clock.advance(.seconds(60))
      try log.append([record("k", "1")], within: limit)
      try reader.readRecords(1)
      try reader.commitAll()
      #expect(reader.losses == 0)
      reader.subscription.close()
      log.close(within: limit)
    }
  }

  @Test("what a killed process had acknowledged is there, and its place in the group is free soon")
  func killed() async throws {
    let folder = try TemporaryFolder()
    let path = folder.file("log.db")
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
      let log = try EmbeddedLog(EmbeddedLogSettings(path: path))
      let reader = try Reader(log, group: "g")
      try reader.join(8)
      try log.append((0..<100).map { record("k", "\($0)") }, within: limit)
      for batch in 1..<50 {
        log.append((0..<100).map { record("k", "\(batch * 100 + $0)") }) { _ in }
      }
      withExtendedLifetime(reader) { _ = kill(getpid(), SIGKILL) }
    }
    try await onOwnThread {
      let log = try EmbeddedLog(EmbeddedLogSettings(path: path))
      try log.append([record("k", "after")], within: limit)
      let reader = try Reader(log, group: "g")
      let end = try log.offsets(of: .sends, within: limit).map(\.count).reduce(0, +)
      try reader.readRecords(end)
      #expect(try reader.ids.last == "after")
      #expect(try reader.ids.prefix(100) == (0..<100).map { "\($0)" }[...])
      #expect(reader.records.map(\.offset) == reader.records.indices.map { Int64($0) })
      reader.subscription.close()
      log.close(within: limit)
    }
    withExtendedLifetime(folder) {}
  }

  @Test("a lease of another boot holds nobody up")
  func boot() async throws {
    try await onFile { path in
      let log = try EmbeddedLog(frozen(path, ManualClock()))
      try Database(path: path).execute(
        "INSERT INTO members VALUES ('g', 'somebody', 7, 'another boot', 9000000000000000000)")
      let reader = try Reader(log, group: "g")
      try reader.join(8)
      reader.subscription.close()
      log.close(within: limit)
    }
  }

  @Test("a lease is renewed while its holder does something else")
  func renewal() async throws {
    try await onFile { path in
      let clock = ManualClock()
      var settings = frozen(path, clock)
      settings.renewal = .milliseconds(1)
      let log = try EmbeddedLog(settings)
      let first = try Reader(log, group: "g")
      try first.join(8)
      clock.advance(.milliseconds(2900))
      try waitForRenewal(path, to: (clock.now + settings.lease).microseconds, log)
      clock.advance(.milliseconds(2900))
      let second = try Reader(log, group: "g")
      try second.readOnce(wait: .zero)
      #expect(second.ours.isEmpty)
      first.subscription.close()
      second.subscription.close()
      log.close(within: limit)
    }
  }

  private func waitForRenewal(_ path: String, to time: Int64, _ log: EmbeddedLog) throws {
    let database = try Database(path: path)
    let until = try database.statement("SELECT until FROM members")
    defer { withExtendedLifetime(database) {} }
    for _ in 0..<100_000 {
      try log.ping(within: limit)
      defer { until.reset() }
      if try until.step(), until.integer(0) >= time { return }
    }
    Issue.record("not renewed")
  }

  @Test("what is old goes when the slowest group has passed it, or is forgotten")
  func retention() async throws {
    try await onFile { path in
      let now = Locked(CalendarTime(seconds: 1_700_000_000))
      var settings = EmbeddedLogSettings(path: path)
      settings.now = { now.withLock { $0 } }
      let log = try EmbeddedLog(settings)
      let (quick, slow) = (try Reader(log, group: "quick"), try Reader(log, group: "slow"))
      try log.append((0..<4).map { record("k", "\($0)") }, within: limit)
      try log.append((4..<10).map { record("k", "\($0)") }, within: limit)
      try quick.readRecords(10)
      try quick.commitAll()
      try slow.readRecords(10)
      let partition = slow.records[0].partition
      try slow.subscription.commit([partition: 4])
      #expect(try log.prune(within: limit) == 0)
      now.withLock { $0 = $0 + settings.retention + .seconds(1) }
      try log.append([record("k", "young")], within: limit)
      #expect(try log.prune(within: limit) == 4)
      #expect(try log.offsets(of: .sends, within: limit)[partition.number] == 4..<11)
      #expect(throws: LogError.outOfRange(partition, offset: 0, available: 4..<11)) {
        try slow.subscription.start([partition: 0])
        try slow.readOnce()
      }
      slow.subscription.close()
      try log.forget(group: "slow", within: limit)
      #expect(try log.prune(within: limit) == 6)
      try log.append([record("k", "next")], within: limit)
      try quick.readRecords(12)
      #expect(try quick.ids.suffix(2) == ["young", "next"])
      quick.subscription.close()
      log.close(within: limit)
    }
  }

  @Test("a log at its size limit is full, and takes records again once some are gone")
  func sizeLimit() async throws {
    try await onFile { path in
      var settings = EmbeddedLogSettings(path: path)
      settings.sizeLimit = 400_000
      settings.retention = .zero
      try fillAndDrain(EmbeddedLog(settings), expecting: .full(.limit))
    }
  }

  @Test("a full disk refuses loudly, loses nothing, and takes records again once there is room")
  func diskFull() async throws {
    try await onFile { path in
      var settings = EmbeddedLogSettings(path: path)
      settings.pageLimit = 100
      settings.retention = .zero
      try fillAndDrain(EmbeddedLog(settings), expecting: .full(.disk))
    }
  }

  private func fillAndDrain(_ log: EmbeddedLog, expecting refusal: LogError) throws {
    var acknowledged = 0
    let reader = try Reader(log, group: "g")
    try reader.join(8)
    #expect(throws: refusal) {
      for number in 0..<10_000 {
        try log.append([record("k\(number)", "\(number)")], within: limit)
        acknowledged += 1
      }
    }
    #expect(acknowledged > 100)
    try reader.readRecords(acknowledged)
    #expect(try reader.ids.compactMap { Int($0) }.sorted() == Array(0..<acknowledged))
    try reader.commitAll()
    // The writer prunes by itself as well.
    _ = try log.prune(within: limit)
    #expect(try log.offsets(of: .sends, within: limit).allSatisfy { $0.isEmpty })
    try log.append([record("k", "room")], within: limit)
    try reader.readRecords(acknowledged + 1)
    reader.subscription.close()
    log.close(within: limit)
  }

  @Test("a file of a newer version is refused by name")
  func newer() async throws {
    try await onFile { path in
      try EmbeddedLog(EmbeddedLogSettings(path: path)).close(within: limit)
      try Database(path: path).execute("PRAGMA user_version = 99")
      #expect(
        throws: LogError.unusable("\(path) is of version 99, this program knows 2")
      ) { try EmbeddedLog(EmbeddedLogSettings(path: path)) }
    }
  }

  @Test("what lies together in the file is read from any place, in parts of any size")
  func runs() async throws {
    try await onFile { path in
      let log = try EmbeddedLog(EmbeddedLogSettings(path: path))
      try log.append((0..<200).map { record("k", "\($0)") }, within: limit)
      let reader = try Reader(log, group: "g")
      try reader.join(8)
      let partition = TopicPartition(.sends, Partitioner.partition(ofKey: "k", among: 8))
      for (start, size) in [(0, 7), (63, 64), (64, 1000), (130, 1), (199, 1)] {
        try reader.subscription.start([partition: Int64(start)])
        var offsets: [Int64] = []
        while case let part = try reader.subscription.next(max: size, wait: .zero).records,
          !part.isEmpty
        {
          #expect(part.count <= size)
          offsets += part.map(\.offset)
        }
        #expect(offsets == (Int64(start)..<200).map { $0 })
      }
      reader.subscription.close()
      log.close(within: limit)
    }
  }

  @Test("a file of the first version is read on where it was left")
  func older() async throws {
    try await onFile { path in
      let partition = Partitioner.partition(ofKey: "k", among: 8)
      do {
        let log = try EmbeddedLog(EmbeddedLogSettings(path: path))
        try log.append((0..<3).map { record("k", "\($0)") }, within: limit)
        log.close(within: limit)
        let file = try Database(path: path)
        let rows = try file.prepare("SELECT position, appended, records, size FROM runs")
        #expect(try rows.step())
        let (last, appended) = (rows.integer(0), rows.integer(1))
        let packed = Packed(
          bytes: rows.bytes(2), unpackedCount: rows.isNull(3) ? nil : Int(rows.integer(3)))
        var run = RunReader(try #require(packed.unpacked()))
        try file.execute(
          """
          CREATE TABLE records (
            position INTEGER PRIMARY KEY, appended INTEGER NOT NULL, key TEXT NOT NULL,
            headers BLOB NOT NULL, value BLOB
          ) STRICT
          """)
        let insert = try file.prepare("INSERT INTO records VALUES (?, ?, ?, ?, ?)")
        for number in 0..<3 {
          let next = run.next()
          let place = try #require(next)
          insert.bind(1, last - 2 + Int64(number))
          insert.bind(2, appended)
          insert.bind(3, run.key(place))
          insert.bind(4, run.headers(place))
          insert.bind(5, run.value(place))
          try insert.run()
        }
        rows.reset()
        try file.execute("DROP TABLE runs; PRAGMA user_version = 1")
      }
      let log = try EmbeddedLog(EmbeddedLogSettings(path: path))
      try log.append([record("k", "3")], within: limit)
      let reader = try Reader(log, group: "g")
      try reader.readRecords(4)
      #expect(try reader.ids == ["0", "1", "2", "3"])
      #expect(reader.records.allSatisfy { $0.partition.number == partition && $0.key == "k" })
      #expect(reader.records.map(\.offset) == [0, 1, 2, 3])
      reader.subscription.close()
      log.close(within: limit)
    }
  }

  @Test("a place that cannot be written is refused, not crashed on")
  func nowhere() {
    #expect(throws: LogError.self) {
      try EmbeddedLog(EmbeddedLogSettings(path: "/nowhere/at/all.db"))
    }
  }

  /// Nothing is renewed, so that a moved clock looks like a freeze.
  private func frozen(_ path: String, _ clock: ManualClock) -> EmbeddedLogSettings {
    var settings = EmbeddedLogSettings(path: path)
    settings.renewal = .seconds(3600)
    settings.bootTime = { clock.now.microseconds }
    return settings
  }
}

private func onFile(_ body: @escaping @Sendable (String) throws -> Void) async throws {
  try await onOwnThread {
    let folder = try TemporaryFolder()
    try withExtendedLifetime(folder) { try body(folder.file("log.db")) }
  }
}
