internal import Domain
internal import Events
internal import HTTP
internal import JSON
internal import Platform
internal import Providers
internal import Running
internal import SendStore
internal import Settings
internal import Store
internal import Telemetry
internal import Time

/// Keeps webhooks as they came, with what became of them, for those accounts that are set to. For people who look for a
/// fault: it never holds up a webhook, and what the store does not take in time is left out and counted.
final class RawKeeper: Sendable {
  private struct Queue {
    var waiting: [RawEvent] = []
    var bytes = 0
    var isClosed = false
  }

  private let queue = Monitor(Queue())
  private let kept = Locked<[String: KeptEvents]>([:])
  private let store: StoreSlot
  private let log: Log
  private let leftOut: Counter
  private let thread: WorkerThread

  private static let room = 16 << 20
  private static let batch = 200

  init(_ door: DoorContext) {
    (store, log) = (door.store, door.log)
    leftOut = door.metrics.counter(
      "postrider_raw_events_left_out_total",
      "Webhooks that were not kept as they came, since the store did not take them in time.")
    let (queue, store, kept, log) = (queue, door.store, kept, door.log)
    thread = WorkerThread("raw-events") { Self.run(queue, store, kept, log) }
  }

  func close(within limit: Duration) {
    queue.change { $0.isClosed = true }
    _ = thread.join(within: limit)
  }

  func apply(_ settings: Settings) { kept.withLock { $0 = settings.keptEvents } }

  /// Whether any account is set to: nothing is put together for nobody.
  var isOn: Bool { kept.withLock { !$0.isEmpty } }

  /// `owner`: the app, or the account of Twilio's; nil where nobody has signed it.
  func keep(
    _ request: HTTPRequest, of owner: String?, _ provider: Provider, verdict: String,
    at now: Timestamp
  ) {
    guard owner.map({ owner in kept.withLock { $0[owner] != nil } }) ?? isOn else { return }
    let told = RawContent(request.body, of: provider)
    var event = RawEvent(
      owner: owner ?? "", provider: provider.rawValue, receivedAt: now, verdict: verdict,
      kinds: told.kinds, numbers: told.numbers, ids: told.ids, size: request.body.count)
    event.body = request.body
    event.head = JSONWriter.object { writer in
      writer.field("method", request.method)
      writer.field("path", request.path)
      // The query tells of Twilio's callbacks what was asked for; a key in it is nobody's to read.
      if request.queryValue("api-key") == nil { writer.field("query", request.query) }
      writer.field("peer", request.peer.host)
      writer.name("headers")
      writer.object { writer in
        // A key that came as a query or a header is nobody's to read.
        for header in request.headers.fields where !Self.secret.contains(header.name.lowercased()) {
          writer.name(header.name)
          writer.value(header.value)
        }
      }
    }
    let isTaken = queue.change { [event] queue in
      let size = event.body.count + event.head.count
      guard queue.bytes + size <= Self.room, !queue.isClosed else { return false }
      queue.bytes += size
      queue.waiting.append(event)
      return true
    }
    if !isTaken { leftOut.add() }
  }

  private static let secret: Set = ["authorization", "cookie", "proxy-authorization"]

  private static func run(
    _ queue: Monitor<Queue>, _ slot: StoreSlot, _ kept: Locked<[String: KeptEvents]>, _ log: Log
  ) {
    var pruneAt = RunningTime.now
    while true {
      queue.wait(for: .seconds(60)) { !$0.waiting.isEmpty || $0.isClosed }
      let (events, isClosed) = queue.peek { (Array($0.waiting.prefix(batch)), $0.isClosed) }
      if events.isEmpty, isClosed { return }
      do {
        if let store = slot.opened {
          if !events.isEmpty { try store.keep(events) }
          if pruneAt.hasPassed {
            try prune(store, kept.withLock { $0 })
            pruneAt = .now + .seconds(60)
          }
        }
        if slot.opened != nil || isClosed { take(events, from: queue) }
        if slot.opened == nil { queue.wait(for: .seconds(1)) { $0.isClosed } }
      } catch {
        log.warning("webhooks cannot be kept as they came, trying again", ["reason": "\(error)"])
        if isClosed { return }
        queue.wait(for: .seconds(1)) { $0.isClosed }
      }
    }
  }

  private static func take(_ events: [RawEvent], from queue: Monitor<Queue>) {
    queue.change { queue in
      queue.waiting.removeFirst(events.count)
      queue.bytes -= events.reduce(0) { $0 + $1.body.count + $1.head.count }
    }
  }

  private static func prune(
    _ store: SendStore, _ kept: [String: KeptEvents]
  ) throws(StoreError) {
    for owner in try store.rawEventOwners() {
      let own = owner.isEmpty ? KeptEvents.strangers : kept[owner]
      // Nothing of an account that is not set to any more.
      try store.forgetRawEvents(
        of: owner, olderThan: own?.age ?? .zero, over: own?.room ?? 0)
    }
  }
}

/// What a body tells of, as far as it can be read.
private struct RawContent {
  private(set) var kinds: [String] = []
  private(set) var numbers: [String] = []
  private(set) var ids: [String] = []

  private static let limit = 50

  init(_ body: [UInt8], of provider: Provider) {
    switch provider {
    case .meta: readMeta(body)
    case .twilio: readTwilio(body)
    }
  }

  private mutating func readMeta(_ body: [UInt8]) {
    guard let root = JSONValue(whole: body) else { return }
    for change in (root["entry"]?.items ?? []).flatMap({ $0["changes"]?.items ?? [] }) {
      let value = change["value"]
      add(change["field"]?.string, to: \.kinds)
      add(value?["metadata"]?["phone_number_id"]?.string, to: \.numbers)
      add(value?["metadata"]?["display_phone_number"]?.string, to: \.numbers)
      for part in ["messages", "statuses"] {
        for item in value?[part]?.items ?? [] {
          add(part == "statuses" ? "statuses" : nil, to: \.kinds)
          add(item["id"]?.string, to: \.ids)
          for name in ["from", "to", "recipient_id"] { add(item[name]?.string, to: \.numbers) }
        }
      }
    }
  }

  private mutating func readTwilio(_ body: [UInt8]) {
    let form: FormFields
    do { form = try FormFields(body) } catch { return }
    add(form.text("MessageStatus").map { _ in "statuses" } ?? "messages", to: \.kinds)
    add(form.text("MessageSid"), to: \.ids)
    for name in ["From", "To"] {
      add(form.text(name).map { $0.replacing("whatsapp:", with: "") }, to: \.numbers)
    }
  }

  /// A number is found by its digits, however it is written.
  private mutating func add(_ word: String?, to list: WritableKeyPath<RawContent, [String]>) {
    guard let word else { return }
    let plain =
      list == \RawContent.numbers
      ? word.filter { $0.isASCII && $0.isNumber } : word.filter { !$0.isWhitespace }
    guard !plain.isEmpty, plain.utf8.count <= 200, self[keyPath: list].count < Self.limit,
      !self[keyPath: list].contains(plain)
    else { return }
    self[keyPath: list].append(plain)
  }
}
