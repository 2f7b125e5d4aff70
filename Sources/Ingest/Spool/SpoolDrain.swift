internal import Events
internal import Running
internal import Telemetry
internal import Domain
internal import EventLog
internal import Platform
internal import Time

/// Moves what is in the spool to the log, in order, and asks after a log that is away.
struct SpoolDrain: Sendable {
  static let recordLimit = 1_000_000

  private let disk: EmbeddedLog
  private let slot: LogSlot
  private let log: Log
  private let moved: Counter
  private let content: SpoolContent
  private let stop: StopSignal
  /// An outage of hours would otherwise write two lines a second.
  private let throttle = LineThrottle(
    now: { Timestamp(microseconds: wallMicroseconds()) }, quiet: .seconds(60))

  init(
    _ disk: EmbeddedLog, to slot: LogSlot, log: Log, moved: Counter, content: SpoolContent,
    stop: StopSignal
  ) {
    self.disk = disk
    self.slot = slot
    self.log = log
    self.moved = moved
    self.content = content
    self.stop = stop
  }

  func run(telling fill: SpoolFill, isAway: () -> Bool, isBack: () -> Void) {
    var fill = fill
    while !stop.isRequested {
      do throws(LogError) { try read(&fill, isAway, isBack) } catch {
        if let leftOut = throttle.pass(error.description) {
          log.warning(
            "the spool cannot be drained, trying again",
            ["reason": error.description, "leftOut": leftOut])
        }
        stop.wait(for: .milliseconds(500))
      }
    }
  }

  private func read(
    _ fill: inout SpoolFill, _ isAway: () -> Bool, _ isBack: () -> Void
  ) throws(LogError) {
    let subscription = try disk.subscribe(group: SpoolFill.group, topics: Spool.topics)
    defer { subscription.close() }
    var owned: Set<TopicPartition> = []
    while !stop.isRequested {
      try fill.look(isClear: content.isClear)
      let ended = content.ended
      let batch = try subscription.next(max: 500, wait: .milliseconds(250))
      owned.subtract(batch.lost)
      owned.formUnion(batch.gained)
      if batch.isEmpty, owned.count == Spool.topics.count { content.foundNothing(after: ended) }
      if !batch.records.isEmpty {
        try move(batch.records)
        try subscription.commit(batch.nextOffsets)
      } else if isAway() {
        try slot.ping(within: .seconds(1))
      }
      if !batch.records.isEmpty || isAway() { isBack() }
    }
  }

  private func move(_ records: [LogRecord]) throws(LogError) {
    let now = Timestamp(microseconds: wallMicroseconds())
    let events = records.map { record in
      do throws(MalformedRecord) {
        return NewRecord(topic: record.topic, key: record.key, event: try record.event())
      } catch { return DeadLetter(record, because: error.description).event(at: now) }
    }
    try slot.append(events, within: .seconds(5))
    moved.add(records.count)
  }
}
