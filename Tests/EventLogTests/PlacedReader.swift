import EventLog
import Events
import Platform
import Time

/// Reads from the places that it is told: without a group, or as the one member of a group with its own offsets.
struct PlacedReader {
  enum Way: CaseIterable, Sendable { case alone, group }

  let read: ([TopicPartition: Int64]) throws -> Void
  let next: (_ max: Int, _ wait: Duration) throws -> [LogRecord]
  let close: () -> Void

  /// A member is given all partitions of `sends` before this returns.
  init(_ log: any EventLog, _ way: Way = .alone) throws {
    switch way {
    case .alone:
      let reader = try log.reader("r", of: [.sends])
      read = { try reader.read($0) }
      next = { try reader.next(max: $0, wait: $1) }
      close = { reader.close() }
    case .group:
      let member = try Reader(log, group: "g", ownOffsets: true)
      try member.join()
      let subscription = member.subscription
      read = { try subscription.start($0) }
      next = { try subscription.next(max: $0, wait: $1).records }
      close = { subscription.close() }
    }
  }

  func collect(_ count: Int) throws -> [LogRecord] {
    let deadline = bootMicroseconds() + limit.microseconds
    var records: [LogRecord] = []
    while records.count < count, bootMicroseconds() < deadline {
      records += try next(100, .milliseconds(50))
    }
    return records
  }
}
