internal import Events
internal import Running
internal import Telemetry
internal import Domain
internal import EventLog
internal import HTTP
internal import JSON
internal import Platform
internal import Time

/// One listener of the stream: goes on from its own place and sends what is its tenant's. Served by the tail of
/// this process; what the tail no longer has, it reads for itself. A thread of its own each, since both block.
struct EventStream: Sendable {
  let slot: LogSlot
  let tail: EventTail
  let log: Log
  let heartbeat: Duration
  let isAdmitted: @Sendable () -> Bool

  /// Why nothing can be sent.
  enum Refusal: Error {
    case foreignPlace
  }

  private static let batch = 500
  private static let look = Duration.milliseconds(250)

  /// Returns when the listener has gone, or the log cannot be read any more.
  func run(
    _ responder: HTTPResponder, tenant: Tenant?, _ filter: EventFilter, after place: EventCursor?,
    stop: StopSignal
  ) {
    do {
      // The tail first: whoever begins now finds it at its own place or before.
      let run = try tail.enter()
      defer { tail.leave() }
      let cursor = try begin(at: place)
      let stream = responder.stream(headers: Self.headers) { stop.request() }
      stream.send(Self.alive(cursor))
      var listener = Listener(
        stream: stream, tenant: tenant, filter, cursor: cursor, heartbeat: heartbeat, stop: stop,
        isAdmitted: isAdmitted)
      // However it ends, the listener comes back by itself and goes on where it was.
      defer { stream.finish() }
      try serve(&listener, run)
    } catch Refusal.foreignPlace {
      responder.answer(Self.foreignPlace)
    } catch {
      log.warning("events cannot be read", ["reason": "\(error)"])
      responder.answer(.tryLater)
    }
  }

  /// From now on, unless the listener says where it was.
  private func begin(at place: EventCursor?) throws -> EventCursor {
    let identity = try slot.identity(within: .seconds(10))
    let available = try slot.offsets(of: tail.topics, within: .seconds(10))
    guard let place else {
      return EventCursor(log: identity, tail.topics, available.mapValues(\.upperBound))
    }
    guard let known = place.placed(in: identity, tail.topics, available) else {
      throw Refusal.foreignPlace
    }
    return known
  }

  private func serve(_ listener: inout Listener, _ run: Int) throws(LogError) {
    while !listener.isGone {
      guard let place = tail.place(of: listener.cursor) else {
        try catchUp(&listener)
        continue
      }
      try follow(&listener, from: place, run)
    }
  }

  /// In the ring, until it is gone or the ring has gone on without it.
  private func follow(
    _ listener: inout Listener, from place: Int, _ run: Int
  ) throws(LogError) {
    var place = place
    while !listener.isGone {
      switch tail.items(from: place, of: run) {
      case .items(let items, let next):
        for item in items { listener.take(item) }
        listener.rest()
        place = next
      case .behind: return
      case .ended: throw tail.failure ?? .closed
      }
    }
  }

  /// With a reader of its own, until the ring reaches back to its place.
  private func catchUp(_ listener: inout Listener) throws(LogError) {
    let reader = try slot.reader(EventTail.name, of: tail.topics.topics)
    defer { reader.close() }
    try reader.read(listener.cursor.places)
    repeat {
      do throws(LogError) {
        for record in try reader.next(max: Self.batch, wait: Self.look) {
          listener.take(.record(tail.passed(record)))
        }
      } catch {
        guard case .outOfRange(let partition, let from, let available) = error else { throw error }
        listener.take(.gap(partition, from: from, to: available.lowerBound))
        try reader.read(listener.cursor.places)
      }
      listener.rest()
    } while !listener.isGone && tail.place(of: listener.cursor) == nil
  }

  fileprivate static func event(_ line: [UInt8], _ cursor: EventCursor) -> [UInt8] {
    Array("id: \(cursor.text)\ndata: ".utf8) + line + [0x0A, 0x0A]
  }

  /// A comment, and the place with nothing that happened: who comes back from here misses nothing and need not
  /// read again what was others'.
  fileprivate static func alive(_ cursor: EventCursor) -> [UInt8] {
    Array(": \nid: \(cursor.text)\n\n".utf8)
  }

  fileprivate static func gap(
    _ partition: TopicPartition, from: Int64, to: Int64, _ cursor: EventCursor
  ) -> [UInt8] {
    let data = JSONWriter.object { writer in
      writer.field("topic", partition.topic.rawValue)
      writer.field("partition", partition.number)
      writer.field("from", from)
      writer.field("to", to)
    }
    return Array("id: \(cursor.text)\nevent: gap\ndata: ".utf8) + data + [0x0A, 0x0A]
  }

  private static let headers = [
    HTTPHeader("Content-Type", "text/event-stream"), HTTPHeader("Cache-Control", "no-store"),
    HTTPHeader("X-Accel-Buffering", "no"),
  ]

  private static let foreignPlace = SendAnswer.refused(
    FieldFaults(
      "/Last-Event-ID",
      "is not a position in this log and these topics; leave it out to begin with what comes from now on"
    )
  ).answer
}

/// Where one listener stands, and what it is still told. Used by one thread.
private struct Listener {
  private let stream: HTTPStream
  private let tenant: Tenant?
  private let filter: EventFilter
  private let heartbeat: Duration
  private let stop: StopSignal
  private let isAdmitted: @Sendable () -> Bool
  private(set) var cursor: EventCursor
  private(set) var isGone = false
  private var lastSent = RunningTime.now
  /// Events since then that it did not hear.
  private var passedOver = 0
  private var lastAdmitted = RunningTime.now

  private static let admittedEach = Duration.seconds(1)

  /// So that who hears little is told of a place that the ring still has: half of what it holds.
  private static let mostPassedOver = EventTail.Bounds().items / 2
  private static let pendingLimit = 64 << 10
  private static let patience = Duration.seconds(30)

  init(
    stream: HTTPStream, tenant: Tenant?, _ filter: EventFilter, cursor: EventCursor,
    heartbeat: Duration, stop: StopSignal, isAdmitted: @escaping @Sendable () -> Bool
  ) {
    self.stream = stream
    self.tenant = tenant
    self.filter = filter
    self.cursor = cursor
    self.heartbeat = heartbeat
    self.stop = stop
    self.isAdmitted = isAdmitted
  }

  /// What it has passed already is in the ring as well.
  mutating func take(_ item: EventTail.Item) {
    guard !isGone else { return }
    switch item {
    case .record(let event):
      guard event.offset >= cursor.offset(of: event.partition) else { return }
      cursor.moved(event.partition, to: event.offset + 1)
      guard let line = event.line, tenant == nil || tenant == event.facts.tenant,
        filter.passes(event.facts)
      else {
        passedOver += 1
        return
      }
      send(EventStream.event(line, cursor))
    case .gap(let partition, let from, let to):
      let start = max(from, cursor.offset(of: partition))
      guard start < to else { return }
      cursor.moved(partition, to: to)
      send(EventStream.gap(partition, from: start, to: to, cursor))
    }
  }

  /// Between two looks: whether it is still wanted and may still listen, and a sign of life where nothing happened, or
  /// much that it does not hear.
  mutating func rest() {
    if stop.isRequested { isGone = true }
    if RunningTime.now - lastAdmitted >= Self.admittedEach {
      if !isAdmitted() { isGone = true }
      lastAdmitted = RunningTime.now
    }
    guard passedOver >= Self.mostPassedOver || RunningTime.now - lastSent >= heartbeat else {
      return
    }
    send(EventStream.alive(cursor))
  }

  private mutating func send(_ bytes: [UInt8]) {
    guard !isGone else { return }
    guard hasRoom(), stream.send(bytes) else {
      isGone = true
      return
    }
    lastSent = RunningTime.now
    passedOver = 0
  }

  /// Who is far behind is read for no faster than they read; who does not read is let go.
  private func hasRoom() -> Bool {
    let deadline = RunningTime.now + Self.patience
    while stream.pendingCount > Self.pendingLimit {
      if deadline.hasPassed || stop.wait(for: .milliseconds(10)) { return false }
    }
    return true
  }
}
