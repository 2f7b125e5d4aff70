package import Domain
package import EventLog
internal import Platform
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

  package init(_ error: some CustomStringConvertible) { description = error.description }
}

/// Reads topics in batches: decode, hand on, dead-letter what cannot be processed, commit. Nothing that
/// stands in a topic stops it, and nothing is committed before it is done. The next batch is read and prepared
/// while one is being handled, and handled while the one before it is committed.
package final class RecordLoop<Prepared: Sendable> {
  /// Makes of a stretch of events what the handler wants of it, on another thread than the handler's.
  package typealias Preparation = ([LoggedEvent]) -> Prepared
  /// Handles a stretch of events; answers with the reason for each place that can never be processed.
  package typealias Handler = (Prepared) throws(HandlerFailure) -> [Int: String]

  private let eventLog: any EventLog
  private let group: String
  private let topics: [Topic]
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
  private let backoff = Backoff(base: .milliseconds(100), cap: .seconds(10))

  package init(
    _ eventLog: any EventLog, group: String, topics: [Topic], types: Set<String>, log: Log,
    health: HealthPart, metrics: Metrics, stop: StopSignal, batch: Int = 500,
    prepare: @escaping Preparation, handler: @escaping Handler
  ) {
    self.eventLog = eventLog
    self.group = group
    self.topics = topics
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
      "postrider_batch_seconds", "From a batch's reading to its commit.", ["group": group])
    burial = Burial(
      eventLog, log,
      counting: metrics.counter(
        "postrider_records_dead_lettered_total", "Records that could not be processed.",
        ["group": group]), saying: "dead-lettered a record")
  }

  /// Blocks until asked to stop; to be called on a thread of its own.
  package func run() {
    var failures = 0
    while !stop.isRequested {
      do throws(HandlerFailure) {
        try subscribeAndRead { failures = 0 }
      } catch {
        failures += 1
        health.notReady(error.description)
        log.warning(
          "reading the log failed, trying again", ["group": group, "reason": error.description])
        stop.wait(for: backoff.ceiling(failures: failures))
      }
    }
    stage.close()
    health.ended()
  }

  private func subscribeAndRead(_ succeeded: () -> Void) throws(HandlerFailure) {
    let subscription = try orFail { () throws(LogError) in
      try eventLog.subscribe(group: group, topics: topics)
    }
    defer { subscription.close() }
    var underWay: Stretch?
    // Whatever ends this, what is being handled is over before it is read again.
    defer { if underWay?.prepared != nil { _ = stage.take() } }
    while !stop.isRequested {
      let batch = try orFail { () throws(LogError) in
        try subscription.next(max: batchSize, wait: underWay == nil ? .milliseconds(250) : .zero)
      }
      let read = read(batch)
      let before = underWay.take()
      let refused = try before.map(handled)
      if let prepared = read.prepared { stage.give(prepared) }
      underWay = read.isEmpty ? nil : read
      // The next is handled while the log writes down how far this one came.
      if let before { try finish(before, refused ?? [:], subscription) }
      health.ready()
      succeeded()
    }
    if let last = underWay.take() { try finish(last, handled(last), subscription) }
  }

  /// A batch on its way.
  private struct Stretch {
    let start: Int64
    let count: Int
    let offsets: [TopicPartition: Int64]
    let events: [LoggedEvent]
    let letters: [DeadLetter]
    /// nil where there is nothing to handle.
    let prepared: Prepared?

    var isEmpty: Bool { offsets.isEmpty }
  }

  private func read(_ batch: LogBatch) -> Stretch {
    let start = bootMicroseconds()
    var letters: [DeadLetter] = []
    var events: [LoggedEvent] = []
    events.reserveCapacity(batch.records.count)
    for record in batch.records {
      switch decode(record) {
      case .success(let event): events.append(event)
      case .failure(let reason): letters.append(DeadLetter(record, because: reason.sentence))
      }
    }
    return Stretch(
      start: start, count: batch.records.count, offsets: batch.nextOffsets, events: events,
      letters: letters, prepared: events.isEmpty ? nil : prepare(events))
  }

  /// Waits until it is.
  private func handled(_ stretch: Stretch) throws(HandlerFailure) -> [Int: String] {
    stretch.prepared == nil ? [:] : try stage.take().get()
  }

  private func finish(
    _ stretch: Stretch, _ refused: [Int: String], _ subscription: any LogSubscription
  ) throws(HandlerFailure) {
    let letters = refused.map { DeadLetter(stretch.events[$0.key].record, because: $0.value) }
    try orFail { () throws(LogError) in try burial.bury(stretch.letters + letters) }
    processed.add(stretch.count)
    try commit(stretch.offsets, subscription)
    duration.observe(Double(bootMicroseconds() - stretch.start) / 1e6)
  }

  private struct Undecodable: Error { let sentence: String }

  private func decode(_ record: LogRecord) -> Result<LoggedEvent, Undecodable> {
    do {
      let (type, data) = try record.typeAndData()
      guard let known = types.first(where: { type.elementsEqual($0.utf8) }) else {
        let name = String(decoding: type, as: UTF8.self)
        return .failure(Undecodable(sentence: "nobody here knows records of the type \(name)"))
      }
      return .success(LoggedEvent(record: record, type: known, data: data))
    } catch { return .failure(Undecodable(sentence: error.description)) }
  }

  /// Partitions that another member has taken meanwhile are its own to commit.
  private func commit(
    _ offsets: [TopicPartition: Int64], _ subscription: any LogSubscription
  ) throws(HandlerFailure) {
    guard !offsets.isEmpty else { return }
    do { try subscription.commit(offsets) } catch {
      guard case .lost = error else { throw HandlerFailure(error) }
    }
  }

  private func orFail<Value>(
    _ body: () throws(LogError) -> Value
  ) throws(HandlerFailure) -> Value {
    do { return try body() } catch { throw HandlerFailure(error) }
  }
}

extension RecordLoop where Prepared == [LoggedEvent] {
  package convenience init(
    _ eventLog: any EventLog, group: String, topics: [Topic], types: Set<String>, log: Log,
    health: HealthPart, metrics: Metrics, stop: StopSignal, batch: Int = 500,
    handler: @escaping Handler
  ) {
    self.init(
      eventLog, group: group, topics: topics, types: types, log: log, health: health,
      metrics: metrics, stop: stop, batch: batch, prepare: { $0 }, handler: handler)
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
