import EventLog
import Events
import Domain
import Ingest
import Platform
import TestSupport
import Testing
import Time

@Suite struct MarkTests {
  static func marks(_ stand: IngestStand) throws -> [(partition: TopicPartition, mark: MarkEvent)] {
    try stand.records(.callbacks).compactMap { record in
      let event = try record.event()
      guard event.type == MarkEvent.type else { return nil }
      return (record.partition, try MarkEvent(data: event.data))
    }
  }

  private static func waitForMarks(_ stand: IngestStand, atLeast count: Int) {
    let deadline = bootMicroseconds() + 20_000_000
    let gate = Gate()
    while stand.count("postrider_marks_total") < count, bootMicroseconds() < deadline {
      _ = gate.wait(for: .milliseconds(2))
    }
  }

  @Test("each partition gets its own marks", arguments: Backend.allCases)
  func everywhere(backend: Backend) throws {
    let stand = try IngestStand(on: backend, marksEvery: .milliseconds(20))
    let partitions = try stand.log.partitionCount(of: .callbacks, within: .seconds(5))
    Self.waitForMarks(stand, atLeast: partitions * 2)
    #expect(stand.count("postrider_marks_total") >= partitions * 2)
    stand.listener.drain(within: .zero)
    let marks = try Self.marks(stand)
    #expect(Set(marks.filter { !$0.mark.isLast }.map(\.mark.partition)) == Set(0..<partitions))
    for (partition, mark) in marks {
      #expect(partition.number == mark.partition)
      #expect(mark.instance == IngestStand.instance)
    }
  }

  @Test("no mark passes a webhook that was answered from the spool")
  func behindSpool() async throws {
    let stand = try IngestStand(patience: .milliseconds(200), marksEvery: .milliseconds(5))
    Self.waitForMarks(stand, atLeast: 8)
    stand.faulty.turn(.marking)
    #expect(try await SpoolTests.post(stand, 1) == 200)
    let answered = Timestamp(microseconds: wallMicroseconds())
    // The drain has tried to move it, and marks were due many times meanwhile.
    stand.faulty.appends.wait(for: .seconds(60)) { $0 >= 3 }
    let moved = Timestamp(microseconds: wallMicroseconds())
    stand.faulty.turn(.well)
    let before = stand.count("postrider_marks_total")
    Self.waitForMarks(stand, atLeast: before + 8)
    stand.listener.drain(within: .zero)
    let marks = try Self.marks(stand).map(\.mark.at)
    #expect(marks.contains { $0 < answered })
    #expect(!marks.contains { $0 > answered && $0 < moved })
    #expect(marks.contains { $0 > moved })
  }

  @Test("a clean stop says so, unless something is left in the spool", arguments: [true, false])
  func last(isClean: Bool) async throws {
    let stand = try IngestStand(patience: .milliseconds(200))
    if !isClean {
      stand.faulty.turn(.marking)
      #expect(try await SpoolTests.post(stand, 1) == 200)
    }
    stand.listener.drain(within: .seconds(1))
    let marks = try Self.marks(stand)
    let partitions = try stand.log.partitionCount(of: .callbacks, within: .seconds(5))
    #expect(marks.count == (isClean ? partitions : 0))
    #expect(marks.filter { !$0.mark.isLast }.isEmpty)
  }

  @Test("a mark reads back as it was written", arguments: [true, false])
  func codec(isLast: Bool) throws {
    let mark = MarkEvent(
      partition: 3, instance: "host:12", at: Timestamp(seconds: 1_763_654_400), isLast: isLast)
    #expect(try MarkEvent(data: mark.data) == mark)
    #expect(String(decoding: mark.data, as: UTF8.self).contains("last") == isLast)
  }
}
