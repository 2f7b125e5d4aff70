import Events
import Running
import Settings
import Telemetry
import DispatchWorker
import Domain
import EventLog
import Foundation
import HTTP
import JSON
import Platform
import SendStore
import Store
import Simulator
import TestSupport
import Testing
import Time

/// Dispatch over a log, a store and the simulator, all real.
final class DispatchStand: Sendable {
  let simulator: Simulator
  let folder: TemporaryFolder
  let lines = Locked<[String]>([])
  /// The settings, for processes of their own.
  let text: String
  let settings: Settings
  let store: SendStore
  let eventLog: any EventLog
  let metrics = Metrics()
  let reload = Reload()
  /// Before the store that workers see, where the test cuts it; PostgreSQL only.
  let proxy: FaultProxy?
  /// PostgreSQL's, behind the proxy.
  let database: String
  private let workerStore: SendStore
  private let backend: Backend
  private let log: TestLog
  private let runs = Locked<[Run]>([])

  private struct Run {
    let stop: StopSignal
    let threads: [WorkerThread]
  }

  /// `twilio` and `meta` stand inside the senders of the settings, `top` beside them; `wrong` are senders
  /// with a wrong token.
  init(
    _ backend: Backend, twilio: String = "budget: { rate: null, daily: null, pair: null }",
    meta: String = "budget: { rate: null, daily: null, pair: null }", top: String = "",
    wrong: Set<String> = [], clock: ManualClock? = nil,
    cut: EachOf? = nil, server own: PostgresServer? = nil,
    _ change: (inout SimulatorSettings) -> Void = { _ in }
  ) throws {
    var world = SimulatorSettings()
    world.life.isReported = false
    for index in world.twilio.indices {
      for place in world.twilio[index].senders.indices {
        world.twilio[index].senders[place].rate = nil
        world.twilio[index].senders[place].daily = nil
      }
    }
    for app in world.meta.indices {
      for waba in world.meta[app].accounts.indices {
        for phone in world.meta[app].accounts[waba].phones.indices {
          world.meta[app].accounts[waba].phones[phone].rate = .init(1_000_000, per: .seconds(1))
        }
      }
    }
    world.portfolios = [Demo.portfolio: 1_000_000]
    change(&world)
    simulator = try Simulator(world)
    self.backend = backend
    folder = try TemporaryFolder()
    let place = try TestStore(backend, in: folder, server: own)
    log = try TestLog(backend, in: folder, mock: .own)
    let database = place.url
    self.database = database
    let judge = cut ?? (own == nil ? nil : EachOf(.max, "", .pass))
    proxy = try judge.map { judge in
      try FaultProxy(to: (own ?? PostgresServer.shared()).socket) { judge.judge($0) }
    }
    let seen = proxy.map { PostgresServer.through($0, database) } ?? database
    text = Self.text(
      log: log.settingsText.log, store: proxy == nil ? place.address : seen, folder,
      simulator.port, twilio, meta, log.settingsText.more + top, wrong)
    settings = try Settings.read(text: text)
    eventLog = try log.open()
    store = try place.open(clock)
    workerStore = proxy == nil ? store : try SendStore(.postgres(url: seen))
    try store.define(settings.senders.map(\.sender))
    if proxy != nil { try workerStore.define(settings.senders.map(\.sender)) }
  }

  deinit { end() }

  /// Another store, which knows nothing of the log. Closed by whoever asks.
  func otherStore() throws -> SendStore {
    let other = try TestStore(backend, in: folder, "other.db").open()
    try other.define(settings.senders.map(\.sender))
    return other
  }

  func end() {
    stopWorkers()
    eventLog.close(within: .seconds(2))
    store.close()
    workerStore.close()
    simulator.stop(within: .zero)
  }

  static func text(
    log: String, store: String, _ folder: TemporaryFolder, _ port: UInt16, _ twilio: String,
    _ meta: String, _ top: String,
    _ wrong: Set<String>
  ) -> String {
    """
    {
      publicURL: "http://127.0.0.1:1", log: "\(log)",
      store: "\(store)", spool: { path: "\(folder.file("spool.db"))" },
      \(top)
      senders: [
        {
          id: "twilio", provider: "twilio", from: "\(Demo.whatsAppAddress)",
          accountSid: "\(Demo.accountSid)", authToken: "\(Demo.authToken)",
          baseURL: "http://127.0.0.1:\(port)", \(twilio)
        },
        {
          id: "meta", provider: "meta", phoneNumberId: "\(Demo.phoneNumberID)",
          wabaId: "\(Demo.wabaID)", accessToken: "\(wrong.contains("meta") ? "wrong-" : "")\(Demo.accessToken)",
          appSecret: "\(Demo.appSecret)", verifyToken: "\(Demo.verifyToken)",
          baseURL: "http://127.0.0.1:\(port)/v24.0", \(meta)
        },
      ],
    }
    """
  }

  // MARK: Workers

  @discardableResult
  func start(
    _ name: String = "worker", on store: SendStore? = nil, health: Health = Health(),
    probeAfter: Duration = .milliseconds(300)
  ) throws -> StopSignal {
    let stop = StopSignal()
    let lines = lines
    let log = Log(
      worker: name,
      write: { line in lines.withLock { $0.append(String(decoding: line, as: UTF8.self)) } })
    let context = WorkerContext(
      settings: settings, store: store ?? workerStore, eventLog: eventLog, worker: WorkerID(name),
      log: log, health: health, metrics: metrics, stop: stop, reload: reload)
    let threads = try DispatchWorker.start(
      context, probeAfter: probeAfter, careEvery: .milliseconds(100))
    runs.withLock { $0.append(Run(stop: stop, threads: threads)) }
    return stop
  }

  func stopWorkers() {
    let runs = runs.withLock { runs in
      defer { runs = [] }
      return runs
    }
    for run in runs { run.stop.request() }
    for run in runs { for thread in run.threads { _ = thread.join(within: .seconds(30)) } }
  }

  // MARK: Sends

  /// As Ingest would append them. `fields` say what is sent, as JSON.
  @discardableResult
  func send(
    _ count: Int = 1, by sender: String = "twilio", from first: Int = 0,
    _ fields: String? = nil, _ change: (inout SendEvent) -> Void = { _ in }
  ) throws -> [SendID] {
    let own = try #require(settings.senders.first { $0.sender.id.text == sender })
    let now = try store.now()
    let events = try (first..<first + count).map { number in
      let text = """
        {"to": "+39333\(1_000_000 + number)", \(fields ?? "\"body\": \"message \(number)\"")}
        """
      let request = try #require(
        try SendRequest.all(in: try JSONDocument(Array(text.utf8)).root, as: own.rules).first)
      var event = SendEvent(request, id: .random(at: now), from: own.sender, receivedAt: now)
      change(&event)
      return event
    }
    for chunk in stride(from: 0, to: events.count, by: 1000) {
      let records = events[chunk..<min(chunk + 1000, events.count)].map { event in
        NewRecord(topic: .sends, key: event.key, event: event.event(source: "test"))
      }
      try eventLog.append(records, within: .seconds(20))
    }
    return events.map(\.id)
  }

  /// Something that no worker of this stand reads.
  func writeToLog() throws {
    let event = CloudEvent(
      id: UUID().uuidString, source: "test", type: "test", time: try store.now(), data: [])
    try eventLog.append(
      [NewRecord(topic: .account, key: "test", event: event)], within: .seconds(20))
  }

  /// Once there is one.
  func reasonsOfDeadLetters() throws -> [String] {
    try eventLog.records(of: .deadLetters, atLeast: 1).map { record in
      try JSONDocument(try record.event().data).root["reason"]?.string ?? ""
    }
  }

  func state(_ id: SendID) throws -> SendState? { try store.send(id)?.progress.state }

  func states(_ ids: [SendID]) throws -> [SendState: Int] {
    try ids.reduce(into: [:]) { counts, id in
      if let state = try state(id) { counts[state, default: 0] += 1 }
    }
  }

  /// As the ledger has it.
  func accepted(_ sender: String) throws -> Int64 {
    let name = sender == "twilio" ? Demo.whatsAppAddress : Demo.phoneNumberID
    let senders = try JSONDocument(simulator.ledger).root["senders"]?.items ?? []
    return senders.first { $0["sender"]?.string == name }?["accepted"]?.integer ?? 0
  }

  /// When each was claimed first.
  func claims(of ids: [SendID]) throws -> [Timestamp] {
    try ids.compactMap { id in
      try store.send(id)?.history.first { $0.state == .sending }?.at
    }
  }

  /// From the first claim to the last.
  func claimSpan(of ids: [SendID]) throws -> Duration {
    let times = try claims(of: ids)
    return try #require(times.max()) - #require(times.min())
  }

  /// Waits until all of them stand there; what they are then.
  @discardableResult
  func wait(
    for ids: [SendID], in wanted: Set<SendState> = [.accepted],
    within limit: Duration = .seconds(240)
  ) throws -> [SendState: Int] {
    let end = ContinuousClock.now + limit
    var left = ids
    while ContinuousClock.now < end {
      // One that is not there yet is reason enough to wait on; asking for all would take the store's time.
      while let id = left.last, try state(id).map(wanted.contains) ?? false { left.removeLast() }
      if left.isEmpty { break }
      pause()
    }
    return try states(ids)
  }

  func wait(
    _ what: String, within limit: Duration = .seconds(240), until holds: () throws -> Bool
  ) throws {
    let end = ContinuousClock.now + limit
    while ContinuousClock.now < end {
      if try holds() { return }
      pause()
    }
    Issue.record("never: \(what)\n\(told)")
  }

  /// The last words of every worker.
  var told: String {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    let logs = files.filter { $0.hasSuffix(".log") }.compactMap {
      FileManager.default.contents(atPath: folder.file($0)).map {
        String(decoding: $0, as: UTF8.self)
      }
    }
    let own = lines.withLock { $0.suffix(20).joined() }
    let lanes = (try? store.laneStatus()).map { "\($0)" } ?? ""
    return
      ([lanes, own] + logs.map { $0.split(separator: "\n").suffix(20).joined(separator: "\n") })
      .joined(separator: "\n---\n")
  }

  /// What is waited for shows only in the store, which nobody can subscribe to.
  private func pause() { _ = Gate().wait(for: .milliseconds(20)) }

  /// Whether the simulator takes connections.
  var isReachable: Bool {
    get throws {
      let client = try HTTPClient()
      defer { client.close() }
      let outcome = Locked<HTTPOutcome?>(nil)
      let done = Gate()
      let url = "http://127.0.0.1:\(simulator.port)/_sim/health"
      client.send(HTTPCall(url: url)) { found in
        outcome.withLock { $0 = found }
        done.open()
      }
      _ = done.wait(for: .seconds(60))
      guard case .notSent = outcome.withLock({ $0 }) else { return true }
      return false
    }
  }

  // MARK: The judge

  struct Totals {
    let requests, accepted, sends, duplicates, repeats, repeatsAfterFinalFailure, violations: Int64
  }

  var totals: Totals {
    get throws {
      let totals = try #require(try JSONDocument(simulator.ledger).root["totals"])
      func number(_ name: String) -> Int64 { totals[name]?.integer ?? -1 }
      return Totals(
        requests: number("requests"), accepted: number("accepted"), sends: number("sends"),
        duplicates: number("duplicates"), repeats: number("repeats"),
        repeatsAfterFinalFailure: number("repeatsAfterFinalFailure"),
        violations: number("violations"))
    }
  }

  /// Nobody got a message twice. Limits are lifted here unless a test sets them; see ProviderDoorTests.
  func expectClean(_ sends: Int, location: SourceLocation = #_sourceLocation) throws {
    let totals = try totals
    #expect(totals.sends == Int64(sends), sourceLocation: location)
    #expect(totals.duplicates == 0, sourceLocation: location)
    #expect(totals.repeatsAfterFinalFailure == 0, sourceLocation: location)
  }
}
