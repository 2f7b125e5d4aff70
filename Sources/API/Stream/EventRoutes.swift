internal import Settings
internal import Running
internal import Telemetry
internal import Domain
internal import HTTP
internal import Platform
internal import Time

/// The stream of changes as server-sent events.
final class EventRoutes: Sendable {
  private let slot: LogSlot
  /// One for each selection of topics that somebody wanted to hear of.
  private let tails = Locked<[EventTopics: EventTail]>([:])
  private let ring: EventTail.Bounds
  private let senders = Locked(SenderIndex())
  private let log: Log
  private let heartbeat: Duration
  private let limit: Int
  private let listeners = Locked<[Int: StopSignal]>([:])
  private let made = Locked(0)
  /// By the settings that are in force: for keys alone, and where a session may stand for one.
  private let admissions = Locked<[Bool: Admission]>([:])

  init(
    _ slot: LogSlot, log: Log, heartbeat: Duration = .seconds(15), limit: Int = 32,
    ring: EventTail.Bounds = EventTail.Bounds()
  ) {
    self.slot = slot
    self.ring = ring
    self.log = log
    self.heartbeat = heartbeat
    self.limit = limit
  }

  func add(to router: inout Router, _ context: APIContext) {
    senders.withLock { $0 = SenderIndex(context.settings.senders) }
    let takesSessions = context.admission.takesSessions
    admissions.withLock { $0[takesSessions] = context.admission }
    router.at(
      "GET", context.prefix + "/api/events",
      context.requests.door(.read) { [self] request, _, key, responder in
        listen(request, responder, key, { context.requests.isVisible($0, to: key) }) {
          [admissions] in
          admissions.withLock { $0[takesSessions] }?.admits(request, like: key) ?? false
        }
      })
  }

  /// `isAdmitted`: whether who listens might still begin to; a stream ends with its session and its key.
  private func listen(
    _ request: HTTPRequest, _ responder: HTTPResponder, _ key: APIKey,
    _ isVisible: (SenderID) -> Bool, while isAdmitted: @escaping @Sendable () -> Bool
  ) {
    let (topics, filter): (EventTopics, EventFilter)
    do throws(FieldFaults) {
      (topics, filter) = try wish(request, isVisible)
    } catch { return responder.answer(SendAnswer.refused(error).answer) }
    var place: EventCursor?
    if let text = request.headers.first("Last-Event-ID"), !text.isEmpty {
      guard let known = EventCursor(text) else {
        return responder.answer(
          SendAnswer.refused(FieldFaults("/Last-Event-ID", "is not the id of an event")).answer)
      }
      place = known
    }
    guard let (number, stop) = enter() else { return responder.answer(.tooManyListeners) }
    let stream = EventStream(
      slot: slot, tail: tail(of: topics), log: log, heartbeat: heartbeat, isAdmitted: isAdmitted)
    let start = place
    _ = WorkerThread("events-\(number)") { [self] in
      stream.run(responder, tenant: key.tenant, filter, after: start, stop: stop)
      listeners.withLock { $0[number] = nil }
    }
  }

  private func wish(
    _ request: HTTPRequest, _ isVisible: (SenderID) -> Bool
  ) throws(FieldFaults) -> (EventTopics, EventFilter) {
    try request.refuseOthers(than: EventFilter.names.union(["topics"]))
    let topics =
      try request.queryValue("topics").map { text throws(FieldFaults) in
        try EventTopics(text)
      } ?? .messages
    let known = senders.withLock { $0 }
    let filter = try EventFilter(topics, request.queryValue) { sender in
      known[sender] != nil && isVisible(sender)
    }
    return (topics, filter)
  }

  private func tail(of topics: EventTopics) -> EventTail {
    tails.withLock { tails in
      if let known = tails[topics] { return known }
      let tail = EventTail(slot, topics, bounds: ring) { [senders] in senders.withLock { $0 } }
      tails[topics] = tail
      return tail
    }
  }

  /// Ends all streams; the listeners come back to another instance, or later.
  func close() {
    for stop in listeners.withLock({ $0.values.map(\.self) }) { stop.request() }
  }

  private func enter() -> (Int, StopSignal)? {
    let number = made.withLock { made in
      made += 1
      return made
    }
    return listeners.withLock { listeners in
      guard listeners.count < limit else { return nil }
      let stop = StopSignal()
      listeners[number] = stop
      return (number, stop)
    }
  }
}

extension HTTPAnswer {
  fileprivate static let tooManyListeners = Problem(
    status: 503, title: "Service Unavailable",
    detail: "Too many clients are listening already; try again later."
  ).answer(headers: [HTTPHeader("Retry-After", "10")])
}
