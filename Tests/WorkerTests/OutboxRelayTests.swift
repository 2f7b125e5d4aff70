import Events
import Running
import Telemetry
import DispatchWorker
import Domain
import EventLog
import JSON
import Platform
import SendStore
import Settings
import Store
import StatusWorker
import TestSupport
import Testing
import Time

@Suite struct StoreToLogTests {
  let folder: TemporaryFolder
  let log: EmbeddedLog
  let store: SendStore
  let clock = ManualClock()
  let sender = Sender(
    id: SenderID("main"), channel: .twilioWhatsApp, account: AccountID("AC1"), address: "+1",
    tenant: Tenant(app: "crm", company: "acme"))

  init() throws {
    folder = try TemporaryFolder()
    log = try EmbeddedLog(EmbeddedLogSettings(path: folder.file("log.db")))
    store = try SendStore(.sqlite(path: folder.file("store.db"), clock: clock.storeClock))
    try store.define([sender])
  }

  func relay(_ worker: String) -> OutboxRelay {
    OutboxRelay(
      store, log, worker: WorkerID(worker), log: Log(worker: "test", write: { _ in }),
      health: Health().part("relay"), metrics: Metrics(), stop: StopSignal())
  }

  func events(_ topic: Topic) throws -> [CloudEvent] {
    try log.records(of: topic, atLeast: 1).map { try $0.event() }
  }

  func queue(_ count: Int) throws -> [SendID] {
    let sends = (0..<count).map { _ in
      NewSend(
        id: .random(at: clock.now), sender: sender.id, recipient: "+393331234567",
        content: Array("{}".utf8),
        campaign: "spring", due: clock.now, expires: clock.now + .seconds(60))
    }
    _ = try store.take(
      IntakeBatch(log: "l", partition: 0, from: 0, next: Int64(count), sends: sends))
    return sends.map(\.id)
  }

  @Test("changes reach the stream once, in order, and are forgotten in the store")
  func publishing() throws {
    let ids = try queue(3)
    _ = try store.cancel(ids[1])
    #expect(try !relay("one").step())
    #expect(try store.unpublishedCount() == 0)
    let events = try events(.messages)
    #expect(
      events.filter { $0.subject == ids[1].description }.map(\.id) == [
        "\(ids[1]).1", "\(ids[1]).2",
      ])
    #expect(Set(events.map(\.id)).count == 4)
    #expect(
      events.allSatisfy { $0.type == "postrider.message.v1" && $0.source == "postrider/store/0" })
    let last = try JSONDocument(try #require(events.first { $0.id == "\(ids[1]).2" }).data).root
    #expect(last["state"]?.string == "canceled" && last["campaign"]?.string == "spring")
    #expect(last["company"]?.string == "acme" && last["to"]?.string == "+393331234567")
  }

  @Test(
    "a relay that found nothing publishes what comes then, from whatever process",
    arguments: [false, true])
  func afterNothing(fromAnother: Bool) throws {
    let relay = relay("one")
    for _ in 0..<2 { #expect(try !relay.step()) }
    let other = try SendStore(
      .sqlite(path: folder.file("store.db"), clock: clock.storeClock))
    try other.define([sender])
    for _ in 0..<2 { #expect(try !relay.step()) }
    let send = NewSend(
      id: .random(at: clock.now), sender: sender.id, recipient: "+393331234567",
      content: Array("{}".utf8), due: clock.now, expires: clock.now + .seconds(60))
    _ = try (fromAnother ? other : store).take(
      IntakeBatch(log: "l", partition: 0, from: 0, next: 1, sends: [send]))
    #expect(try !relay.step())
    #expect(try store.unpublishedCount() == 0)
    #expect(try events(.messages).map(\.id) == ["\(send.id).1"])
  }

  private static let relaySettings = """
    { senders: [
        { id: "main", provider: "twilio", from: "whatsapp:+15551230001", authToken: "t",
          accountSid: "AC00000000000000000000000000000001", app: "crm", company: "acme" },
        { id: "sms", provider: "twilio", from: "+15551230000", authToken: "t",
          accountSid: "AC00000000000000000000000000000001", app: "crm", company: "acme" },
      ],
      relay: { sender: "main", allowedFrom: ["+12025550123"], number: "+15551230000" } }
    """

  @Test(
    "who sent through the relay is told by SMS when the message fails, once, and nobody else is",
    arguments: [
      ("{\"relay\":\"+12025550123\"}", 1), ("{\"relay\":\"+12025550199\"}", 0), ("{}", 0),
    ])
  func relayReply(metadata: String, replies: Int) throws {
    var send = NewSend(
      id: .random(at: clock.now), sender: sender.id, recipient: "+393331234567",
      content: Array("{\"metadata\":\(metadata)}".utf8), due: clock.now,
      expires: clock.now + .seconds(60))
    send.campaign = ""
    _ = try store.take(IntakeBatch(log: "l", partition: 0, from: 0, next: 1, sends: [send]))
    clock.advance(.seconds(61))
    let worker = WorkerID("one")
    let lease = try #require(try store.tendLeases(worker).held.first)
    _ = try store.claim(sender.id, lease, worker: worker, limit: 9)
    let settings = try Settings.read(text: Self.relaySettings)
    let relay = OutboxRelay(
      store, log, worker: WorkerID("one"), actions: ActionBook(settings),
      log: Log(worker: "test", write: { _ in }), health: Health().part("relay"),
      metrics: Metrics(), stop: StopSignal())
    #expect(try !relay.step())
    #expect(try log.offsets(of: .sends, within: .seconds(5)).reduce(0) { $0 + $1.count } == replies)
    guard replies > 0 else { return }
    let event = try SendEvent(data: try #require(try events(.sends).first).data)
    #expect(event.sender == SenderID("sms") && event.to == PersonAddress("+12025550123"))
    let body = try JSONDocument(event.request).root["body"]?.string
    #expect(body?.hasPrefix("Not delivered to +393331234567: ") == true, "\(body ?? "")")
  }

  @Test("only one worker publishes at a time")
  func oneRelay() throws {
    _ = try queue(1)
    #expect(try !relay("one").step())
    _ = try store.cancel(try queueAnother())
    #expect(try !relay("two").step())
    #expect(try store.unpublishedCount() == 2)
    clock.advance(.seconds(4))
    #expect(try !relay("two").step())
    #expect(try store.unpublishedCount() == 0)
  }

  @Test("an append that takes longer than the lease keeps the duty, so that nobody else publishes")
  func slowAppend() throws {
    _ = try queue(1)
    let (clock, store) = (clock, store)
    let keeper = Locked<DutyKeeper?>(nil)
    let slow = SlowLog(log) {
      let renewals = keeper.withLock { $0?.renewals }
      for _ in 0..<3 {
        let seen = renewals?.raised ?? 0
        clock.advance(.seconds(2))
        renewals?.wait(past: seen, for: .seconds(20))
      }
      #expect(throws: Never.self) {
        let epoch = try store.takeDuty(OutboxRelay.duty, WorkerID("two"))
        #expect(epoch == nil)
      }
    }
    let first = OutboxRelay(
      store, slow, worker: WorkerID("one"), log: Log(worker: "test", write: { _ in }),
      health: Health().part("relay"), metrics: Metrics(), stop: StopSignal(),
      renewing: .milliseconds(10))
    keeper.withLock { $0 = first.keeper }
    #expect(try !first.step())
    #expect(try store.unpublishedCount() == 0)
    #expect(try events(.messages).count == 1)
  }

  private func queueAnother() throws -> SendID {
    let send = NewSend(
      id: .random(at: clock.now), sender: sender.id, recipient: "+393331234567", content: [],
      due: clock.now,
      expires: clock.now)
    _ = try store.take(IntakeBatch(log: "l", partition: 1, from: 0, next: 1, sends: [send]))
    return send.id
  }

  @Test("a callback that finds no send within a day becomes a dead letter, visibly")
  func unmatched() throws {
    let metrics = Metrics()
    let burial = ParkedBurial(
      store, log, bound: 1000, log: Log(worker: "test", write: { _ in }), metrics: metrics)
    _ = try store.apply([
      CallbackReport(
        attempt: nil, providerID: ProviderID("SMnobody"), provider: .twilio,
        account: AccountID("AC1"),
        address: nil, status: .wentOut(.sent))
    ])
    try burial.report(before: clock.now - ParkedSweep.patience)
    #expect(try store.parkedCount() == 1)
    clock.advance(.seconds(24 * 3600 + 1))
    try burial.report(before: clock.now - ParkedSweep.patience)
    #expect(try store.parkedCount() == 0)
    let letter = try JSONDocument(try #require(try events(.deadLetters).first).data).root
    #expect(letter["providerId"]?.string == "SMnobody")
    #expect(metrics.text().contains("postrider_callbacks_unmatched_total 1"))
  }

  @Test("upkeep forgets what ended before the retention")
  func upkeep() throws {
    let ids = try queue(2)
    _ = try store.cancel(ids[0])
    _ = try relay("one").step()
    clock.advance(.seconds(31 * 86400))
    let upkeep = Upkeep(
      store, retention: .seconds(30 * 86400), log: Log(worker: "test", write: { _ in }),
      stop: StopSignal())
    #expect(try upkeep.round() == 1)
    #expect(try store.send(ids[0]) == nil)
    #expect(try store.send(ids[1]) != nil)
  }
}

/// A log on which something else happens while something is appended.
private final class SlowLog: PassingLog {
  let real: any EventLog
  private let meanwhile: @Sendable () -> Void

  init(_ real: any EventLog, meanwhile: @escaping @Sendable () -> Void) {
    self.real = real
    self.meanwhile = meanwhile
  }

  func append(
    _ records: [NewRecord], done: @escaping @Sendable (Result<Void, LogError>) -> Void
  ) {
    meanwhile()
    real.append(records, done: done)
  }
}
