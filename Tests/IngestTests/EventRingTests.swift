import Events
import Domain
import Testing

@testable import API

@Suite struct EventRingTests {
  private let places = [TopicPartition(.messages, 0): Int64(10), TopicPartition(.messages, 1): 20]

  private func record(_ partition: Int, _ offset: Int64, bytes: Int = 1) -> EventTail.Item {
    .record(
      PassedEvent(
        partition: TopicPartition(.messages, partition), offset: offset,
        line: Array(repeating: UInt8(ascii: "x"), count: bytes), facts: EventFacts()))
  }

  private func offsets(_ items: [EventTail.Item]?) -> [Int64]? {
    items?.compactMap { if case .record(let event) = $0 { event.offset } else { nil } }
  }

  @Test(
    "the oldest make room, by number and by size, and who stood there is told to read by itself")
  func bounds() {
    for bounds in [EventTail.Bounds(items: 3, bytes: 1 << 20), .init(items: 100, bytes: 3 * 65)] {
      var ring = EventRing(from: places, bounds)
      for offset in 10..<14 { ring.append(record(0, Int64(offset))) }
      #expect(ring.first == 1)
      #expect(ring.end == 4)
      #expect(ring.items(from: 0, max: 10) == nil)
      #expect(offsets(ring.items(from: 1, max: 10)) == [11, 12, 13])
      #expect(offsets(ring.items(from: 2, max: 1)) == [12])
      #expect(offsets(ring.items(from: 4, max: 10)) == [])
      #expect(!ring.reaches([10, 20]))
      #expect(ring.reaches([11, 20]))
    }
  }

  @Test("one that is larger than the ring is kept until the next comes")
  func large() {
    var ring = EventRing(from: places, EventTail.Bounds(items: 10, bytes: 100))
    ring.append(record(0, 10, bytes: 5000))
    #expect(offsets(ring.items(from: 0, max: 10)) == [10])
    ring.append(record(0, 11))
    #expect(offsets(ring.items(from: 1, max: 10)) == [11])
    #expect(!ring.reaches([10, 20]))
  }

  @Test("each partition is judged by its own place, and a place of other partitions never fits")
  func reach() {
    var ring = EventRing(from: places, EventTail.Bounds(items: 1, bytes: 1 << 20))
    #expect(ring.reaches([10, 20]))
    #expect(!ring.reaches([9, 20]))
    #expect(!ring.reaches([10, 19]))
    #expect(!ring.reaches([10, 20, 0]))
    ring.append(record(1, 20))
    ring.append(record(0, 10))
    #expect(ring.reaches([10, 21]))
    #expect(!ring.reaches([10, 20]))
    ring.append(.gap(TopicPartition(.messages, 0), from: 11, to: 30))
    ring.append(record(1, 21))
    #expect(!ring.reaches([29, 21]))
    #expect(ring.reaches([30, 21]))
  }

  @Test("many pass through without the ring growing or losing count")
  func many() {
    var ring = EventRing(from: places, EventTail.Bounds(items: 10, bytes: 1 << 20))
    for offset in 10..<10_010 { ring.append(record(0, Int64(offset))) }
    #expect(ring.end == 10_000)
    #expect(ring.first == 9990)
    #expect(offsets(ring.items(from: 9995, max: 100)) == Array(10_005..<10_010))
  }
}
