internal import Domain
internal import EventLog
internal import HTTP
internal import JSON
internal import Platform
internal import Service
internal import Time

/// One listener of the stream: reads the topic from its own place on and sends what is its tenant's. A
/// thread of its own each, since reading blocks; they are few.
struct EventStream: Sendable {
  let slot: LogSlot
  let log: Log
  let heartbeat: Duration

  /// Why nothing can be sent.
  enum Refusal: Error {
    case foreignPlace
  }

  private static let batch = 500
  private static let look = Duration.milliseconds(250)

  /// Returns when the listener has gone, or the log cannot be read any more.
  func run(
    _ responder: HTTPResponder, tenant: Tenant?, after place: EventCursor?, stop: StopSignal
  ) {
    do {
      var cursor = try begin(at: place)
      let subscription = try subscribe()
      defer { subscription.close() }
      let stream = responder.stream(headers: Self.headers) { stop.request() }
      stream.send(Self.alive(cursor))
      try pump(subscription, &cursor, to: stream, tenant, stop)
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
    let available = try slot.offsets(of: .messages, within: .seconds(10))
    guard let place else { return EventCursor(log: identity, available.map(\.upperBound)) }
    let isOurs = place.isOf(log: identity, partitions: available.count)
    guard isOurs, zip(place.offsets, available).allSatisfy({ $0 <= $1.upperBound }) else {
      throw Refusal.foreignPlace
    }
    return place
  }

  private func subscribe() throws(LogError) -> any LogSubscription {
    var options = SubscriptionOptions(ownOffsets: true)
    options.isPassing = true
    return try slot.subscribe(group: "postrider-events-\(Self.name())", to: .messages, options)
  }

  private static func name() -> String {
    String(UInt64.random(in: .min ... .max), radix: 36)
  }

  private func pump(
    _ subscription: any LogSubscription, _ cursor: inout EventCursor, to stream: HTTPStream,
    _ tenant: Tenant?, _ stop: StopSignal
  ) throws(LogError) {
    // However it ends, the listener comes back by itself and goes on where it was.
    defer { stream.finish() }
    var lastSent = bootMicroseconds()
    while !stop.isRequested {
      var events = try next(subscription, &cursor, tenant)
      let now = bootMicroseconds()
      if events.isEmpty, now - lastSent >= heartbeat.microseconds { events = [Self.alive(cursor)] }
      if !events.isEmpty { lastSent = now }
      for event in events {
        guard hasRoom(stream, stop), stream.send(event) else { return }
      }
    }
  }

  /// Who is far behind is read for no faster than they read; who does not read is let go.
  private func hasRoom(_ stream: HTTPStream, _ stop: StopSignal) -> Bool {
    let deadline = bootMicroseconds() + Self.patience.microseconds
    while stream.pendingCount > Self.pendingLimit {
      if bootMicroseconds() > deadline || stop.wait(for: .milliseconds(10)) { return false }
    }
    return true
  }

  private static let pendingLimit = 64 << 10
  private static let patience = Duration.seconds(30)

  /// What there is to send now.
  private func next(
    _ subscription: any LogSubscription, _ cursor: inout EventCursor, _ tenant: Tenant?
  ) throws(LogError) -> [[UInt8]] {
    do throws(LogError) {
      let batch = try subscription.next(max: Self.batch, wait: Self.look)
      if !batch.gained.isEmpty { try start(batch.gained, at: cursor, subscription) }
      return batch.records.compactMap { record in
        cursor.passed(record)
        guard let value = record.value, Self.concerns(tenant, value) else { return nil }
        return Self.event(value, cursor)
      }
    } catch {
      guard case .outOfRange(let partition, let offset, let available) = error else { throw error }
      cursor.moved(partition, to: available.lowerBound)
      try subscription.start([partition: available.lowerBound])
      return [Self.gap(partition, from: offset, to: available.lowerBound, cursor)]
    }
  }

  private func start(
    _ gained: [TopicPartition], at cursor: EventCursor, _ subscription: any LogSubscription
  ) throws(LogError) {
    let offsets = gained.filter { cursor.offsets.indices.contains($0.number) }
      .map { ($0, cursor.offsets[$0.number]) }
    try subscription.start(Dictionary(offsets) { $1 })
  }

  private static func concerns(_ tenant: Tenant?, _ value: [UInt8]) -> Bool {
    guard let tenant else { return true }
    do {
      let root = try JSONDocument(value).root
      return root["app"]?.string == tenant.app && root["company"]?.string == tenant.company
    } catch { return false }
  }

  private static func event(_ value: [UInt8], _ cursor: EventCursor) -> [UInt8] {
    // JSON has line ends between its tokens only, where a space says the same.
    let line = value.map { $0 == 0x0A || $0 == 0x0D ? 0x20 : $0 }
    return Array("id: \(cursor.text)\ndata: ".utf8) + line + [0x0A, 0x0A]
  }

  /// A comment, and the place with nothing that happened: who comes back from here misses nothing and need not
  /// read again what was others'.
  private static func alive(_ cursor: EventCursor) -> [UInt8] {
    Array(": \nid: \(cursor.text)\n\n".utf8)
  }

  private static func gap(
    _ partition: TopicPartition, from: Int64, to: Int64, _ cursor: EventCursor
  ) -> [UInt8] {
    let data = JSONWriter.object { writer in
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
    FieldFaults("/Last-Event-ID", "is no place of this log; without it the stream begins now")
  ).answer
}
