package import Domain
internal import Platform
package import Store
package import Time

/// A partition that this worker may read, until its time runs out.
package struct PartitionLease: Hashable, Sendable {
  package let topic: String
  package let number: Int
  package let epoch: Int64
}

/// Where reading goes on in a partition.
package struct ReadingPlace: Hashable, Sendable {
  /// The log that the offset is of.
  package let log: String
  package let offset: Int64
  /// The id of the record before that offset: a topic that was made anew has another one there.
  package let before: RecordMark?

  package init(log: String, offset: Int64, before: RecordMark?) {
    self.log = log
    self.offset = offset
    self.before = before
  }
}

/// A record by its place and its id.
package struct RecordMark: Hashable, Sendable {
  package let offset: Int64
  package let id: String

  package init(offset: Int64, id: String) {
    self.offset = offset
    self.id = id
  }
}

package struct PartitionReport: Hashable, Sendable {
  package let held: [PartitionLease]
  /// Held above the fair share: to be finished and released, so that another worker can take them.
  package let surplus: [PartitionLease]
  /// When somebody else's lease or life runs out, if nobody renews it.
  package let nextLook: Timestamp?
}

/// Which store this is, and how often it came back from a backup: what a log is bound to.
package struct StoreIdentity: Hashable, Sendable {
  package let id: Int64
  package let generation: Int64

  package init(id: Int64, generation: Int64) {
    self.id = id
    self.generation = generation
  }
}

extension SendStore {
  package func identity() throws(StoreError) -> StoreIdentity {
    try engine.read { transaction throws(StoreError) in
      guard let id = try transaction.fact("store-id") else { throw .broken("it has no identity") }
      return StoreIdentity(id: id, generation: try transaction.generation())
    }
  }

  /// Renews the partitions of a topic that the worker holds and takes what nobody holds, up to its share among
  /// the workers of its kind. Called each second.
  package func tendPartitions(
    of topic: String, count: Int, _ worker: WorkerID, _ kind: WorkerKind
  ) throws(StoreError) -> PartitionReport {
    try engine.write(.upkeep) { transaction throws(StoreError) in
      let now = try transaction.now()
      let until = now + Workers.leaseSpan
      try transaction.saw(worker, kind, at: now)
      let known =
        try transaction.rows(Partitions.count, [.topic: .text(topic)]) { $0.int(.count) }.first ?? 0
      if known < count {
        let numbers = (0..<Int64(count)).map { $0 }
        try transaction.run(
          Partitions.add, [.topic: .texts(numbers.map { _ in topic }), .number: .integers(numbers)])
      }
      let share = try transaction.share(of: count, among: kind)
      var held = try transaction.partitions(
        Partitions.renew, [.topic: .text(topic), .worker: .text(worker.text), .until: .time(until)])
      if held.count < share {
        held += try transaction.partitions(
          Partitions.take,
          [
            .topic: .text(topic), .worker: .text(worker.text), .now: .time(now),
            .until: .time(until), .limit: .integer(share - held.count),
          ])
      }
      held.sort { $0.number < $1.number }
      let next = try transaction.rows(
        Partitions.nextLapse, [.topic: .text(topic), .worker: .text(worker.text), .now: .time(now)]
      ) { $0.optionalTime(.lapse) }
      return PartitionReport(
        held: held, surplus: Array(held.dropFirst(share)), nextLook: next.first ?? nil)
    }
  }

  /// Gives them back at once. What was read of them must have been done with.
  package func release(_ leases: [PartitionLease]) throws(StoreError) {
    try engine.write(.upkeep) { transaction throws(StoreError) in
      try transaction.run(
        Partitions.release,
        [
          .topic: .texts(leases.map(\.topic)), .number: .integers(leases.map { Int64($0.number) }),
          .epoch: .integers(leases.map(\.epoch)),
        ])
    }
  }

  /// Where the readers of a topic go on; nil where nobody has read it yet. Intake keeps its own, see
  /// `intakePlace`.
  package func readingPlace(
    in topic: String, _ partition: Int
  ) throws(StoreError) -> ReadingPlace? {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(
        Partitions.place, [.topic: .text(topic), .number: .integer(partition)]
      ) { row -> ReadingPlace? in
        guard let log = row.optionalText(.log) else { return nil }
        let offset = row.integer(.nextOffset)
        let before = row.optionalText(.beforeID).map { RecordMark(offset: offset - 1, id: $0) }
        return ReadingPlace(log: log, offset: offset, before: before)
      }.first ?? nil
    }
  }

  /// Everything before these places is done with. Answers the partitions that are no longer this lease's: who
  /// has them now reads again what was not told before.
  package func pass(
    _ places: [PartitionLease: ReadingPlace]
  ) throws(StoreError) -> Set<PartitionLease> {
    guard !places.isEmpty else { return [] }
    let sorted = places.sorted { $0.key.number < $1.key.number }
    return try engine.write(.upkeep) { transaction throws(StoreError) in
      let passed = try transaction.rows(
        Partitions.pass,
        [
          .topic: .texts(sorted.map(\.key.topic)),
          .number: .integers(sorted.map { Int64($0.key.number) }),
          .epoch: .integers(sorted.map(\.key.epoch)), .log: .texts(sorted.map(\.value.log)),
          .nextOffset: .integers(sorted.map(\.value.offset)),
          .beforeID: .optionalTexts(sorted.map(\.value.before?.id)),
        ]
      ) { $0.int(.number) }
      let left = Set(passed)
      return Set(sorted.map(\.key).filter { !left.contains($0.number) })
    }
  }

  /// Whether this store has read from that log before it was bound to one: what was committed there without a
  /// name was then its own.
  package func hasRead(_ log: String) throws(StoreError) -> Bool {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(Partitions.hasRead, [.log: .text(log)]) { $0.integer(.hasRead) }.first
        == 1
    }
  }
}

extension Transaction {
  fileprivate func partitions<Takes>(
    _ query: Query<Takes, Partitions.LeaseColumn>, _ batch: Batch<Takes>
  ) throws(StoreError) -> [PartitionLease] {
    try rows(query, batch) {
      PartitionLease(
        topic: $0.text(.topic), number: $0.int(.number), epoch: $0.integer(.epoch))
    }
  }
}

extension Partitions {
  enum CountParameter: Int, Columns { case topic }
  enum CountColumn: Int, Columns { case count }
  static let count = Query<CountParameter, CountColumn>("count")

  enum AddParameter: Int, Columns { case topic, number }
  static let add = Command<AddParameter>("add")

  enum RenewParameter: Int, Columns { case topic, worker, until }
  enum LeaseColumn: Int, Columns { case topic, number, epoch }
  static let renew = Query<RenewParameter, LeaseColumn>("renew")

  enum TakeParameter: Int, Columns { case topic, worker, now, until, limit }
  static let take = Query<TakeParameter, LeaseColumn>("take")

  enum NextLapseParameter: Int, Columns { case topic, worker, now }
  enum NextLapseColumn: Int, Columns { case lapse }
  static let nextLapse = Query<NextLapseParameter, NextLapseColumn>("nextLapse")

  enum ReleaseParameter: Int, Columns { case topic, number, epoch }
  static let release = Command<ReleaseParameter>("release")

  enum PlaceParameter: Int, Columns { case topic, number }
  enum PlaceColumn: Int, Columns { case log, nextOffset, beforeID }
  static let place = Query<PlaceParameter, PlaceColumn>("place")

  enum PassParameter: Int, Columns { case topic, number, epoch, log, nextOffset, beforeID }
  enum PassColumn: Int, Columns { case number }
  static let pass = Query<PassParameter, PassColumn>("pass")

  enum HasReadParameter: Int, Columns { case log }
  enum HasReadColumn: Int, Columns { case hasRead }
  static let hasRead = Query<HasReadParameter, HasReadColumn>("hasRead")
}
