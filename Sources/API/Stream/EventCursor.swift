internal import Crypto
internal import Domain
internal import Events

/// A place in all partitions of a stream, as `Last-Event-ID` carries it: which log it is, the next offset of each partition,
/// and the topics where they are not the messages alone.
struct EventCursor: Hashable {
  private let log: String
  private(set) var offsets: [Int64]
  let topics: EventTopics
  /// Empty until it is held against the log.
  private(set) var layout = EventLayout([])

  init(log identity: String, _ topics: EventTopics, _ places: [TopicPartition: Int64]) {
    log = Self.name(of: identity)
    self.topics = topics
    layout = EventLayout(places.keys)
    offsets = layout.partitions.map { places[$0] ?? 0 }
  }

  /// nil for what was never the id of an event.
  init?(_ text: String) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2 || parts.count == 3 else { return nil }
    let numbers = parts[1].split(separator: ".", omittingEmptySubsequences: false)
    offsets = numbers.compactMap { Int64($0, radix: 36) }
    log = String(parts[0])
    do throws(FieldFaults) {
      topics = parts.count == 3 ? try EventTopics(String(parts[2])) : .messages
    } catch { return nil }
    guard offsets.count == numbers.count, offsets.allSatisfy({ $0 >= 0 }) else { return nil }
  }

  var text: String {
    let places = offsets.map { String($0, radix: 36) }.joined(separator: ".")
    return "\(log)-\(places)" + (topics == .messages ? "" : "-\(topics.text)")
  }

  /// With the partitions that the log has; nil where it is a place of another log, or of other topics.
  func placed(
    in identity: String, _ topics: EventTopics, _ available: [TopicPartition: Range<Int64>]
  ) -> EventCursor? {
    var placed = self
    placed.layout = EventLayout(available.keys)
    guard log == Self.name(of: identity), topics == self.topics,
      offsets.count == placed.layout.partitions.count
    else { return nil }
    let isThere = zip(placed.layout.partitions, offsets).allSatisfy { partition, offset in
      available[partition].map { offset <= $0.upperBound } ?? false
    }
    return isThere ? placed : nil
  }

  /// As a reader is told them.
  var places: [TopicPartition: Int64] {
    Dictionary(zip(layout.partitions, offsets)) { $1 }
  }

  /// A partition that it knows nothing of is passed over.
  func offset(of partition: TopicPartition) -> Int64 {
    layout[partition].map { offsets[$0] } ?? .max
  }

  mutating func moved(_ partition: TopicPartition, to offset: Int64) {
    if let place = layout[partition] { offsets[place] = offset }
  }

  private static func name(of identity: String) -> String {
    lowerHex(sha256(Array(identity.utf8)).prefix(4))
  }
}
