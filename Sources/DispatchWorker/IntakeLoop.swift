internal import Domain
internal import EventLog
internal import JSON
internal import Platform
internal import Providers
internal import SendStore
internal import Service
internal import Time

/// Takes sends from the log into the store, with the place up to which it has come in the same transaction:
/// what was taken in is told by the store alone.
final class IntakeLoop {
  private let store: SendStore
  private let eventLog: any EventLog
  private let doors: DoorBook
  private let board: LaneBoard
  private let log: Log
  private let health: HealthPart
  private let stop: StopSignal
  private let taken: Counter
  private let folded: Counter
  private let burial: Burial
  private let backoff = Backoff(base: .milliseconds(100), cap: .seconds(10))
  /// The next offset to take of each partition.
  private var positions: [TopicPartition: Int64] = [:]
  private var identity = ""

  init(_ context: WorkerContext, doors: DoorBook, board: LaneBoard) {
    store = context.store
    eventLog = context.eventLog
    log = context.log
    stop = context.stop
    health = context.health.part("intake")
    self.doors = doors
    self.board = board
    let metrics = context.metrics
    taken = metrics.counter("postrider_intake_sends_total", "Sends taken into the store.")
    folded = metrics.counter(
      "postrider_intake_folded_total", "Sends that came again and were there already.")
    burial = Burial(
      context.eventLog, context.log,
      counting: metrics.counter(
        "postrider_intake_dead_lettered_total", "Records that cannot be taken in."),
      saying: "dead-lettered a send that cannot be taken in")
  }

  static let group = "postrider-dispatch"
  private static let batch = 1000

  /// A record that is no send of ours.
  private struct Unusable: Error { let description: String }

  /// Why intake cannot go on, and whether it may later.
  private struct Halt: Error {
    let reason: String
    var isForGood = false

    init(_ reason: String, isForGood: Bool = false) {
      self.reason = reason
      self.isForGood = isForGood
    }

    init(_ error: LogError) {
      reason = error.description
      if case .outOfRange = error { isForGood = true }
    }

    init(_ error: StoreError) { reason = error.description }
  }

  /// Blocks until asked to stop; to be called on a thread of its own.
  func run() {
    var failures = 0
    while !stop.isRequested {
      do throws(Halt) {
        try read { failures = 0 }
      } catch {
        failures += 1
        health.notReady(error.reason)
        if error.isForGood {
          log.error("nothing is taken in until somebody looks at this", ["reason": error.reason])
          keepStill(error.reason)
        } else {
          log.warning("cannot take sends in, trying again", ["reason": error.reason])
          stop.wait(for: backoff.ceiling(failures: failures))
        }
      }
    }
    health.ended()
  }

  /// Going on would mean to skip what was lost, or to take it in twice.
  private func keepStill(_ reason: String) {
    repeat { health.notReady(reason) } while !stop.wait(for: .seconds(1))
  }

  private func read(_ succeeded: () -> Void) throws(Halt) {
    positions = [:]
    identity = try orHalt { () throws(LogError) in
      try eventLog.identity(within: .seconds(10))
    }
    let subscription = try orHalt { () throws(LogError) in
      try eventLog.subscribe(
        group: Self.group, topics: [.sends], options: SubscriptionOptions(ownOffsets: true))
    }
    defer { subscription.close() }
    while !stop.isRequested {
      let batch = try orHalt { () throws(LogError) in
        try subscription.next(max: Self.batch, wait: .milliseconds(250))
      }
      for partition in batch.lost { positions[partition] = nil }
      try start(batch.gained, subscription)
      let byPartition = Dictionary(grouping: batch.records, by: \.partition)
      for (partition, records) in byPartition.sorted(by: { $0.key.number < $1.key.number }) {
        try take(records, of: partition, subscription)
      }
      health.ready()
      succeeded()
    }
  }

  private func start(
    _ gained: [TopicPartition], _ subscription: any LogSubscription
  ) throws(Halt) {
    guard !gained.isEmpty else { return }
    let available = try orHalt { () throws(LogError) in
      try eventLog.offsets(of: .sends, within: .seconds(10))
    }
    for partition in gained {
      let known: (log: String, offset: Int64)?
      do throws(StoreError) { known = try store.intakePosition(partition: partition.number) } catch
      {
        throw Halt(error)
      }
      if let known, known.log != identity { throw otherLog(known.log) }
      positions[partition] =
        known?.offset
        ?? (partition.number < available.count ? available[partition.number].lowerBound : 0)
    }
    try move(gained, subscription)
  }

  private func move(
    _ partitions: [TopicPartition], _ subscription: any LogSubscription
  ) throws(Halt) {
    let offsets = positions.filter { partitions.contains($0.key) }
    try orHalt { () throws(LogError) in try subscription.start(offsets) }
  }

  private func otherLog(_ known: String) -> Halt {
    Halt(
      "the store has taken in from the log \(known), and this is \(identity): offsets mean nothing here",
      isForGood: true)
  }

  // MARK: Batches

  private func take(
    _ records: [LogRecord], of partition: TopicPartition, _ subscription: any LogSubscription
  ) throws(Halt) {
    guard let from = positions[partition], let last = records.last else { return }
    var readable: [(record: LogRecord, send: NewSend)] = []
    var letters: [DeadLetter] = []
    for record in records {
      do throws(Unusable) { readable.append((record, try send(record))) } catch {
        letters.append(DeadLetter(record, because: error.description))
      }
    }
    while true {
      try orHalt { () throws(LogError) in try burial.bury(letters) }
      let batch = IntakeBatch(
        log: identity, partition: partition.number, from: from, next: last.offset + 1,
        sends: readable.map(\.send))
      switch try write(batch) {
      case .taken(let folded):
        positions[partition] = batch.next
        self.folded.add(folded.count)
        taken.add(batch.sends.count - folded.count)
        board.wake(Set(batch.sends.map(\.sender)))
        return try tell(partition, batch.next, subscription)
      case .refused(let reasons):
        // First where people see it, then past it: a crash between shows it twice rather than never.
        letters = reasons.map { DeadLetter(readable[$0.key].record, because: $0.value) }
        readable = readable.enumerated().filter { reasons[$0.offset] == nil }.map(\.element)
      case .elsewhere(let offset):
        positions[partition] = offset
        return try move([partition], subscription)
      case .otherLog(let known): throw otherLog(known)
      }
    }
  }

  private func write(_ batch: IntakeBatch) throws(Halt) -> IntakeResult {
    do throws(StoreError) { return try store.take(batch) } catch { throw Halt(error) }
  }

  /// Retention may pass what the store has; whose turn it is now is no matter.
  private func tell(
    _ partition: TopicPartition, _ next: Int64, _ subscription: any LogSubscription
  ) throws(Halt) {
    do throws(LogError) { try subscription.commit([partition: next]) } catch {
      guard case .lost = error else { throw Halt(error) }
    }
  }

  private func send(_ record: LogRecord) throws(Unusable) -> NewSend {
    let event: CloudEvent
    do throws(MalformedRecord) { event = try record.event() } catch {
      throw Unusable(description: error.description)
    }
    guard event.type == SendEvent.type else {
      throw Unusable(description: "nobody here knows records of the type \(event.type)")
    }
    let send: SendEvent
    do throws(EventUnreadable) { send = try SendEvent(data: event.data) } catch {
      throw Unusable(description: error.description)
    }
    guard let door = doors[send.sender] else {
      throw Unusable(description: "there is no sender \(send.sender)")
    }
    let request: SendRequest
    do throws(Failure) { request = try door.read(send.request) } catch {
      throw Unusable(description: error.sentence)
    }
    return NewSend(
      id: send.id, sender: send.sender, recipient: send.to, content: send.request,
      priority: send.priority, campaign: send.campaign ?? "",
      template: request.message.templateName ?? "", due: send.due, expires: send.expires,
      maxAttempts: door.settings.sender.maxAttempts)
  }

  private func orHalt<Value>(_ body: () throws(LogError) -> Value) throws(Halt) -> Value {
    do { return try body() } catch { throw Halt(error) }
  }
}
