package import Events

package enum LogError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Nobody answers, or not in time. What was being appended may still become durable.
  case unreachable(String)
  case full(Full)
  case recordTooLarge(limit: Int)
  /// Another member of the group has the partition now, or nobody knows who has it.
  case lost(Set<TopicPartition>)
  /// Never reset by itself: somebody has to decide what the gap means.
  case outOfRange(TopicPartition, offset: Int64, available: Range<Int64>)
  case closed
  /// The log cannot be used as it is: settings that are refused, or a file of a newer version.
  case unusable(String)
  case other(String)

  package enum Full: String, Hashable, Sendable {
    /// Too much is on its way already.
    case queue
    case disk
    /// The log's own size limit.
    case limit
  }

  /// Whether the same call may go well later.
  package var isTransient: Bool {
    switch self {
    case .unreachable, .full: true
    case .recordTooLarge, .lost, .outOfRange, .closed, .unusable, .other: false
    }
  }

  package var description: String {
    switch self {
    case .unreachable(let reason): "the log is unreachable: \(reason)"
    case .full(let what): "the log is full: \(what.rawValue)"
    case .recordTooLarge(let limit): "a record is over \(limit) bytes"
    case .lost(let partitions):
      "no longer ours: \(partitions.map(\.description).sorted().joined(separator: ", "))"
    case .outOfRange(let partition, let offset, let available):
      "\(partition) has no offset \(offset), only \(available)"
    case .closed: "the log is closed"
    case .unusable(let reason), .other(let reason): reason
    }
  }
}
