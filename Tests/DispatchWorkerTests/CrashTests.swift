import Domain
import EventLog
import Foundation
import Platform
import SendStore
import Simulator
import TestSupport
import Testing
import Time

/// Workers that are killed or frozen: processes of their own, on one log and one store.
@Suite(.timeLimit(.minutes(5))) struct CrashTests {
  @Test(
    "two workers, either killed in mid-campaign ten times: every send ends accepted or named, none twice",
    arguments: Pair.allCases)
  func killed(pair: Pair) async throws {
    try await onOwnThread {
      let stand = try DispatchStand(
        pair, twilio: "budget: { rate: null, daily: null, pair: null, inFlight: 16 }",
        meta: "budget: { rate: null, daily: null, pair: null, inFlight: 16 }",
        top: FaultTests.quick
      ) { $0.latency = .init(.milliseconds(20), to: .milliseconds(60)) }
      let ids = try stand.send(1500) + stand.send(1500, by: "meta")
      var workers = try (0..<2).map { _ in try WorkerProcess(stand) }
      for round in 0..<10 {
        _ = Gate().wait(for: .milliseconds(.random(in: 300...1200)))
        workers[round % 2].kill()
        workers[round % 2] = try WorkerProcess(stand)
      }
      let states = try stand.wait(for: ids, in: [.accepted, .inDoubt], within: .seconds(120))
      #expect(states.keys.allSatisfy { [.accepted, .inDoubt].contains($0) }, "\(states)")
      // Twilio's are settled by its list; Meta's wait for callbacks or a person.
      try stand.wait("Twilio's doubts are settled") {
        try stand.states(Array(ids.prefix(1500))) == [.accepted: 1500]
      }
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
    try await onOwnThread {
      let stand = try DispatchStand(
        pair, meta: "budget: { rate: null, daily: null, pair: null, inFlight: 8 }",
        top: FaultTests.quick
      ) { $0.latency = .init(.milliseconds(20), to: .milliseconds(60)) }
      let first = try WorkerProcess(stand)
      let ids = try stand.send(600, by: "meta")
      try stand.wait("it sends") { try stand.totals.accepted > 20 }
      let second = try WorkerProcess(stand)
      for _ in 0..<3 {
        let before = try stand.totals.accepted
        first.freeze()
        try stand.wait("the other goes on") {
          try stand.totals.accepted > before + 40
            || stand.states(ids).keys.allSatisfy { $0 == .accepted || $0 == .inDoubt }
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

  init(_ stand: DispatchStand) throws {
    let file = stand.folder.file("worker-\(UUID().uuidString).json5")
    try stand.text.write(toFile: file, atomically: true, encoding: .utf8)
    process.executableURL = Bundle.main.executableURL?.deletingLastPathComponent()
      .appendingPathComponent("postrider")
    process.arguments = ["dispatch", "--config", file]
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
  func freeze() { Foundation.kill(process.processIdentifier, SIGSTOP) }
  func thaw() { Foundation.kill(process.processIdentifier, SIGCONT) }
  func end() { signal(SIGTERM) }

  private func signal(_ number: Int32) {
    guard process.isRunning else { return }
    Foundation.kill(process.processIdentifier, number)
    process.waitUntilExit()
  }
}
