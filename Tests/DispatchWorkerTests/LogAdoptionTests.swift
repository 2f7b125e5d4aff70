import Events
import Running
import Telemetry
import Domain
import EventLog
import JSON
import Platform
import SendStore
import TestSupport
import Testing
import Time

/// A log belongs to one store, until a person says otherwise.
@Suite(.timeLimit(.minutes(15))) struct LogAdoptionTests {
  @Test(
    "another store on a log that was read stops with the sentence and sends nothing",
    arguments: Backend.allCases)
  func stranger(backend: Backend) async throws {
    try await inTurn {
      let stand = try DispatchStand(backend)
      let first = try stand.send(5)
      try stand.start()
      #expect(try stand.wait(for: first) == [.accepted: 5])
      let other = try stand.otherStore()
      defer { other.close() }
      let health = Health()
      let stop = try stand.start("other", on: other, health: health)
      try stand.wait("the sentence") {
        health.troubles.values.contains { $0.contains(Self.choice) }
      }
      stop.request()
      // The first store goes on unharmed.
      let more = try stand.send(5, from: 100)
      #expect(try stand.wait(for: more) == [.accepted: 5])
      #expect(try (first + more).allSatisfy { try other.send($0) == nil })
      try stand.expectClean(10)
    }
  }

  @Test(
    "a store that adopts a log does what was chosen with the sends that stand there",
    arguments: Backend.allCases, LogAdoption.Start.allCases)
  func adopted(backend: Backend, start: LogAdoption.Start) async throws {
    try await inTurn {
      let stand = try DispatchStand(backend)
      let old = try stand.send(5)
      let stop = try stand.start()
      #expect(try stand.wait(for: old) == [.accepted: 5])
      stop.request()
      stand.stopWorkers()
      let other = try stand.otherStore()
      defer {
        stand.stopWorkers()
        other.close()
      }
      let adoption = LogAdoption(stand.eventLog, other)
      let extent = try adoption.look()
      #expect(extent.count(.intake) == 5)
      try adoption.adopt(extent, from: start)
      try stand.start("other", on: other)
      let new = try stand.send(5, from: 100)
      func states(_ ids: [SendID]) throws -> [SendState] {
        try ids.compactMap { try other.send($0)?.progress.state }
      }
      try stand.wait("the new ones go out") {
        try states(new) == Array(repeating: .accepted, count: 5)
      }
      switch start {
      case .start:
        try stand.wait("all go out") { try states(old) == Array(repeating: .accepted, count: 5) }
        #expect(try stand.accepted("twilio") == 15)
      case .end:
        #expect(try states(old).isEmpty)
        #expect(try stand.accepted("twilio") == 10)
      case .restored:
        // Twilio has them: the looks bind what the first store sent.
        #expect(try states(old).allSatisfy { $0 == .inDoubt || $0 == .accepted })
        #expect(try states(old).count == 5)
        #expect(try stand.accepted("twilio") == 10)
      }
      try expectBound(stand, to: other)
      // The first store finds that the log is no longer its own.
      let health = Health()
      try stand.start("first", health: health)
      try stand.wait("the sentence") {
        health.troubles.values.contains { $0.contains(Self.choice) }
      }
    }
  }

  @Test(
    "a log that nobody has read is bound and read from its beginning, and its offsets show the lag",
    arguments: Backend.allCases)
  func unread(backend: Backend) async throws {
    try await inTurn {
      let stand = try DispatchStand(backend)
      let ids = try stand.send(20) + stand.send(20, by: "meta", from: 100)
      try stand.start()
      #expect(try stand.wait(for: ids) == [.accepted: 40])
      let ends = try stand.eventLog.offsets(of: .sends, within: .seconds(10)).map(\.upperBound)
      let note = try stand.store.identity().note
      let reader = try stand.eventLog.reader(ReadingGroup.intake.rawValue, of: [.sends])
      defer { reader.close() }
      let partitions = ends.indices.map { TopicPartition(.sends, $0) }
      try stand.wait("the log is told", within: .seconds(20)) {
        let marks = try reader.bookmarks(of: partitions)
        return partitions.allSatisfy { marks[$0] == Bookmark(offset: ends[$0.number], note: note) }
      }
    }
  }

  @Test(
    "a log that an earlier version read goes on with the store that read it, and with no other",
    arguments: Backend.allCases)
  func earlier(backend: Backend) async throws {
    try await inTurn {
      let stand = try DispatchStand(backend)
      let read = try stand.send(5)
      let log = try stand.eventLog.identity(within: .seconds(10))
      let ends = try stand.eventLog.offsets(of: .sends, within: .seconds(10)).map(\.upperBound)
      let reader = try stand.eventLog.reader(ReadingGroup.intake.rawValue, of: [.sends])
      defer { reader.close() }
      for (number, end) in ends.enumerated() where end > 0 {
        _ = try stand.store.take(
          IntakeBatch(log: log, partition: number, from: 0, next: end, sends: []))
        try reader.mark([TopicPartition(.sends, number): Bookmark(offset: end, note: "")])
      }
      let new = try stand.send(5, from: 100)
      let other = try stand.otherStore()
      defer { other.close() }
      let health = Health()
      let stop = try stand.start("other", on: other, health: health)
      try stand.wait("the sentence") {
        health.troubles.values.contains { $0.contains("not by this store") }
      }
      stop.request()
      try stand.start()
      #expect(try stand.wait(for: new) == [.accepted: 5])
      // The earlier version has them.
      #expect(try stand.states(read).isEmpty)
      try stand.expectClean(5)
    }
  }

  @Test(
    "a topic that was made anew is not read on from the old offset", arguments: Backend.allCases)
  func madeAnew(backend: Backend) async throws {
    try await inTurn {
      let stand = try DispatchStand(backend)
      let ids = try stand.send(5)
      let log = try stand.eventLog.identity(within: .seconds(10))
      let available = try stand.eventLog.offsets(of: .sends, within: .seconds(10))
      // As it stood in the store when the topic had other records.
      for (number, range) in available.enumerated() where !range.isEmpty {
        _ = try stand.store.take(
          IntakeBatch(
            log: log, partition: number, from: 0, next: 1, lastID: "of the old topic", sends: []))
      }
      let health = Health()
      try stand.start(health: health)
      try stand.wait("the sentence") {
        health.troubles.values.contains { $0.contains("the topic was made anew") }
      }
      #expect(try stand.states(ids).isEmpty)
      #expect(try stand.accepted("twilio") == 0)
    }
  }

  @Test(
    "after a restore what the log has and the store does not is in doubt, also in partitions that were read since",
    arguments: Backend.allCases)
  func restored(backend: Backend) async throws {
    try await inTurn {
      let stand = try DispatchStand(backend)
      let sent = try stand.send(5)
      // The store is as it was before it read anything; what it had read, the log knows.
      let ends = try stand.eventLog.offsets(of: .sends, within: .seconds(10)).map(\.upperBound)
      let reader = try stand.eventLog.reader(ReadingGroup.intake.rawValue, of: [.sends])
      defer { reader.close() }
      let note = try stand.store.identity().note
      for (number, end) in ends.enumerated() {
        try reader.mark([TopicPartition(.sends, number): Bookmark(offset: end, note: note)])
      }
      let health = Health()
      try stand.start(health: health)
      try stand.wait("the sentence") {
        health.troubles.values.contains { $0.contains("run `postrider store restored`") }
      }
      #expect(try stand.accepted("twilio") == 0)
      let adoption = LogAdoption(stand.eventLog, stand.store)
      #expect(try adoption.restore(try adoption.look()) == 5)
      try stand.wait("the worker goes on") { try stand.states(sent).values.reduce(0, +) == 5 }
      let states = try stand.states(sent)
      #expect(states[.queued, default: 0] + states[.sending, default: 0] == 0)
      let new = try stand.send(5, from: 100)
      #expect(try stand.wait(for: new) == [.accepted: 5])
    }
  }

  private static let choice = "choose with `postrider store adopt-log --from start|end|restored`"

  private func expectBound(_ stand: DispatchStand, to store: SendStore) throws {
    let note = try store.identity().note
    for group in ReadingGroup.allCases {
      let reader = try stand.eventLog.reader(group.rawValue, of: [group.topic])
      defer { reader.close() }
      let count = try stand.eventLog.partitionCount(of: group.topic, within: .seconds(10))
      let partitions = (0..<count).map { TopicPartition(group.topic, $0) }
      let marks = try reader.bookmarks(of: partitions)
      #expect(marks.count == count)
      #expect(marks.values.allSatisfy { $0.note == note })
    }
  }
}
