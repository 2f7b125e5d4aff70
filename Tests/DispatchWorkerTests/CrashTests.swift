import Domain
import Foundation
import Platform
import SendStore
import Simulator
import TestSupport
import Testing
import Time

/// Workers that are killed or frozen: processes of their own, on one log and one store.
@Suite(.timeLimit(.minutes(15))) struct CrashTests {
  @Test(
    "two workers, either killed in mid-campaign ten times: every send ends accepted or named, none twice",
    arguments: Pair.allCases)
  func killed(pair: Pair) async throws {
    try await inTurn {
      let stand = try DispatchStand(
        pair, twilio: "budget: { rate: null, daily: null, pair: null, inFlight: 4 }",
        meta: "budget: { rate: null, daily: null, pair: null, inFlight: 4 }",
        top: FaultTests.quick
      ) { $0.latency = .init(.milliseconds(20), to: .milliseconds(60)) }
      let ids = try stand.send(800) + stand.send(800, by: "meta")
      var workers = try (0..<2).map { _ in try WorkerProcess(stand) }
      try stand.wait("all are taken in") { try stand.states(ids).values.reduce(0, +) == ids.count }
      for round in 0..<10 {
        _ = Gate().wait(for: .milliseconds(.random(in: 300...1200)))
        workers[round % 2].kill()
        workers[round % 2] = try WorkerProcess(stand)
      }
      // Twilio's doubts are settled by its list; Meta's wait for callbacks or a person.
      let (twilio, meta) = (Array(ids.prefix(800)), Array(ids.suffix(800)))
      #expect(
        try stand.wait(for: twilio, within: .seconds(90)) == [.accepted: 800], "\(stand.told)")
      let states = try stand.wait(for: meta, in: [.accepted, .inDoubt])
      #expect(states.values.reduce(0, +) == 800)
      #expect(states.keys.allSatisfy { [.accepted, .inDoubt].contains($0) }, "\(states)")
      let totals = try stand.totals
      #expect(totals.duplicates == 0)
      #expect(totals.repeatsAfterFinalFailure == 0)
      for worker in workers { worker.end() }
    }
  }

  @Test(
    "a worker frozen past its lease sends nothing when it wakes that another has sent",
    arguments: Pair.allCases)
  func frozen(pair: Pair) async throws {
    try await inTurn {
      let stand = try DispatchStand(
        pair, meta: "budget: { rate: null, daily: null, pair: null, inFlight: 4 }",
        top: FaultTests.quick
      ) { $0.latency = .init(.milliseconds(20), to: .milliseconds(60)) }
      let first = try WorkerProcess(stand)
      let ids = try stand.send(1500, by: "meta")
      try stand.wait("it sends") { try stand.totals.accepted > 20 }
      let second = try WorkerProcess(stand)
      for _ in 0..<2 {
        let before = try stand.totals.accepted
        try first.freeze(outsideWritesOf: stand)
        try stand.wait("the other goes on") {
          try stand.totals.accepted > before + 20
        }
        first.thaw()
      }
      let states = try stand.wait(for: ids, in: [.accepted, .inDoubt], within: .seconds(60))
      #expect(states.keys.allSatisfy { [.accepted, .inDoubt].contains($0) }, "\(states)")
      let totals = try stand.totals
      #expect(totals.duplicates == 0)
      first.end()
      second.end()
    }
  }
}

/// `postrider dispatch` on the log and the store of a stand.
final class WorkerProcess {
  private let process = Process()

  /// In a container each process is the first one of its own.
  init(_ stand: DispatchStand, inContainer: Bool = false) throws {
    let file = stand.folder.file("worker-\(UUID().uuidString).json5")
    try stand.text.write(toFile: file, atomically: true, encoding: .utf8)
    let program = Bundle.main.executableURL?.deletingLastPathComponent()
      .appendingPathComponent("postrider")
    process.executableURL = inContainer ? URL(fileURLWithPath: "/usr/bin/unshare") : program
    let own = ["dispatch", "--config", file]
    process.arguments =
      inContainer ? ["-pf", "--kill-child=KILL", program?.path ?? ""] + own : own
    process.standardError = try FileHandle(forWritingTo: Self.logFile(file))
    process.environment = [:]
    try process.run()
  }

  private static func logFile(_ file: String) throws -> URL {
    let path = file + ".log"
    try Data().write(to: URL(fileURLWithPath: path))
    return URL(fileURLWithPath: path)
  }

  deinit { kill() }

  func kill() { signal(SIGKILL) }

  /// On SQLite and the embedded log a process that is frozen inside a write stops the others, as the
  /// guarantees say.
  func freeze(outsideWritesOf stand: DispatchStand) throws {
    while true {
      try freeze()
      let written = Gate()
      let writer = WorkerThread("write") {
        do {
          _ = try stand.store.takeDuty("test", WorkerID("test"))
          try stand.writeToLog()
          written.open()
        } catch {}
      }
      if written.wait(for: .seconds(1)) { return }
      thaw()
      writer.join()
    }
  }

  /// A thread that was on its way to a lock gets it before it stops: what is asked of the locks before all
  /// have stopped says nothing.
  private func freeze() throws {
    Foundation.kill(process.processIdentifier, SIGSTOP)
    while try !hasStopped { _ = Gate().wait(for: .milliseconds(2)) }
  }

  private var hasStopped: Bool {
    get throws {
      let tasks = "/proc/\(process.processIdentifier)/task"
      return try FileManager.default.contentsOfDirectory(atPath: tasks).allSatisfy { task in
        // The state stands after the name in brackets, which may hold anything. A thread may end meanwhile.
        let line = try? String(contentsOfFile: "\(tasks)/\(task)/stat", encoding: .utf8)
        return line?.split(separator: ")").last?.dropFirst().first == "T"
      }
    }
  }

  func thaw() { Foundation.kill(process.processIdentifier, SIGCONT) }
  func end() { signal(SIGTERM) }

  private func signal(_ number: Int32) {
    guard process.isRunning else { return }
    Foundation.kill(process.processIdentifier, number)
    process.waitUntilExit()
  }
}
