internal import Settings
internal import Events
internal import Running
internal import Telemetry
internal import Domain
internal import EventLog
internal import JSON
internal import Platform
internal import SendStore
internal import Store
internal import Time

/// Takes sends from the log into the store, with the place up to which it has come in the same transaction:
/// what was taken in is told by the store alone. Which partitions it reads, a lease in the store says.
final class IntakeLoop {
  private let store: SendStore
  private let eventLog: any EventLog
  private let doors: DoorBook
  private let board: LaneBoard
  private let log: Log
  private let worker: WorkerID
  private let metrics: Metrics
  private let health: HealthPart
  private let stop: StopSignal
  private let taken: Counter
  private let folded: Counter
  private let burial: Burial
  private let waiting: Counter
  private let tracer: Tracer?
  private let pace: IntakePace

  init(_ context: WorkerContext, doors: DoorBook, board: LaneBoard, pace: IntakePace) {
    self.pace = pace
    store = context.store
    eventLog = context.eventLog
    log = context.log
    stop = context.stop
    health = context.health.part("intake")
    self.doors = doors
    self.board = board
    worker = context.worker
    metrics = context.metrics
    tracer = context.tracer
    waiting = metrics.counter(
      "postrider_intake_unknown_sender_total",
      "Sends taken in for a sender that this worker does not know yet.")
    taken = metrics.counter("postrider_intake_sends_total", "Sends taken into the store.")
    folded = metrics.counter(
      "postrider_intake_folded_total", "Sends that came again and were there already.")
    burial = Burial(
      context.eventLog, context.log,
      counting: metrics.counter(
        "postrider_intake_dead_lettered_total", "Records that cannot be taken in."),
      saying: "dead-lettered a send that cannot be taken in")
  }

  static let group = ReadingGroup.intake.rawValue
  private static let batch = 1000

  /// A record that is no send of ours.
  private struct Unusable: Error { let description: String }

  /// Blocks until asked to stop; to be called on a thread of its own.
  func run() {
    ReadingRounds(
      topic: Topic.sends.rawValue, saying: "cannot take sends in, trying again", log: log,
      health: health, stop: stop
    ).run(read)
    health.ended()
  }

  private func read(_ succeeded: () -> Void) throws(ReadingHalt) {
    let reader = try LeasedReader(
      Self.group, .sends, of: eventLog, store, worker: worker, .dispatch, keeper: .intake, log: log,
      metrics: metrics)
    defer { reader.close() }
    while !stop.isRequested {
      let records = try reader.next(max: Self.batch, wait: .milliseconds(250))
      if !records.isEmpty { pace.note() }
      let byPartition = Dictionary(grouping: records, by: \.partition)
      for (partition, records) in byPartition.sorted(by: { $0.key.number < $1.key.number }) {
        try take(records, of: partition, reader)
      }
      health.ready()
      succeeded()
    }
  }

  // MARK: Batches

  private struct Item {
    let record: LogRecord
    let send: NewSend
    /// nil where its trace is not recorded.
    let step: Tracer.Step?
  }

  /// A stretch of one partition, without what could not be read in it.
  private struct Stretch {
    let partition: TopicPartition
    let from: Int64
    let next: Int64
    let lastID: String?
    var items: [Item]
    var reused: [SendID] = []
  }

  private func take(
    _ records: [LogRecord], of partition: TopicPartition, _ reader: LeasedReader
  ) throws(ReadingHalt) {
    guard let from = reader.position(of: partition), let last = records.last else { return }
    let start = tracer == nil ? 0 : wallMicroseconds()
    var items: [Item] = []
    var letters: [DeadLetter] = []
    for record in records {
      do throws(Unusable) { items.append(try item(record, since: start)) } catch {
        letters.append(DeadLetter(record, because: error.description))
      }
    }
    try bury(letters)
    try take(
      Stretch(
        partition: partition, from: from, next: last.offset + 1, lastID: last.eventID, items: items),
      reader)
  }

  private func take(_ stretch: Stretch, _ reader: LeasedReader) throws(ReadingHalt) {
    var stretch = stretch
    while true {
      let result: IntakeResult
      do throws(StoreError) { result = try store.take(batch(stretch, reader)) } catch {
        guard case .refused(let reason) = error else { throw ReadingHalt(error) }
        return try takeApart(stretch, because: reason, reader)
      }
      switch result {
      case .taken(let folded):
        reader.done(stretch.partition, before: stretch.next, lastID: stretch.lastID)
        self.folded.add(folded.count)
        taken.add(stretch.items.count - folded.count)
        trace(stretch.items, folded: folded)
        return board.wake(Set(stretch.items.map(\.send.sender)))
      case .refused(let reasons):
        // First where people see it, then past it: a crash between shows it twice rather than never.
        try bury(reasons.map { DeadLetter(stretch.items[$0.key].record, because: $0.value) })
        stretch.reused += reasons.keys.map { stretch.items[$0].send.id }
        stretch.items = stretch.items.enumerated().filter { reasons[$0.offset] == nil }
          .map(\.element)
      case .elsewhere(let offset):
        return try goElsewhere(stretch, offset, reader)
      case .otherLog(let known):
        throw ReadingHalt(
          "this store has read the log \(known), and this log is \(reader.logIdentity): choose with `postrider store adopt-log --from start|end|restored`",
          isForGood: true)
      }
    }
  }

  /// Something in it can never be kept: halved until that stands alone.
  private func takeApart(
    _ stretch: Stretch, because reason: String, _ reader: LeasedReader
  ) throws(ReadingHalt) {
    guard stretch.items.count > 1 else {
      try bury(stretch.items.map { DeadLetter($0.record, because: reason) })
      var rest = stretch
      rest.items = []
      return try take(rest, reader)
    }
    let middle = stretch.items.count / 2
    let border = stretch.items[middle].record.offset
    let halves = [
      Stretch(
        partition: stretch.partition, from: stretch.from, next: border, lastID: nil,
        items: Array(stretch.items[..<middle])),
      Stretch(
        partition: stretch.partition, from: border, next: stretch.next, lastID: stretch.lastID,
        items: Array(stretch.items[middle...]), reused: stretch.reused),
    ]
    for half in halves { try take(half, reader) }
  }

  /// Somebody else was here, or the store has less than it had told.
  private func goElsewhere(
    _ stretch: Stretch, _ offset: Int64, _ reader: LeasedReader
  ) throws(ReadingHalt) {
    guard offset < stretch.from else { return try reader.move(stretch.partition, to: offset) }
    do throws(StoreError) {
      guard try store.generation() == reader.generation else {
        throw .unavailable("a person has set where the log is read")
      }
      try store.noteLostCommits()
    } catch { throw ReadingHalt(error) }
    throw ReadingHalt(SendStore.lostCommitsSentence)
  }

  private func batch(_ stretch: Stretch, _ reader: LeasedReader) -> IntakeBatch {
    IntakeBatch(
      log: reader.logIdentity, partition: stretch.partition.number, from: stretch.from,
      next: stretch.next, lastID: stretch.lastID, sends: stretch.items.map(\.send),
      offsets: stretch.items.map(\.record.offset), reused: stretch.reused)
  }

  private func bury(_ letters: [DeadLetter]) throws(ReadingHalt) {
    do throws(LogError) { try burial.bury(letters) } catch { throw ReadingHalt(error) }
  }

  private func item(_ record: LogRecord, since start: Int64) throws(Unusable) -> Item {
    let event: CloudEvent
    do throws(MalformedRecord) { event = try record.event() } catch {
      throw Unusable(description: error.description)
    }
    var send = try send(event)
    let step = tracer?.begin(under: event.traceparent, since: start)
    send.traceparent = step?.trace.description
    return Item(record: record, send: send, step: step)
  }

  private func trace(_ items: [Item], folded: [Int]) {
    guard let tracer else { return }
    let folded = Set(folded)
    let steps = items.enumerated().compactMap { place, item in
      folded.contains(place) ? nil : item.step.map { ($0, Tracer.Told.intake(item.send)) }
    }
    tracer.end(steps, at: wallMicroseconds())
  }

  private func send(_ event: CloudEvent) throws(Unusable) -> NewSend {
    guard event.type == SendEvent.type else {
      throw Unusable(description: "this version does not know records of the type \(event.type)")
    }
    let send: SendEvent
    do throws(EventUnreadable) { send = try SendEvent(data: event.data) } catch {
      throw Unusable(description: error.description)
    }
    var new = NewSend(
      id: send.id, sender: send.sender, recipient: send.to, content: send.request,
      priority: send.priority, campaign: send.campaign ?? "", template: send.template ?? "",
      due: send.due, expires: send.expires, report: send.report)
    new.conversation = send.conversation.map {
      ConversationSend(in: $0.id, by: $0.author, unlessTurn: $0.turn)
    }
    guard let door = doors[send.sender] else {
      // Ingest may have read newer settings than this worker: it waits, as long as it may, for its sender.
      waiting.add()
      return new
    }
    new.template = try template(of: send, door)
    new.maxAttempts = door.settings.sender.maxAttempts
    return new
  }

  /// Ingest has read the request and says it; one of an earlier version does not.
  private func template(of send: SendEvent, _ door: SenderDoor) throws(Unusable) -> String {
    if let template = send.template { return template }
    do throws(Failure) {
      return try door.read(SendContent(json: send.request)).message.templateName ?? ""
    } catch {
      throw Unusable(description: error.sentence)
    }
  }
}

extension Tracer.Told {
  fileprivate static func intake(_ send: NewSend) -> Self {
    Tracer.Told(
      "intake", .consumer,
      [
        Span.Attribute("messaging.system", "postrider"),
        Span.Attribute("messaging.destination.name", Topic.sends.rawValue),
        Span.Attribute("postrider.send", send.id.description),
        Span.Attribute("postrider.sender", send.sender.text),
      ])
  }
}
