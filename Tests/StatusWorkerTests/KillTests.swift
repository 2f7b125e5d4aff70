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

  @Test(
    "killed ten times under load, Status comes to the end that it comes to without",
    .enabled(if: takesItsTime, "kills workers ten times"))
  func killed() async throws {
    try await inTurn {
      let calm = try Load()
      let harsh = try Load(like: calm)
      let expected = try calm.runInside()
      try harsh.runUnderKills(Self.kills, until: expected)
      let (end, other) = (try calm.lives(), try harsh.lives())
      #expect(end.count == Load.sends)
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

/// A log full of callbacks about accepted sends.
private final class Load {
  static let sends = 2000

  private let deployment: Deployment

  var store: SendStore { deployment.store }

  convenience init() throws {
    let now = Timestamp(microseconds: wallMicroseconds())
    try self.init((0..<Self.sends).map { _ in .random(at: now) })
  }

  convenience init(like other: Load) throws { try self.init(other.deployment.sends.map(\.id)) }

  private init(_ ids: [SendID]) throws {
    deployment = try Deployment(.oneMachine, ids)
    let callbacks = deployment.sends.enumerated().flatMap {
      Self.callbacks(of: $1, number: $0, deployment)
    }
    // Interleaved, so that every batch is about many sends.
    let records = (0..<7).flatMap { turn in
      callbacks.enumerated().filter { $0.offset % 7 == turn }.map(\.element.record)
    }
    for batch in records.split(per: 2000) {
      try deployment.log.append(batch, within: .seconds(30))
    }
  }

  deinit { deployment.end() }

  /// Those of one send keep their order, since they are of one partition.
  private static func callbacks(
    of send: ClaimedSend, number: Int, _ deployment: Deployment
  ) -> [ProviderCallback] {
    let ends: [(String, Int?)] =
      switch number % 10 {
      case 0: [("undelivered", 30005)]
      case 1: [("failed", 63012)]
      case 2: [("delivered", nil), ("undelivered", 30005)]
      case 3: [("read", nil), ("delivered", nil)]
      default: [("delivered", nil), ("read", nil)]
      }
    return ([("sent", nil), ("sent", nil)] + ends).map { status, code in
      deployment.callback(status, send, named: number % 2 == 0, code: code)
    }
  }

  /// Answers how many changes there are in the end.
  func runInside() throws -> Int {
    let (stop, metrics) = (StopSignal(), Metrics())
    let (store, log) = (store, deployment.log)
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
    var running = [try deployment.start(), try deployment.start()]
    defer { for process in running { process.end() } }
    let begun = try store.unpublishedCount()
    for round in 1...kills {
      try wait(for: begun + (changes - begun) * round / (kills + 2))
      running.removeFirst().end()
      running.append(try deployment.start())
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

  func lives() throws -> [Life] {
    try deployment.sends.compactMap { claimed in
      try store.send(claimed.id).map { send in
        Life(
          id: claimed.id, progress: send.progress, states: send.history.map(\.state),
          codes: send.history.map(\.code))
      }
    }
  }

  /// The ids of all events of the stream.
  func published() throws -> [String] {
    let log = deployment.log
    let relay = OutboxRelay(
      store, log, worker: WorkerID("relay"), log: Log(worker: "test", write: { _ in }),
      health: Health().part("relay"), metrics: Metrics(), stop: StopSignal())
    while try store.unpublishedCount() > 0 { _ = try relay.step() }
    return try log.records(of: .messages).map { try $0.event().id }
  }
}
