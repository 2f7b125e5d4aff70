internal import Events
internal import Running
internal import Domain
internal import EventLog
internal import Platform
internal import Settings
internal import Time

/// The one reader of the stream in this process. It reads while somebody listens and keeps what it read last in a
/// ring, from which all listeners are served: so a hundred of them cost the log one reader. Who is behind the ring
/// reads for itself until it has come up to it.
final class EventTail: Sendable {
  /// Something that the tail came by, in its order.
  enum Item: Sendable {
    case record(PassedEvent)
    /// Retention was faster than the reader: nothing is left of what lies between.
    case gap(TopicPartition, from: Int64, to: Int64)
  }

  /// What the ring holds at most.
  struct Bounds: Sendable {
    var items = 10_000
    var bytes = 8 << 20
  }

  /// What a listener finds in the ring.
  enum Look {
    /// What stands behind its place, and its next one.
    case items([Item], next: Int)
    /// It was too slow, or is not there any more.
    case behind
    /// The tail has ended: the log could not be read.
    case ended
  }

  private enum State: Sendable {
    case idle
    case starting
    case running(EventRing)
  }

  private struct Shared: Sendable {
    var state = State.idle
    var listeners = 0
    /// Of the tail that runs, so that no listener takes a later one for its own.
    var run = 0
    var failure: LogError?
  }

  private let slot: LogSlot
  let topics: EventTopics
  private let senders: @Sendable () -> SenderIndex
  private let bounds: Bounds
  private let shared = Monitor(Shared())

  private static let batch = 500
  private static let look = Duration.milliseconds(250)
  private static let patience = Duration.seconds(10)

  /// `senders`: those that there are, by which it is told whose a message of a person is.
  init(
    _ slot: LogSlot, _ topics: EventTopics, bounds: Bounds = Bounds(),
    senders: @escaping @Sendable () -> SenderIndex
  ) {
    self.slot = slot
    self.topics = topics
    self.senders = senders
    self.bounds = bounds
  }

  /// Returns once the tail reads; `leave` is owed then. Answers which run of the tail it is.
  func enter() throws(LogError) -> Int {
    let isFirst = shared.change { shared in
      shared.listeners += 1
      guard case .idle = shared.state else { return false }
      shared.state = .starting
      shared.run += 1
      shared.failure = nil
      return true
    }
    if isFirst { _ = WorkerThread("events-tail") { [self] in run() } }
    shared.wait(for: Self.patience + .seconds(20)) { shared in
      if case .starting = shared.state { false } else { true }
    }
    let entered = shared.peek { shared -> Result<Int, LogError> in
      guard case .running = shared.state else {
        shared.listeners -= 1
        return .failure(shared.failure ?? .unreachable("the events are not read yet"))
      }
      return .success(shared.run)
    }
    return try entered.get()
  }

  func leave() { shared.change { $0.listeners -= 1 } }

  /// Where a listener at that cursor goes on in the ring; nil where it has to read for itself first.
  func place(of cursor: EventCursor) -> Int? {
    shared.peek { shared in
      guard case .running(let ring) = shared.state else { return nil }
      return ring.reaches(cursor.offsets) ? ring.first : nil
    }
  }

  /// Waits until there is something from that place on, at most for a look.
  func items(from place: Int, of run: Int) -> Look {
    shared.wait(for: Self.look) { shared in
      guard shared.run == run, case .running(let ring) = shared.state else { return true }
      return ring.end > place || ring.first > place
    }
    return shared.peek { shared in
      guard shared.run == run, case .running(let ring) = shared.state else { return .ended }
      guard let items = ring.items(from: place, max: Self.batch) else { return .behind }
      return .items(items, next: place + items.count)
    }
  }

  /// Why the tail ended.
  var failure: LogError? { shared.peek { $0.failure } }

  // MARK: Its thread

  private func run() {
    do throws(LogError) {
      var places: [TopicPartition: Int64] = [:]
      for (partition, range) in try slot.offsets(of: topics, within: Self.patience) {
        places[partition] = range.upperBound
      }
      let reader = try slot.reader(Self.name, of: topics.topics)
      defer { reader.close() }
      try reader.read(places)
      let ring = EventRing(from: places, bounds)
      shared.change { $0.state = .running(ring) }
      while goesOn() { try step(reader, &places) }
    } catch {
      shared.change { shared in
        shared.state = .idle
        shared.failure = error
      }
    }
  }

  /// Ends with the last listener; whoever comes next starts another.
  private func goesOn() -> Bool {
    shared.peek { shared in
      guard shared.listeners == 0 else { return true }
      shared.state = .idle
      return false
    }
  }

  private func step(
    _ reader: any LogReader, _ places: inout [TopicPartition: Int64]
  ) throws(LogError) {
    let items: [Item]
    do throws(LogError) {
      items = try reader.next(max: Self.batch, wait: Self.look).map { record in
        places[record.partition] = record.offset + 1
        return .record(passed(record))
      }
    } catch {
      guard case .outOfRange(let partition, let offset, let available) = error else { throw error }
      places[partition] = available.lowerBound
      try reader.read(places)
      items = [.gap(partition, from: offset, to: available.lowerBound)]
    }
    guard !items.isEmpty else { return }
    shared.change { shared in
      guard case .running(var ring) = shared.state else { return }
      // Alone in its hand, so that adding to it copies nothing.
      shared.state = .starting
      for item in items { ring.append(item) }
      shared.state = .running(ring)
    }
  }

  /// As listeners are given it.
  func passed(_ record: LogRecord) -> PassedEvent { PassedEvent(record, senders()) }

  /// It keeps no bookmarks, so this names nothing in the log.
  static let name = "postrider-events"
}

extension LogSlot {
  /// What there is of each partition of these topics.
  func offsets(
    of topics: EventTopics, within limit: Duration
  ) throws(LogError) -> [TopicPartition: Range<Int64>] {
    var available: [TopicPartition: Range<Int64>] = [:]
    for topic in topics.topics {
      for (number, range) in try offsets(of: topic, within: limit).enumerated() {
        available[TopicPartition(topic, number)] = range
      }
    }
    return available
  }
}
