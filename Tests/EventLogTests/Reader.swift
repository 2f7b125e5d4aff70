import Events
import Domain
import EventLog
import Platform
import Testing
import Time

/// Reads a subscription and keeps what it was told.
final class Reader {
  struct TookTooLong: Error {
    let records: Int
    let ours: Int
  }

  let subscription: any LogSubscription
  private(set) var ours: Set<TopicPartition> = []
  private(set) var records: [LogRecord] = []
  private(set) var losses = 0

  init(
    _ log: any EventLog, group: String, _ topics: [Topic] = [.sends], ownOffsets: Bool = false
  ) throws {
    subscription = try log.subscribe(
      group: group, topics: topics, options: SubscriptionOptions(ownOffsets: ownOffsets))
  }

  func read(
    until isDone: (Reader) -> Bool, max: Int = 1000, within patience: Duration = limit
  ) throws {
    let deadline = bootMicroseconds() + patience.microseconds
    while !isDone(self) {
      guard bootMicroseconds() < deadline else {
        throw TookTooLong(records: records.count, ours: ours.count)
      }
      try readOnce(max: max)
    }
  }

  func readOnce(max: Int = 1000, wait: Duration = .milliseconds(50)) throws {
    let batch = try subscription.next(max: max, wait: wait)
    losses += batch.lost.count
    ours.subtract(batch.lost)
    ours.formUnion(batch.gained)
    for record in batch.records { #expect(ours.contains(record.partition)) }
    records += batch.records
  }

  func readRecords(_ count: Int) throws { try read(until: { $0.records.count >= count }) }

  func join(_ partitions: Int = LogUnderTest.partitions) throws {
    try read(until: { $0.ours.count >= partitions })
  }

  func commitAll() throws {
    var batch = LogBatch()
    batch.records = records
    try subscription.commit(batch.nextOffsets)
  }

  var ids: [String] {
    get throws { try records.map { try $0.event().id } }
  }
}
