import Events
import Domain
import EventLog
import Platform
import TestSupport
import Testing
import Time

/// What both logs promise to readers that have no group.
@Suite(.timeLimit(.minutes(5))) struct LogReaderTests {
  @Test("reads what it is told to, from there, and nothing else", arguments: Backend.allCases)
  func places(_ backend: Backend) async throws {
    try await onLog(backend) { test in
      let log = try test.open()
      try log.append((0..<40).map { record("k\($0)", "\($0)") }, within: limit)
      let counts = try log.offsets(of: .sends, within: limit).map(\.upperBound)
      let reader = try PlacedReader(log)
      #expect(try reader.next(10, .zero).isEmpty)
      let (one, two) = (TopicPartition(.sends, 0), TopicPartition(.sends, 1))
      try reader.read([one: 3])
      let first = try reader.collect(Int(counts[0]) - 3)
      #expect(first.map(\.offset) == Array(3..<counts[0]))
      #expect(first.allSatisfy { $0.partition == one })
      // Those that are read on are named with their places; one that is not named is left.
      try reader.read([two: counts[1] - 1])
      #expect(try reader.collect(1).map(\.offset) == [counts[1] - 1])
      try reader.read([one: counts[0], two: counts[1]])
      try log.append([record("k0", "new")], within: limit)
      #expect(try reader.collect(1).map { try $0.event().id } == ["new"])
      reader.close()
      #expect(throws: LogError.closed) { _ = try reader.next(1, .zero) }
      log.close(within: limit)
    }
  }

  @Test("two readers read the same, and neither waits for the other", arguments: Backend.allCases)
  func independent(_ backend: Backend) async throws {
    try await onLog(backend) { test in
      let log = try test.open()
      try log.append((0..<10).map { record("k", "\($0)") }, within: limit)
      let place = TopicPartition(
        .sends, Partitioner.partition(ofKey: "k", among: LogUnderTest.partitions))
      let readers = try (0..<2).map { _ in try PlacedReader(log) }
      for reader in readers {
        try reader.read([place: 0])
        #expect(try reader.collect(10).count == 10)
      }
      for reader in readers { reader.close() }
      log.close(within: limit)
    }
  }

  @Test("keeps bookmarks with their notes, under its name", arguments: Backend.allCases)
  func bookmarks(_ backend: Backend) async throws {
    try await onLog(backend) { test in
      let log = try test.open()
      try log.append((0..<10).map { record("k", "\($0)") }, within: limit)
      let both = (0..<2).map { TopicPartition(.sends, $0) }
      let reader = try log.reader("r", of: [.sends])
      #expect(try reader.bookmarks(of: both).isEmpty)
      try reader.mark([both[0]: Bookmark(offset: 0, note: "store=1")])
      #expect(try reader.bookmarks(of: both) == [both[0]: Bookmark(offset: 0, note: "store=1")])
      try reader.mark([both[0]: Bookmark(offset: 7, note: "store=2; generation=3")])
      reader.close()
      let (again, other) = (try log.reader("r", of: [.sends]), try log.reader("s", of: [.sends]))
      #expect(
        try again.bookmarks(of: both)
          == [both[0]: Bookmark(offset: 7, note: "store=2; generation=3")])
      #expect(try other.bookmarks(of: both).isEmpty)
      // A person may choose to read again.
      try again.mark([both[0]: Bookmark(offset: 2, note: "store=4")])
      #expect(try again.bookmarks(of: both) == [both[0]: Bookmark(offset: 2, note: "store=4")])
      again.close()
      other.close()
      log.close(within: limit)
    }
  }

  @Test(
    "an offset that the log does not have is told, not reset", arguments: Backend.allCases,
    PlacedReader.Way.allCases)
  func outOfRange(_ backend: Backend, _ way: PlacedReader.Way) async throws {
    try await onLog(backend) { test in
      let log = try test.open()
      try log.append((0..<3).map { record("k", "\($0)") }, within: limit)
      let place = TopicPartition(
        .sends, Partitioner.partition(ofKey: "k", among: LogUnderTest.partitions))
      let reader = try PlacedReader(log, way)
      try reader.read([place: 50])
      #expect(throws: LogError.outOfRange(place, offset: 50, available: 0..<3)) {
        _ = try reader.collect(1)
      }
      try reader.read([place: 2])
      #expect(try reader.collect(1).map { try $0.event().id } == ["2"])
      reader.close()
      log.close(within: limit)
    }
  }
}
