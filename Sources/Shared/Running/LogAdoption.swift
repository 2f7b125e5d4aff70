internal import Events
internal import Domain
package import EventLog
package import SendStore
package import Store

/// What a person decides about a store and the log that it reads.
package struct LogAdoption {
  /// Where reading begins in a log that this store has not read.
  package enum Start: String, CaseIterable, Sendable {
    /// With the first record that there is.
    case start
    /// Behind the last one.
    case end
    /// With the first one, and what stands there now is not sent before its doubt is settled.
    case restored
  }

  /// The log as it is found, by partition.
  package struct Extent: Sendable {
    package let log: String
    package let available: [ReadingGroup: [Range<Int64>]]

    package var sends: [Range<Int64>] { available[.intake] ?? [] }

    package func count(_ group: ReadingGroup) -> Int64 {
      (available[group] ?? []).reduce(0) { $0 + Int64($1.count) }
    }
  }

  private let eventLog: any EventLog
  private let store: SendStore

  private static let patience = Duration.seconds(10)

  package init(_ eventLog: any EventLog, _ store: SendStore) {
    (self.eventLog, self.store) = (eventLog, store)
  }

  package func look() throws(LogError) -> Extent {
    let identity = try eventLog.identity(within: Self.patience)
    var available: [ReadingGroup: [Range<Int64>]] = [:]
    for group in ReadingGroup.allCases {
      available[group] = try eventLog.offsets(of: group.topic, within: Self.patience)
    }
    return Extent(log: identity, available: available)
  }

  /// First in the store, then beside the log's offsets: where the second fails, the log is still the other
  /// store's, and the same command does it again.
  package func adopt(_ extent: Extent, from start: Start) throws(ReadingHalt) {
    let identity: StoreIdentity
    do throws(StoreError) {
      try store.adopt(
        log: extent.log,
        sends: extent.sends.map { range in
          (start.place(in: range), start == .restored ? range.upperBound : 0)
        },
        others: extent.available.filter { $0.key != .intake }.reduce(into: [:]) { others, item in
          others[item.key.topic.rawValue] = item.value.map(start.place)
        },
        doubtfulBulk: (extent.available[.bulk] ?? []).map {
          start == .restored ? $0.upperBound : 0
        })
      // By the adoption the generation has risen.
      identity = try store.identity()
    } catch { throw ReadingHalt(error) }
    for (group, ranges) in extent.available {
      try mark(group, ranges.map(start.place), identity.note)
    }
  }

  private func mark(
    _ group: ReadingGroup, _ offsets: [Int64], _ note: String
  ) throws(ReadingHalt) {
    let marks = offsets.enumerated().map { number, offset in
      (TopicPartition(group.topic, number), Bookmark(offset: offset, note: note))
    }
    do throws(LogError) {
      let reader = try eventLog.reader(group.rawValue, of: [group.topic])
      defer { reader.close() }
      try reader.mark(Dictionary(marks) { $1 })
    } catch {
      guard case .lost = error else { throw ReadingHalt(error) }
      throw ReadingHalt(
        "workers of an earlier version still read \(group.topic.rawValue) in the group \(group.rawValue): stop them and run this again"
      )
    }
  }

  /// Puts in doubt what the store has no answer for and what it did not take in yet. Answers how many sends of
  /// the log come in doubt as they are taken in.
  package func restore(_ extent: Extent) throws(StoreError) -> Int64 {
    _ = try store.restored(
      SendsInLog(
        log: extent.log, available: extent.sends, bulk: extent.available[.bulk] ?? []))
    var left: Int64 = 0
    for (number, range) in extent.sends.enumerated() {
      guard let place = try store.intakePlace(partition: number) else { continue }
      left += max(0, range.upperBound - max(place.offset, range.lowerBound))
    }
    return left
  }
}

extension LogAdoption.Start {
  fileprivate func place(in range: Range<Int64>) -> Int64 {
    self == .end ? range.upperBound : range.lowerBound
  }
}
