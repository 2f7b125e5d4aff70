package import Events
package import Telemetry
package import Domain
package import EventLog
internal import Platform
package import SendStore
package import Store
internal import Time

/// Why reading cannot go on.
package struct ReadingHalt: Error, CustomStringConvertible {
  package let description: String
  /// Going on would mean to skip what was lost, or to take it twice: a person has to decide.
  package let isForGood: Bool

  package init(_ description: String, isForGood: Bool = false) {
    self.description = description
    self.isForGood = isForGood
  }

  package init(_ error: LogError) { self.init(error.description) }
  package init(_ error: StoreError) { self.init(error.description) }
}

/// The partitions of one topic that this worker has a lease of in the store, read from where the store says. A
/// worker that is gone is followed within the span of a lease; one that wakes finds that its word counts no more.
/// Used by one thread.
package final class LeasedReader {
  /// Who keeps where reading goes on.
  package enum Keeper: Sendable {
    /// Intake, in the transaction that takes the sends.
    case intake
    /// The reader, by `pass`.
    case reader
  }

  private let store: SendStore
  private let eventLog: any EventLog
  private let worker: WorkerID
  private let kind: WorkerKind
  private let topic: Topic
  private let keeper: Keeper
  private let log: Log
  private let refusedMarks: Counter
  private let lag: Gauge
  private let leases: Gauge
  private var lagAt = RunningTime.distantPast
  private let reader: any LogReader
  private let identity: String
  private var owner: StoreIdentity
  private var partitions: [Int: Held] = [:]
  private var count = 0
  private var countedAt = RunningTime.distantPast
  private var tendAt = RunningTime.distantPast

  private static let pause = Duration.seconds(1)
  private static let countEach = Duration.seconds(60)
  /// Kafka forgets what nobody commits for days.
  /// How far reading is behind is asked of the log, which may be away: seldom, and not for long.
  private static let lagEach = Duration.seconds(5)
  private static let lagPatience = Duration.seconds(1)
  private static let markAtLeastEach = Duration.seconds(600)
  private static let patience = Duration.seconds(10)

  /// `name` is that of the bookmarks: the group that Kafka's tools show.
  package init(
    _ name: String, _ topic: Topic, of eventLog: any EventLog, _ store: SendStore,
    worker: WorkerID, _ kind: WorkerKind, keeper: Keeper, log: Log, metrics: Metrics
  ) throws(ReadingHalt) {
    self.store = store
    self.eventLog = eventLog
    self.worker = worker
    self.kind = kind
    self.topic = topic
    self.keeper = keeper
    self.log = log
    refusedMarks = metrics.counter(
      "postrider_bookmarks_refused_total",
      "Places that the log did not take, for instance as an old worker is still in the group.")
    lag = metrics.gauge(
      "postrider_log_lag_records",
      "Records that the partitions of this worker have and that are not done with.",
      ["group": name, "topic": topic.rawValue])
    leases = metrics.leasesHeld(topic.rawValue)
    do throws(LogError) {
      identity = try eventLog.identity(within: Self.patience)
      reader = try eventLog.reader(name, of: [topic])
    } catch { throw ReadingHalt(error) }
    do throws(StoreError) { owner = try store.identity() } catch { throw ReadingHalt(error) }
  }

  /// The log that is read.
  package var logIdentity: String { identity }

  /// How often the store has come back from a backup, as this reader knows it.
  package var generation: Int64 { owner.generation }

  /// Waits for records of the partitions that are held, at most that long. In the order of each partition.
  package func next(max: Int, wait: Duration) throws(ReadingHalt) -> [LogRecord] {
    if tendAt.hasPassed { try tend() }
    let rest = tendAt.left
    let records: [LogRecord]
    do throws(LogError) { records = try reader.next(max: max, wait: min(wait, rest)) } catch {
      guard case .outOfRange(let partition, let offset, let available) = error else {
        throw ReadingHalt(error)
      }
      throw ReadingHalt(
        "\(partition) has no offset \(offset), only \(available): see `postrider store adopt-log`",
        isForGood: true)
    }
    var wanted: [LogRecord] = []
    wanted.reserveCapacity(records.count)
    for record in records where try isToBeRead(record) { wanted.append(record) }
    return wanted
  }

  /// Where reading of a partition began, or goes on; nil where it is not held any more.
  package func position(of partition: TopicPartition) -> Int64? {
    partitions[partition.number]?.done
  }

  /// Everything before that offset is done with, and in the store where intake keeps its place.
  package func done(_ partition: TopicPartition, before offset: Int64, lastID: String?) {
    partitions[partition.number]?.done = offset
    partitions[partition.number]?.lastID = lastID
  }

  /// Reads a partition from another place than it stood at.
  package func move(_ partition: TopicPartition, to offset: Int64) throws(ReadingHalt) {
    guard partitions[partition.number] != nil else { return }
    partitions[partition.number]?.done = offset
    partitions[partition.number]?.passed = offset
    partitions[partition.number]?.position = offset
    partitions[partition.number]?.expected = nil
    try assign()
  }

  /// Writes into the store how far everything is done. A partition that somebody else has taken is left.
  package func pass() throws(ReadingHalt) {
    guard keeper == .reader else { return }
    var places: [PartitionLease: ReadingPlace] = [:]
    for held in partitions.values where held.done > held.passed {
      places[held.lease] = ReadingPlace(
        log: identity, offset: held.done,
        before: held.lastID.map { RecordMark(offset: held.done - 1, id: $0) })
    }
    guard !places.isEmpty else { return }
    let lost: Set<PartitionLease>
    do throws(StoreError) { lost = try store.pass(places) } catch { throw ReadingHalt(error) }
    for (lease, place) in places { partitions[lease.number]?.passed = place.offset }
    guard !lost.isEmpty else { return }
    for lease in lost { partitions[lease.number] = nil }
    try assign()
  }

  /// Gives everything back. What was read and not told as done is read again by whoever comes next.
  package func close() {
    do throws(ReadingHalt) {
      try pass()
      try mark(partitions.values.map(\.lease.number))
      let leases = partitions.values.map(\.lease)
      do throws(StoreError) { try store.release(leases) } catch { throw ReadingHalt(error) }
    } catch {
      log.warning(
        "the partitions of this worker are free once their leases run out",
        ["topic": topic.rawValue, "reason": error.description])
    }
    partitions = [:]
    leases.set(0)
    lag.set(0)
    reader.close()
  }

  // MARK: Leases

  private func tend() throws(ReadingHalt) {
    try recount()
    let started = RunningTime.now
    let report: PartitionReport
    let hasLostCommits: Bool
    let now: Timestamp
    do throws(StoreError) {
      report = try store.tendPartitions(of: topic.rawValue, count: count, worker, kind)
      owner = try store.identity()
      hasLostCommits = try store.hasLostCommits()
      now = try store.now()
    } catch { throw ReadingHalt(error) }
    // What it would take in now may have been sent already.
    if keeper == .intake, hasLostCommits { throw ReadingHalt(SendStore.lostCommitsSentence) }
    try take(up: report)
    leases.set(Double(partitions.count))
    measureLag()
    let left = report.nextLook.map { $0 - now + .milliseconds(1) } ?? Self.pause
    tendAt = started + min(Self.pause, max(.milliseconds(20), left))
  }

  /// A log that does not tell just now leaves the number as it was.
  private func measureLag() {
    guard lagAt.hasPassed else { return }
    lagAt = .now + Self.lagEach
    guard !partitions.isEmpty else { return lag.set(0) }
    let available: [Range<Int64>]
    do throws(LogError) {
      available = try eventLog.offsets(of: topic, within: Self.lagPatience)
    } catch {
      return log.debug(
        "how far reading is behind is not known",
        ["topic": topic.rawValue, "reason": error.description])
    }
    let behind = partitions.values.reduce(Int64(0)) { sum, held in
      guard available.indices.contains(held.lease.number) else { return sum }
      let range = available[held.lease.number]
      // What retention has passed is not to be read any more.
      return sum + max(0, range.upperBound - max(held.done, range.lowerBound))
    }
    lag.set(Double(behind))
  }

  /// Partitions are added to a topic while it is read.
  private func recount() throws(ReadingHalt) {
    guard count == 0 || (countedAt + Self.countEach).hasPassed else { return }
    let now = RunningTime.now
    do throws(LogError) {
      count = try eventLog.partitionCount(of: topic, within: Self.patience)
    } catch { throw ReadingHalt(error) }
    countedAt = now
  }

  private func take(up report: PartitionReport) throws(ReadingHalt) {
    let held = Dictionary(report.held.map { ($0.number, $0) }) { $1 }
    let gone = partitions.keys.filter { partitions[$0]?.lease != held[$0] }
    for number in gone { partitions[number] = nil }
    let leaving = partitions.values.filter(\.isLeaving).map(\.lease)
    let surplus = Set(report.surplus.map(\.number))
    let gained = report.held.filter { partitions[$0.number] == nil && !surplus.contains($0.number) }
    for lease in gained { partitions[lease.number] = try begin(lease) }
    var changed = !gone.isEmpty || !gained.isEmpty
    for number in surplus where partitions[number]?.isLeaving == false {
      partitions[number]?.isLeaving = true
      changed = true
    }
    // Leased and never begun, or finished since the last look.
    let free = leaving + report.surplus.filter { partitions[$0.number] == nil }
    if !free.isEmpty {
      try pass()
      do throws(StoreError) { try store.release(free) } catch { throw ReadingHalt(error) }
      for lease in free { partitions[lease.number] = nil }
    }
    if changed { try assign() }
    let due = partitions.values.filter { held in
      held.marked != held.doneInStore(keeper)
        || held.markedAt.map { ($0 + Self.markAtLeastEach).hasPassed } ?? true
    }
    try mark(due.map(\.lease.number))
  }

  // MARK: Places

  private func begin(_ lease: PartitionLease) throws(ReadingHalt) -> Held {
    let partition = TopicPartition(topic, lease.number)
    let known = try look(at: lease, partition)
    let verdict: LogBinding.Verdict
    do throws(StoreError) {
      verdict = LogBinding.judge(known, owner, hasRead: try store.hasRead(identity))
      if verdict == .commitsLost, keeper == .intake { try store.noteLostCommits() }
    } catch { throw ReadingHalt(error) }
    switch verdict {
    case .refused(let reason): throw ReadingHalt(reason, isForGood: true)
    case .commitsLost where keeper == .intake: throw ReadingHalt(SendStore.lostCommitsSentence)
    case .commitsLost:
      // What is read again changes nothing here.
      return Held(lease, at: known.place?.offset ?? known.available.lowerBound, after: nil)
    case .read(let offset, let before, let isNew):
      let held = Held(lease, at: offset, after: before)
      if isNew { try bind(held) }
      if known.place == nil { try settle(held) }
      return held
    }
  }

  private func look(
    at lease: PartitionLease, _ partition: TopicPartition
  ) throws(ReadingHalt) -> LogBinding.Partition {
    let place: ReadingPlace?
    do throws(StoreError) {
      place =
        switch keeper {
        case .intake: try store.intakePlace(partition: lease.number)
        case .reader: try store.readingPlace(in: topic.rawValue, lease.number)
        }
    } catch { throw ReadingHalt(error) }
    do throws(LogError) {
      let available = try eventLog.offsets(of: topic, within: Self.patience)
      guard available.indices.contains(lease.number) else {
        throw .unreachable("\(partition) is not there")
      }
      return LogBinding.Partition(
        "\(partition)", log: identity, place: place,
        mark: try reader.bookmarks(of: [partition])[partition], available: available[lease.number])
    } catch { throw ReadingHalt(error) }
  }

  /// Before the first record is read: whoever comes after sees whose it is.
  private func bind(_ held: Held) throws(ReadingHalt) {
    let partition = TopicPartition(topic, held.lease.number)
    do throws(LogError) {
      try reader.mark([partition: Bookmark(offset: held.done, note: owner.note)])
      let found = try reader.bookmarks(of: [partition])[partition]
      guard found?.note == owner.note else {
        throw .unreachable("another store is binding \(partition) just now")
      }
    } catch {
      // An old worker that is still in the group has read it, and for this store.
      if case .lost = error { return refusedMarks.add() }
      throw ReadingHalt(error)
    }
  }

  /// The store has a place before anything is read: one that has none beside a log of its own has lost it.
  private func settle(_ held: Held) throws(ReadingHalt) {
    let number = held.lease.number
    do throws(StoreError) {
      switch keeper {
      case .intake:
        // Should somebody have been quicker, the first records are taken where that one stands.
        _ = try store.take(
          IntakeBatch(log: identity, partition: number, from: held.done, next: held.done, sends: [])
        )
      case .reader:
        _ = try store.pass([
          held.lease: ReadingPlace(log: identity, offset: held.done, before: nil)
        ])
      }
    } catch { throw ReadingHalt(error) }
  }

  /// Best effort: the store is the truth of what was read.
  private func mark(_ numbers: [Int]) throws(ReadingHalt) {
    var marks: [TopicPartition: Bookmark] = [:]
    for number in numbers {
      guard let held = partitions[number] else { continue }
      marks[TopicPartition(topic, number)] = Bookmark(
        offset: held.doneInStore(keeper), note: owner.note)
    }
    guard !marks.isEmpty else { return }
    let now = RunningTime.now
    do throws(LogError) { try reader.mark(marks) } catch { refusedMarks.add(marks.count) }
    for (partition, mark) in marks {
      partitions[partition.number]?.marked = mark.offset
      partitions[partition.number]?.markedAt = now
    }
  }

  private func assign() throws(ReadingHalt) {
    let starts = partitions.values.filter { !$0.isLeaving }.map { held in
      (TopicPartition(topic, held.lease.number), held.expected?.offset ?? held.position)
    }
    do throws(LogError) { try reader.read(Dictionary(starts) { $1 }) } catch {
      throw ReadingHalt(error)
    }
  }

  /// The record before the first one is only compared; what is no longer ours is passed over.
  private func isToBeRead(_ record: LogRecord) throws(ReadingHalt) -> Bool {
    let number = record.partition.number
    guard let held = partitions[number], !held.isLeaving else { return false }
    if let expected = held.expected {
      partitions[number]?.expected = nil
      if record.offset == expected.offset {
        guard record.eventID == expected.id else {
          throw ReadingHalt(
            "\(record.partition) has another record at offset \(expected.offset) than the one that was read there: the topic was made anew; see `postrider store adopt-log`",
            isForGood: true)
        }
        return false
      }
    }
    guard record.offset >= held.position else { return false }
    partitions[number]?.position = record.offset + 1
    return true
  }
}

/// A partition that is held.
private struct Held {
  let lease: PartitionLease
  /// The next offset to read.
  var position: Int64
  /// The record before the first one to read, until it was seen.
  var expected: RecordMark?
  /// Up to where everything is done with.
  var done: Int64
  var lastID: String?
  /// Up to where the store knows that.
  var passed: Int64
  /// Up to where the log was told, and when.
  var marked: Int64?
  var markedAt: RunningTime?
  /// Nothing more is read; given back with the next look.
  var isLeaving = false

  init(_ lease: PartitionLease, at offset: Int64, after before: RecordMark?) {
    self.lease = lease
    position = offset
    expected = before
    done = offset
    lastID = before?.id
    passed = offset
  }

  /// Intake tells `done` only once the store has it.
  func doneInStore(_ keeper: LeasedReader.Keeper) -> Int64 {
    keeper == .intake ? done : passed
  }
}

extension Metrics {
  /// Lane groups, partitions of a topic by its name, and duties: one of the kinds for each thing that is leased.
  package func leasesHeld(_ kind: String) -> Gauge {
    gauge(
      "postrider_leases_held", "What this worker has a lease of: lane groups, partitions, duties.",
      ["kind": kind])
  }
}
