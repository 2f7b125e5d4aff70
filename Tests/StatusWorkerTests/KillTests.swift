import Events
@testable import Running
@testable import Settings
@testable import Telemetry
import DispatchWorker
import Domain
import EventLog
import Foundation
import Platform
import SendStore
import Store
import StatusWorker
import TestSupport
import Testing
import Time

@Suite struct KillTests {
  static let kills = 10

  @Test("killed ten times under load, Status comes to the end that it comes to without")
  func killed() async throws {
    try await inTurn {
      let calm = try Deployment()
      let harsh = try Deployment(like: calm)
      let expected = try calm.runInside()
      try harsh.runUnderKills(Self.kills, until: expected)
      let (end, other) = (try calm.lives(), try harsh.lives())
      #expect(end.count == Deployment.sends)
      #expect(end == other)
      #expect(try harsh.store.parkedCount() == 0)
      let published = try harsh.published()
      #expect(Set(published).count == published.count)
      #expect(
        Set(published)
          == Set(end.flatMap { life in (1...life.states.count).map { "\(life.id).\($0)" } }))
    }
  }
}

/// One send's way, without times.
private struct Life: Hashable {
  let id: SendID
  let progress: SendProgress
  let states: [SendState]
  let codes: [String?]
}

/// A store of accepted sends and a log full of callbacks about them, for Status in processes of its own.
private final class Deployment {
  static let sends = 2000
  private static let account = "AC0123456789abcdef0123456789abcdef"
  private static let sender = Sender(
    id: SenderID("acme"), channel: .twilioWhatsApp, account: AccountID(account),
    address: "whatsapp:+14155238886", budget: SenderSettings.unlimited)

  let store: SendStore
  private let log: EmbeddedLog
  private let folder: TemporaryFolder
  private let ids: [SendID]
  private let callbacks: [ProviderCallback]

  convenience init() throws {
    let now = Timestamp(microseconds: wallMicroseconds())
    try self.init((0..<Self.sends).map { _ in .random(at: now) })
  }

  convenience init(like other: Deployment) throws { try self.init(other.ids) }

  private init(_ ids: [SendID]) throws {
    self.ids = ids
    folder = try TemporaryFolder()
    store = try SendStore(.sqlite(path: folder.file("store.db")))
    log = try EmbeddedLog(EmbeddedLogSettings(path: folder.file("log.db")))
    try store.define([Self.sender])
    let sends = try Self.accept(ids, store)
    callbacks = sends.enumerated().flatMap { Self.callbacks(of: $1, number: $0) }
    // Interleaved, so that every batch is about many sends.
    let records = (0..<7).flatMap { turn in
      callbacks.enumerated().filter { $0.offset % 7 == turn }.map(\.element.record)
    }
    for batch in records.split(per: 2000) { try log.append(batch, within: .seconds(30)) }
  }

  deinit {
    log.close(within: .seconds(5))
    store.close()
  }

  private static func accept(_ ids: [SendID], _ store: SendStore) throws -> [ClaimedSend] {
    let now = try store.now()
    let new = ids.map { id in
      NewSend(
        id: id, sender: sender.id, recipient: "+393331234567", content: Array("{}".utf8), due: now,
        expires: now + .seconds(86400))
    }
    _ = try store.take(
      IntakeBatch(log: "l", partition: 0, from: 0, next: Int64(ids.count), sends: new))
    let worker = WorkerID("dispatch")
    guard let lease = try store.tendLeases(worker).held.first,
      case .claimed(let claim) = try store.claim(
        sender.id, lease, worker: worker, limit: ids.count)
    else { return [] }
    let places = Dictionary(uniqueKeysWithValues: ids.enumerated().map { ($1, $0) })
    let sends = claim.sends.sorted { places[$0.id, default: 0] < places[$1.id, default: 0] }
    _ = try store.record(
      sends.map { send in
        AttemptReport(
          of: send, .accepted(send.providerID))
      })
    return sends
  }

  /// Those of one send keep their order, since they are of one partition.
  private static func callbacks(of send: ClaimedSend, number: Int) -> [ProviderCallback] {
    let ends: [(String, Int?)] =
      switch number % 10 {
      case 0: [("undelivered", 30005)]
      case 1: [("failed", 63012)]
      case 2: [("delivered", nil), ("undelivered", 30005)]
      case 3: [("read", nil), ("delivered", nil)]
      default: [("delivered", nil), ("read", nil)]
      }
    return ([("sent", nil), ("sent", nil)] + ends).map { status, code in
      ProviderCallback.twilio(status, send, named: number % 2 == 0, code: code).with {
        $0.account = AccountID(account)
        $0.tenant = nil
      }
    }
  }

  /// Answers how many changes there are in the end.
  func runInside() throws -> Int {
    let (stop, metrics) = (StopSignal(), Metrics())
    let (store, log) = (store, log)
    let thread = WorkerThread("callbacks") {
      StatusLoop(store, log: Log(worker: "test", write: { _ in }), metrics: metrics).run(
        log, worker: WorkerID("inside"), health: Health().part("callbacks"), metrics: metrics,
        stop: stop)
    }
    #expect(try store.hasRead(toTheEndOf: .callbacks, in: log, within: .seconds(60)))
    stop.request()
    #expect(thread.join(within: .seconds(20)))
    return try store.unpublishedCount()
  }

  /// Two at a time: one goes on while what the other had is waited for.
  func runUnderKills(_ kills: Int, until changes: Int) throws {
    var running = [try start(), try start()]
    defer { for process in running { process.end() } }
    let begun = try store.unpublishedCount()
    for round in 1...kills {
      try wait(for: begun + (changes - begun) * round / (kills + 2))
      running.removeFirst().end()
      running.append(try start())
    }
    try wait(for: changes)
  }

  private func wait(for changes: Int) throws {
    let deadline = bootMicroseconds() + 60_000_000
    while try store.unpublishedCount() < changes {
      guard bootMicroseconds() < deadline else { throw StatusStand.Unexpected(what: "no progress") }
      _ = Gate().wait(for: .milliseconds(2))
    }
  }

  private func start() throws -> Process {
    let file = folder.file("settings.json5")
    let settings = """
      { log: "embedded:\(folder.file("log.db"))", store: "sqlite:\(folder.file("store.db"))",
        senders: [{ id: "acme", provider: "twilio", accountSid: "\(Self.account)", authToken: "t",
          from: "whatsapp:+14155238886", sandbox: false }] }
      """
    try settings.write(toFile: file, atomically: true, encoding: .utf8)
    let process = Process()
    process.executableURL = Bundle.main.executableURL?.deletingLastPathComponent()
      .appendingPathComponent("postrider")
    process.arguments = ["status", "--config", file]
    process.environment = [:]
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
  }

  func lives() throws -> [Life] {
    try ids.compactMap { id in
      try store.send(id).map { send in
        Life(
          id: id, progress: send.progress, states: send.history.map(\.state),
          codes: send.history.map(\.code))
      }
    }
  }

  /// The ids of all events of the stream.
  func published() throws -> [String] {
    let relay = OutboxRelay(
      store, log, worker: WorkerID("relay"), log: Log(worker: "test", write: { _ in }),
      health: Health().part("relay"), metrics: Metrics(), stop: StopSignal())
    while try store.unpublishedCount() > 0 { _ = try relay.step() }
    let count = try log.offsets(of: .messages, within: .seconds(5)).reduce(0) { $0 + $1.count }
    let subscription = try log.subscribe(group: "people", topics: [.messages])
    defer { subscription.close() }
    var found: [String] = []
    let deadline = bootMicroseconds() + 30_000_000
    while found.count < count, bootMicroseconds() < deadline {
      for record in try subscription.next(max: 5000, wait: .seconds(1)).records {
        found.append(try record.event().id)
      }
    }
    return found
  }
}

extension Process {
  /// `kill -9`.
  fileprivate func end() {
    kill(processIdentifier, SIGKILL)
    waitUntilExit()
  }
}
