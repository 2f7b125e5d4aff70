import Events
import Forms
import Domain
import EventLog
import Foundation
import Platform
import TestSupport
import Testing
import Time

/// What both logs promise.
@Suite(.timeLimit(.minutes(5))) struct ConformanceTests {
  @Test("a key keeps its order and its partition", arguments: Backend.allCases)
  func order(_ backend: Backend) async throws {
    try await onLog(backend) { test in
      let log = try test.open()
      let keys = (0..<10).map { "key \($0)" }
      for round in 0..<10 {
        try log.append(keys.map { record($0, "\($0) \(round)") }, within: limit)
      }
      let reader = try Reader(log, group: "g")
      try reader.readRecords(100)
      for key in keys {
        let mine = reader.records.filter { $0.key == key }
        #expect(try mine.map { try $0.event().id } == (0..<10).map { "\(key) \($0)" })
        let expected = Partitioner.partition(ofKey: key, among: LogUnderTest.partitions)
        #expect(Set(mine.map(\.partition)) == [TopicPartition(.sends, expected)])
      }
      for (_, records) in Dictionary(grouping: reader.records, by: \.partition) {
        #expect(records.map(\.offset) == (0..<Int64(records.count)).map { $0 })
      }
      reader.subscription.close()
      log.close(within: limit)
    }
  }

  @Test(
    "what one handle appended another reads, also after the first is closed",
    arguments: Backend.allCases)
  func visible(_ backend: Backend) async throws {
    try await onLog(backend) { test in
      let (writer, other) = (try test.open(), try test.open())
      try writer.append([record("a", "1")], within: limit)
      writer.close(within: limit)
      let reader = try Reader(other, group: "g")
      try reader.readRecords(1)
      #expect(try reader.ids == ["1"])
      let offsets = try other.offsets(of: .sends, within: limit)
      #expect(offsets.map(\.count).reduce(0, +) == 1)
      #expect(try other.partitionCount(of: .sends, within: limit) == LogUnderTest.partitions)
      #expect(try !other.identity(within: limit).isEmpty)
      try other.ping(within: limit)
      reader.subscription.close()
      other.close(within: limit)
    }
  }

  @Test("done comes once a batch, after all of it can be read", arguments: Backend.allCases)
  func doneOnce(_ backend: Backend) async throws {
    try await onLog(backend) { test in
      let log = try test.open()
      let calls = Locked<[Int: Int]>([:])
      for batch in 0..<20 {
        log.append((0..<50).map { record("k\($0)", "\(batch)/\($0)") }) { result in
          guard case .success = result else { return }
          calls.withLock { $0[batch, default: 0] += 1 }
        }
      }
      try log.append([record("k", "last")], within: limit)
      log.close(within: limit)
      #expect(calls.withLock { $0 } == Dictionary(uniqueKeysWithValues: (0..<20).map { ($0, 1) }))
    }
  }

  @Test("events come back as they went in, whatever is in them", arguments: Backend.allCases)
  func content(_ backend: Backend) async throws {
    try await onLog(backend) { test in
      let log = try test.open()
      var rich = event("Größe 🎈", data: Array(#"{"città":"Forlì"}"#.utf8))
      rich.subject = "Zoë"
      rich.extensions = ["tenant": "crm/acme", "note": "naïve"]
      var plain = event("2", data: [])
      plain.traceparent = nil
      let events = [rich, plain]
      try log.append(
        zip(events, ["", "ключ"]).map { NewRecord(topic: .messages, key: $1, event: $0) },
        within: limit)
      let reader = try Reader(log, group: "g", [.messages])
      try reader.readRecords(2)
      let read = try reader.records.map { try $0.event() }
      #expect(Set(read) == Set(events))
      #expect(Set(reader.records.map(\.key)) == ["", "ключ"])
      reader.subscription.close()
      log.close(within: limit)
    }
  }

  @Test(
    "a foreign record is read and told as malformed, and what follows it is read",
    arguments: Backend.allCases)
  func foreign(_ backend: Backend) async throws {
    try await onLog(backend) { test in
      let log = try test.open()
      var odd = RecordHeaders()
      odd.add("ce_id", bytes: [0xFF, 0xFE])
      odd.add("x", bytes: nil)
      odd.add("", bytes: [])
      try test.appendRaw(.sends, key: "k", headers: RecordHeaders(), value: nil)
      try test.appendRaw(.sends, key: "k", headers: odd, value: [])
      try log.append([record("k", "1")], within: limit)
      let reader = try Reader(log, group: "g")
      try reader.readRecords(3)
      #expect(reader.records.map(\.value) == [nil, [], Array("{}".utf8)])
      #expect(throws: MalformedRecord.tombstone) { try reader.records[0].event() }
      #expect(throws: MalformedRecord.notUTF8(header: "ce_id")) { try reader.records[1].event() }
      #expect(reader.records[1].headers == odd)
      #expect(try reader.records[2].event().id == "1")
      reader.subscription.close()
      log.close(within: limit)
    }
  }

  @Test(
    "a group goes on where it committed; what it had not committed comes again",
    arguments: Backend.allCases)
  func resume(_ backend: Backend) async throws {
    try await onLog(backend) { test in
      let log = try test.open()
      try log.append((0..<10).map { record("k", "\($0)") }, within: limit)
      let first = try Reader(log, group: "g")
      try first.readRecords(10)
      let partition = first.records[0].partition
      try first.subscription.commit([partition: 6])
      try first.subscription.commit([partition: 3])
      first.subscription.close()
      let second = try Reader(log, group: "g")
      try second.readRecords(4)
      #expect(try second.ids == ["6", "7", "8", "9"])
      second.subscription.close()
      log.close(within: limit)
    }
  }

  @Test("groups are independent of each other", arguments: Backend.allCases)
  func independent(_ backend: Backend) async throws {
    try await onLog(backend) { test in
      let log = try test.open()
      try log.append((0..<5).map { record("k", "\($0)") }, within: limit)
      let (one, other) = (try Reader(log, group: "one"), try Reader(log, group: "other"))
      try one.readRecords(5)
      try one.commitAll()
      try other.readRecords(5)
      #expect(try other.ids == one.ids)
      one.subscription.close()
      other.subscription.close()
      log.close(within: limit)
    }
  }

  @Test("a standing-by member takes over when the first closes", arguments: Backend.allCases)
  func takeOver(_ backend: Backend) async throws {
    try await onLog(backend) { test in
      let (log, otherLog) = (try test.open(), try test.open())
      try log.append((0..<10).map { record("k\($0)", "\($0)") }, within: limit)
      let first = try Reader(log, group: "g")
      try first.readRecords(10)
      try first.commitAll()
      let second = try Reader(otherLog, group: "g")
      try second.readOnce()
      first.subscription.close()
      #expect(throws: LogError.closed) { try first.readOnce() }
      try second.join()
      try log.append([record("k", "new")], within: limit)
      try second.readRecords(1)
      #expect(try second.ids == ["new"])
      second.subscription.close()
      for log in [log, otherLog] { log.close(within: limit) }
    }
  }

  @Test(
    "a consumer with its own offsets gets nothing until it starts, then from there",
    arguments: Backend.allCases)
  func ownOffsets(_ backend: Backend) async throws {
    try await onLog(backend) { test in
      let log = try test.open()
      try log.append((0..<10).map { record("k", "\($0)") }, within: limit)
      let reader = try Reader(log, group: "g", ownOffsets: true)
      try reader.join()
      try reader.readOnce(wait: .milliseconds(200))
      #expect(reader.records.isEmpty)
      let number = Partitioner.partition(ofKey: "k", among: LogUnderTest.partitions)
      let starts = (0..<LogUnderTest.partitions).map {
        (TopicPartition(.sends, $0), $0 == number ? Int64(7) : 0)
      }
      try reader.subscription.start(Dictionary(uniqueKeysWithValues: starts))
      try reader.readRecords(3)
      #expect(try reader.ids == ["7", "8", "9"])
      try reader.subscription.start([TopicPartition(.sends, number): 9])
      try reader.readRecords(4)
      #expect(try reader.ids.last == "9")
      reader.subscription.close()
      log.close(within: limit)
    }
  }

  @Test("a paused partition gives nothing until resumed, others do", arguments: Backend.allCases)
  func pause(_ backend: Backend) async throws {
    try await onLog(backend) { test in
      let log = try test.open()
      let reader = try Reader(log, group: "g")
      try reader.join()
      let keys = (0..<40).map { "k\($0)" }
      let here = keys.filter {
        Partitioner.partition(ofKey: $0, among: LogUnderTest.partitions) == 0
      }
      let held = TopicPartition(.sends, 0)
      try reader.subscription.pause([held])
      try log.append(keys.map { record($0, $0) }, within: limit)
      try reader.readRecords(keys.count - here.count)
      try reader.readOnce(wait: .milliseconds(200))
      #expect(!reader.records.contains { $0.partition == held })
      try reader.subscription.resume([held])
      try reader.readRecords(keys.count)
      #expect(reader.records.filter { $0.partition == held }.map(\.key) == here)
      reader.subscription.close()
      log.close(within: limit)
    }
  }

  @Test("10,000 records come through, each once", arguments: Backend.allCases)
  func many(_ backend: Backend) async throws {
    try await onLog(backend) { test in
      let log = try test.open()
      for start in stride(from: 0, to: 10_000, by: 100) {
        log.append((start..<start + 100).map { record("k\($0 % 97)", "\($0)") }) { result in
          #expect(throws: Never.self) { try result.get() }
        }
      }
      let reader = try Reader(log, group: "g")
      try reader.readRecords(10_000)
      #expect(try Set(reader.ids).count == 10_000)
      #expect(reader.records.count == 10_000)
      reader.subscription.close()
      log.close(within: limit)
    }
  }

  @Test("a record over the limit is refused with its whole batch", arguments: Backend.allCases)
  func tooLarge(_ backend: Backend) async throws {
    try await onLog(backend) { test in
      let log = try test.open()
      let large = NewRecord(
        topic: .sends, key: "k", event: event("1", data: Array(repeating: 32, count: 100_001)))
      #expect(throws: LogError.recordTooLarge(limit: 100_000)) {
        try log.append([record("k", "0"), large], within: limit)
      }
      #expect(try log.offsets(of: .sends, within: limit).allSatisfy { $0.isEmpty })
      log.close(within: limit)
    }
  }

  @Test("a closed log says so", arguments: Backend.allCases)
  func closed(_ backend: Backend) async throws {
    try await onLog(backend) { test in
      let log = try test.open()
      log.close(within: limit)
      #expect(throws: LogError.closed) { try log.append([record("k", "1")], within: limit) }
      #expect(throws: LogError.closed) { try log.ping(within: limit) }
    }
  }
}
