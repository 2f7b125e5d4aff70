package import Events
package import Telemetry
package import Domain
package import EventLog
internal import Platform
package import SendStore
package import Store
internal import Time

/// An event as it came out of the log: a record that is well formed, of a type that is known here.
package struct LoggedEvent: Sendable {
  package let record: LogRecord
  package let type: String
  /// JSON.
  package let data: [UInt8]
}

/// The handler could not do its work now; the same events come again.
package struct HandlerFailure: Error, CustomStringConvertible {
  package let description: String
  /// Something in the events themselves is the fault, so that they fail again however often they come.
  package let isOfData: Bool

  package init(_ error: some CustomStringConvertible) {
    description = error.description
    isOfData = false
  }

  package init(_ error: StoreError) {
    description = error.description
    isOfData = if case .refused = error { true } else { false }
  }
}

/// Reads the partitions of a topic that this worker holds, in batches: decode, hand on, dead-letter what cannot be
/// processed, pass. Nothing that stands in a topic stops it, and nothing is passed before it is done. The next batch is read and prepared
/// while one is being handled, and handled while the one before it is passed.
package final class RecordLoop<Prepared: Sendable> {
  /// Makes of a stretch of events what the handler wants of it, on another thread than the handler's.
  package typealias Preparation = ([LoggedEvent]) -> Prepared
  /// Handles a stretch of events; answers with the reason for each place that can never be processed.
  package typealias Handler = (Prepared) throws(HandlerFailure) -> [Int: String]

  private let eventLog: any EventLog
  private let store: SendStore
  private let worker: WorkerID
  private let kind: WorkerKind
  private let group: String
  private let topic: Topic
  private let metrics: Metrics
  private let types: Set<String>
  private let log: Log
  private let health: HealthPart
  private let stop: StopSignal
  private let processed: Counter
  private let burial: Burial
  private let duration: Histogram
  private let batchSize: Int
  private let prepare: Preparation
  private let stage: HandlingStage<Prepared>

  package init(
    _ eventLog: any EventLog, _ store: SendStore, worker: WorkerID, kind: WorkerKind = .status,
    group: String, topic: Topic, types: Set<String>, log: Log, health: HealthPart,
    metrics: Metrics, stop: StopSignal, batch: Int = 500, prepare: @escaping Preparation,
    handler: @escaping Handler
  ) {
    self.eventLog = eventLog
    self.store = store
    self.worker = worker
    self.kind = kind
    self.group = group
    self.topic = topic
    self.metrics = metrics
    self.types = types
    self.log = log
    self.health = health
    self.stop = stop
    self.batchSize = batch
    self.prepare = prepare
    stage = HandlingStage(group, handler)
    processed = metrics.counter(
      "postrider_records_processed_total", "Records read and done with.", ["group": group])
    duration = metrics.histogram(
      "postrider_batch_seconds", "From a batch's reading to its end.", ["group": group])
    burial = Burial(
      eventLog, log,
      counting: metrics.counter(
        "postrider_records_dead_lettered_total", "Records that could not be processed.",
        ["group": group]), saying: "dead-lettered a record")
  }

  /// Blocks until asked to stop; to be called on a thread of its own.
  package func run() {
    ReadingRounds(topic: topic.rawValue, log: log, health: health, stop: stop).run(read)
    stage.close()
    health.ended()
  }

  private func read(_ succeeded: () -> Void) throws(ReadingHalt) {
    let reader = try LeasedReader(
      group, topic, of: eventLog, store, worker: worker, kind, keeper: .reader, log: log,
      metrics: metrics)
    defer { reader.close() }
    var underWay: Stretch?
    var passedAt = RunningTime.distantPast
    // Whatever ends this, what is being handled is over before it is read again.
    defer { if underWay?.prepared != nil { _ = stage.take() } }
    while !stop.isRequested {
      let records = try reader.next(
        max: batchSize, wait: underWay == nil ? .milliseconds(250) : .zero)
      let read = read(records)
      let before = underWay.take()
      let refused = try before.map(handled)
      if let prepared = read.prepared { stage.give(prepared) }
      underWay = read.isEmpty ? nil : read
      // The next is handled while the store writes down how far this one came.
      if let before { try finish(before, refused ?? [:], reader) }
      // What is not written down comes again and changes nothing, so a few batches may share a commit.
      if underWay == nil || (passedAt + Self.passEach).hasPassed {
        try reader.pass()
        passedAt = .now
      }
      health.ready()
      succeeded()
    }
    if let last = underWay.take() { try finish(last, handled(last), reader) }
  }

  private static var passEach: Duration { .milliseconds(100) }

  /// A batch on its way.
  private struct Stretch {
    let start: RunningTime
    let count: Int
    /// The last record of each partition.
    let last: [TopicPartition: LogRecord]
    let events: [LoggedEvent]
    let letters: [DeadLetter]
    /// nil where there is nothing to handle.
    let prepared: Prepared?

    var isEmpty: Bool { last.isEmpty }
  }

  private func read(_ records: [LogRecord]) -> Stretch {
    let start = RunningTime.now
    var letters: [DeadLetter] = []
    var events: [LoggedEvent] = []
    events.reserveCapacity(records.count)
    for record in records {
      switch decode(record) {
      case .success(let event): events.append(event)
      case .failure(let reason): letters.append(DeadLetter(record, because: reason.sentence))
      }
    }
    return Stretch(
      start: start, count: records.count, last: records.reduce(into: [:]) { $0[$1.partition] = $1 },
      events: events, letters: letters, prepared: events.isEmpty ? nil : prepare(events))
  }

  /// Waits until it is. Where something in it can never be handled, it is halved until that stands alone.
  private func handled(_ stretch: Stretch) throws(ReadingHalt) -> [Int: String] {
    guard stretch.prepared != nil else { return [:] }
    do throws(HandlerFailure) { return try stage.take().get() } catch {
      guard error.isOfData else { throw ReadingHalt(error.description) }
      return try apart(stretch.events, 0..<stretch.events.count, because: error)
    }
  }

  /// Of a part that failed for what is in it, each half for itself.
  private func apart(
    _ events: [LoggedEvent], _ range: Range<Int>, because failure: HandlerFailure
  ) throws(ReadingHalt) -> [Int: String] {
    guard range.count > 1 else { return [range.lowerBound: failure.description] }
    let middle = range.lowerBound + range.count / 2
    var refused: [Int: String] = [:]
    for half in [range.lowerBound..<middle, middle..<range.upperBound] {
      stage.give(prepare(Array(events[half])))
      do throws(HandlerFailure) {
        for (place, reason) in try stage.take().get() { refused[half.lowerBound + place] = reason }
      } catch {
        guard error.isOfData else { throw ReadingHalt(error.description) }
        refused.merge(try apart(events, half, because: error)) { $1 }
      }
    }
    return refused
  }

  private func finish(
    _ stretch: Stretch, _ refused: [Int: String], _ reader: LeasedReader
  ) throws(ReadingHalt) {
    let letters = refused.map { DeadLetter(stretch.events[$0.key].record, because: $0.value) }
    do throws(LogError) { try burial.bury(stretch.letters + letters) } catch {
      throw ReadingHalt(error)
    }
    processed.add(stretch.count)
    for (partition, record) in stretch.last {
      reader.done(partition, before: record.offset + 1, lastID: record.eventID)
    }
    duration.observe((RunningTime.now - stretch.start).seconds)
  }

  private struct Undecodable: Error { let sentence: String }

  private func decode(_ record: LogRecord) -> Result<LoggedEvent, Undecodable> {
    do {
      let (type, data) = try record.typeAndData()
      guard let known = types.first(where: { type.elementsEqual($0.utf8) }) else {
        let name = String(decoding: type, as: UTF8.self)
        return .failure(
          Undecodable(sentence: "this version does not know records of the type \(name)"))
      }
      return .success(LoggedEvent(record: record, type: known, data: data))
    } catch { return .failure(Undecodable(sentence: error.description)) }
  }
}

extension RecordLoop where Prepared == [LoggedEvent] {
  package convenience init(
    _ eventLog: any EventLog, _ store: SendStore, worker: WorkerID, group: String, topic: Topic,
    types: Set<String>, log: Log, health: HealthPart, metrics: Metrics, stop: StopSignal,
    batch: Int = 500, handler: @escaping Handler
  ) {
    self.init(
      eventLog, store, worker: worker, group: group, topic: topic, types: types, log: log,
      health: health, metrics: metrics, stop: stop, batch: batch, prepare: { $0 },
      handler: handler)
  }
}

/// The thread on which batches are handled, one after the other: given, handled, taken back.
private final class HandlingStage<Prepared: Sendable>: @unchecked Sendable {
  // `handler` is called by this stage's own thread alone.
  private let handler: RecordLoop<Prepared>.Handler
  private let state = Monitor(State.idle)

  private enum State: Sendable {
    case idle
    case given(Prepared)
    case handling
    case done(Result<[Int: String], HandlerFailure>)
    case closed
  }

  init(_ name: String, _ handler: @escaping RecordLoop<Prepared>.Handler) {
    self.handler = handler
    _ = WorkerThread(name) { [self] in while handleNext() {} }
  }

  func give(_ prepared: Prepared) { state.change { $0 = .given(prepared) } }

  /// Waits for the end of what was given.
  func take() -> Result<[Int: String], HandlerFailure> {
    while true {
      state.wait(for: .seconds(60)) { if case .done = $0 { true } else { false } }
      let result = state.peek { state -> Result<[Int: String], HandlerFailure>? in
        guard case .done(let result) = state else { return nil }
        state = .idle
        return result
      }
      if let result { return result }
    }
  }

  func close() { state.change { $0 = .closed } }

  private func handleNext() -> Bool {
    state.wait(for: .seconds(60)) { state in
      switch state {
      case .given, .closed: true
      case .idle, .handling, .done: false
      }
    }
    let (prepared, isClosed) = state.peek { state -> (Prepared?, Bool) in
      switch state {
      case .given(let prepared):
        state = .handling
        return (prepared, false)
      case .closed: return (nil, true)
      case .idle, .handling, .done: return (nil, false)
      }
    }
    if let prepared {
      let result: Result<[Int: String], HandlerFailure>
      do throws(HandlerFailure) { result = .success(try handler(prepared)) } catch {
        result = .failure(error)
      }
      state.change { $0 = .done(result) }
    }
    return !isClosed
  }
}
