internal import Events
internal import Running
internal import Telemetry
internal import Domain
internal import EventLog
internal import Platform
internal import Time

/// Appends a mark to each partition of the callbacks, time after time, as long as nothing that was answered
/// waits in the spool.
final class Marks: Sendable {
  private let writer: MarkWriter
  private let stop = StopSignal()
  private let thread: WorkerThread

  init(
    of instance: String, every interval: Duration, behind spool: Spool, to door: DoorContext
  ) {
    let marked = door.metrics.counter("postrider_marks_total", "Marks that the log has.")
    let writer = MarkWriter(
      instance: instance, slot: door.eventLog, spool: spool, marked: marked, now: door.now)
    self.writer = writer
    thread = WorkerThread("marks") { [stop] in
      while !stop.wait(for: interval) { writer.mark(isLast: false) }
    }
  }

  deinit { stop.request() }

  /// Once nothing more is answered. The last mark is left out where something is left in the spool.
  func close(within limit: Duration) {
    guard !stop.isRequested else { return }
    stop.request()
    guard thread.join(within: limit) else { return }
    writer.spool.waitUntilClear(within: .seconds(1))
    writer.mark(isLast: true)
  }
}

/// What one mark takes.
private final class MarkWriter: Sendable {
  let spool: Spool
  private let instance: String
  private let slot: LogSlot
  private let marked: Counter
  private let now: @Sendable () -> Timestamp
  private let keys = Locked(MarkKeys())

  init(
    instance: String, slot: LogSlot, spool: Spool, marked: Counter,
    now: @escaping @Sendable () -> Timestamp
  ) {
    self.instance = instance
    self.slot = slot
    self.spool = spool
    self.marked = marked
    self.now = now
  }

  /// An outage is told by the spool; a mark that is missing says the same to who waits for it.
  func mark(isLast: Bool) {
    // Before the look at the spool: what is answered from now on need not be in the log.
    let at = now()
    guard spool.isClear else { return }
    do throws(LogError) {
      let count = try slot.partitionCount(of: MarkEvent.topic, within: .seconds(2))
      let records = keys.withLock { $0.all(among: count) }.enumerated().map { partition, key in
        let mark = MarkEvent(partition: partition, instance: instance, at: at, isLast: isLast)
        return NewRecord(
          topic: MarkEvent.topic, key: key, event: mark.record().event)
      }
      try slot.append(records, within: .seconds(2))
      marked.add(records.count)
    } catch { return }
  }
}

/// For each partition a key that leads to it.
struct MarkKeys: Sendable {
  private var found: [String] = []

  mutating func all(among count: Int) -> [String] {
    if found.count != count { found = Self.search(count) }
    return found
  }

  private static func search(_ count: Int) -> [String] {
    var keys: [Int: String] = [:]
    var number = 0
    while keys.count < count {
      let key = "mark-\(number)"
      let partition = Partitioner.partition(ofKey: key, among: count)
      keys[partition] = keys[partition] ?? key
      number += 1
    }
    return (0..<count).compactMap { keys[$0] }
  }
}
