import Events
@testable import Running
@testable import Settings
@testable import Telemetry
import Domain
import EventLog
import JSON
import Platform
import SendStore
import Store
import StatusWorker
import TestSupport
import Testing
import Time

/// The Status worker's loops on a fresh store and a fresh log, with sends to tell things of.
final class StatusStand: @unchecked Sendable {
  // What is not a constant is touched by the test's own thread alone.
  let clock = ManualClock()
  let store: SendStore
  let log: any EventLog
  let metrics = Metrics()
  let lines = Locked<[String]>([])
  /// Empty, so that nobody is told, unless a test fills it.
  let actions = ActionBook()
  private let place: TestLog
  private let folder: TemporaryFolder
  private let stop = StopSignal()
  private var threads: [WorkerThread] = []
  private var offset: Int64 = 0

  private static let worker = WorkerID("status")

  init(
    _ backend: Backend, senders: [SenderSettings] = SenderSettings.all, runs: Bool = true,
    inboxes: InboxSettings = InboxSettings()
  ) throws {
    folder = try TemporaryFolder()
    store = try TestStore(backend, in: folder).open(clock)
    try store.define(senders.map(\.sender))
    // Only what goes through the log needs the slower one.
    place = try TestLog(
      runs ? backend : .oneMachine, in: folder, partitions: 2,
      properties: TestKafka.quickConsumers)
    log = try place.open()
    if runs { start(senders, inboxes) }
  }

  private func start(_ senders: [SenderSettings], _ inboxes: InboxSettings) {
    let quiet = Log(
      worker: "test",
      write: { [lines] line in
        lines.withLock { $0.append(String(decoding: line, as: UTF8.self)) }
      })
    let health = Health()
    let (store, log, metrics, stop, actions) = (store, log, metrics, stop, actions)
    threads = [
      WorkerThread("callbacks") {
        StatusLoop(store, actions: actions, log: quiet, metrics: metrics).run(
          log, worker: Self.worker, health: health.part("callbacks"), metrics: metrics, stop: stop)
      },
      WorkerThread("inbound") {
        InboundLoop(
          store, LiveSenders(senders), LiveInboxes(inboxes), actions: actions, metrics: metrics
        ).run(
          log, worker: Self.worker, log: quiet, health: health.part("inbound"), metrics: metrics,
          stop: stop)
      },
      WorkerThread("account") {
        AccountLoop(store, LiveInboxes(inboxes), log: quiet, metrics: metrics).run(
          log, worker: Self.worker, health: health.part("account"), metrics: metrics, stop: stop)
      },
    ]
  }

  func end() {
    stop.request()
    for thread in threads { #expect(thread.join(within: .seconds(20))) }
    log.close(within: .seconds(5))
    store.close()
  }

  /// Appends and waits until the loops are done with it.
  func tell(_ callbacks: [ProviderCallback]) throws { try tell(events: callbacks) }

  func tell(events: [some EventRecord]) throws {
    try log.append(events.map(\.record), within: .seconds(20))
    for topic in Set(events.map { type(of: $0).topic }) {
      guard try store.hasRead(toTheEndOf: topic, in: log, within: .seconds(90)) else {
        throw Unexpected(what: "\(topic) was not read to its end")
      }
    }
  }

  @discardableResult
  func queue(
    _ count: Int = 1, for sender: SenderSettings = .acme,
    _ change: (Int, inout NewSend) -> Void = { _, _ in }
  ) throws -> [SendID] {
    let sends = (0..<count).map { index in
      var send = NewSend(
        id: .random(at: clock.now), sender: sender.sender.id,
        recipient: "+3933300\(10000 + index)", content: Array("{}".utf8), due: clock.now,
        expires: clock.now + .seconds(30 * 86400))
      change(index, &send)
      return send
    }
    let from = offset
    offset += Int64(count)
    let result = try store.take(
      IntakeBatch(log: "log-1", partition: 0, from: from, next: offset, sends: sends))
    guard result == .taken(folded: []) else {
      throw Unexpected(what: "\(result)")
    }
    return sends.map(\.id)
  }

  func claim(
    _ sender: SenderSettings = .acme, limit: Int = 10_000
  ) throws -> [ClaimedSend] {
    let worker = WorkerID("dispatch")
    let group = sender.sender.laneGroup
    guard let lease = try store.tendLeases(worker).held.first(where: { $0.group == group }),
      case .claimed(let claim) = try store.claim(
        sender.sender.id, lease, worker: worker, limit: limit)
    else { throw Unexpected(what: "nothing could be claimed") }
    return claim.sends
  }

  func record(_ sends: [ClaimedSend]) throws {
    _ = try store.record(
      sends.map { send in
        AttemptReport(
          of: send, .accepted(send.providerID),
          answer: Array(#"{"sid":"\#(send.providerID)","status":"queued"}"#.utf8))
      })
  }

  func accepted(
    _ count: Int = 1, for sender: SenderSettings = .acme,
    _ change: (Int, inout NewSend) -> Void = { _, _ in }
  ) throws -> [ClaimedSend] {
    try queue(count, for: sender, change)
    let sends = try claim(sender)
    try record(sends)
    return sends
  }

  func state(_ id: SendID) throws -> SendState? { try store.send(id)?.progress.state }

  func lane(_ sender: SenderSettings) throws -> LaneStatus? {
    try store.laneStatus().first { $0.sender == sender.sender.id }
  }

  func deadLetters(_ count: Int = 1) throws -> [JSONValue] {
    try log.records(of: .deadLetters, atLeast: count).map {
      try JSONDocument(try $0.event().data).root
    }
  }

  struct Unexpected: Error { let what: String }
}

/// Runs a test that blocks, on a stand that ends with it.
func onStand(
  _ backend: Backend, senders: [SenderSettings] = SenderSettings.all, runs: Bool = true,
  inboxes: InboxSettings = InboxSettings(),
  _ body: @escaping @Sendable (StatusStand) throws -> Void
) async throws {
  try await inTurn {
    let stand = try StatusStand(
      backend, senders: senders, runs: runs, inboxes: inboxes)
    defer { stand.end() }
    try body(stand)
  }
}

extension EventRecord {
  var record: NewRecord { NewRecord(topic: Self.topic, key: key, event: event(source: "test")) }
}

extension ClaimedSend {
  /// As Twilio would have named it.
  var providerID: ProviderID {
    let digits = String(key.value * 100 + Int64(attempt), radix: 16)
    return ProviderID("SM" + String(repeating: "0", count: 32 - digits.count) + digits)
  }
}

extension WebAddress {
  static func loopback(_ port: UInt16) -> WebAddress {
    guard let address = WebAddress("http://127.0.0.1:\(port)") else {
      preconditionFailure("an address of this machine")
    }
    return address
  }
}

extension SenderSettings {
  static let unlimited = Budget(rate: nil, daily: nil, pair: nil, inFlight: 1_000_000)

  static func twilio(
    _ name: String, account: String, address: String, company: String,
    channel: Sender.Channel = .twilioWhatsApp, silentAfter: Duration? = nil, port: UInt16 = 1,
    token: String = "token"
  ) -> SenderSettings {
    SenderSettings(
      sender: Sender(
        id: SenderID(name), channel: channel, account: AccountID(account), address: address,
        tenant: Tenant(app: "crm", company: company), budget: unlimited, silentAfter: silentAfter),
      credentials: .twilio(
        TwilioCredentials(
          accountSid: account, authTokens: [Secret(token)], apiKey: nil, messagingServiceSid: nil,
          signatureKeys: [:])), baseURL: .loopback(port),
      templateStrings: false)
  }

  static func meta(_ name: String, account: String, phone: String) -> SenderSettings {
    SenderSettings(
      sender: Sender(
        id: SenderID(name), channel: .metaWhatsApp, account: AccountID(account), address: phone,
        tenant: Tenant(app: "crm", company: "acme"), portfolio: "acme", budget: unlimited),
      credentials: .meta(
        MetaCredentials(
          phoneNumberId: phone, wabaId: account, accessToken: Secret("token"), appSecrets: [],
          verifyToken: nil)), baseURL: .loopback(1), templateStrings: true)
  }

  static let acme = twilio(
    "acme", account: "AC1", address: "whatsapp:+14155238886", company: "acme")
  /// Another tenant in the same account.
  static let sibling = twilio("sibling", account: "AC1", address: "+15550001", company: "sibling")
  static let stranger = twilio("stranger", account: "AC2", address: "+15550002", company: "other")
  static let sms = twilio(
    "sms", account: "AC1", address: "+14155238886", company: "acme", channel: .twilioSMS)
  static let meta = meta("meta", account: "W1", phone: "P1")
  static let metaSecond = meta("meta-second", account: "W1", phone: "P2")
  static let all = [acme, sibling, stranger, sms, meta, metaSecond]
}

extension ProviderCallback {
  /// As the owner of `acme` would get it.
  static func twilio(
    _ status: String, _ send: ClaimedSend, named: Bool = true, code: Int? = nil
  ) -> ProviderCallback {
    var callback = ProviderCallback(
      provider: .twilio, account: AccountID("AC1"), providerID: send.providerID, status: status,
      meaning: .ofTwilio(status), receivedAt: Timestamp(seconds: 1_800_000_000))
    if named {
      callback.attempt = AttemptID(send.id, send.attempt)
      callback.tenant = Tenant(app: "crm", company: "acme")
    }
    callback.code = code
    return callback
  }

  static func meta(
    _ status: String, _ send: ClaimedSend, named: Bool = true, code: Int? = nil
  ) -> ProviderCallback {
    var callback = ProviderCallback(
      provider: .meta, account: AccountID("W1"), providerID: send.providerID, status: status,
      meaning: .ofMeta(status), receivedAt: Timestamp(seconds: 1_800_000_000))
    callback.phoneNumberID = "P1"
    if named { callback.attempt = AttemptID(send.id, send.attempt) }
    callback.code = code
    return callback
  }

  func with(_ change: (inout ProviderCallback) -> Void) -> ProviderCallback {
    var changed = self
    change(&changed)
    return changed
  }
}
