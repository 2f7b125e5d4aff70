internal import Events
internal import Crypto
internal import Domain

/// A place in all partitions of a topic, as `Last-Event-ID` carries it: which log it is, and the next offset
/// of each partition.
struct EventCursor: Hashable {
  private let log: String
  private(set) var offsets: [Int64]

  init(log identity: String, _ offsets: [Int64]) {
    log = Self.name(of: identity)
    self.offsets = offsets
  }

  /// nil for what was never the id of an event.
  init?(_ text: String) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2 else { return nil }
    let numbers = parts[1].split(separator: ".", omittingEmptySubsequences: false)
    offsets = numbers.compactMap { Int64($0, radix: 36) }
    log = String(parts[0])
    guard offsets.count == numbers.count, offsets.allSatisfy({ $0 >= 0 }) else { return nil }
  }

  var text: String {
    "\(log)-" + offsets.map { String($0, radix: 36) }.joined(separator: ".")
  }

  func isOf(log identity: String, partitions: Int) -> Bool {
    log == Self.name(of: identity) && offsets.count == partitions
  }

  /// As a reader is told them.
  var places: [TopicPartition: Int64] {
    Dictionary(offsets.enumerated().map { (TopicPartition(.messages, $0), $1) }) { $1 }
  }

  /// A partition that it knows nothing of is passed over.
  func offset(of partition: TopicPartition) -> Int64 {
    offsets.indices.contains(partition.number) ? offsets[partition.number] : .max
  }

  mutating func moved(_ partition: TopicPartition, to offset: Int64) {
    offsets[partition.number] = offset
  }

  private static func name(of identity: String) -> String {
    lowerHex(sha256(Array(identity.utf8)).prefix(4))
  }
}
