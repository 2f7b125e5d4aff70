import Events
import Settings
import Domain
import EventLog
import Foundation
import Platform
import SendStore
import Store
import TestSupport
import Testing
import Time

/// `postrider status` on Kafka and PostgreSQL with default settings, in processes of its own.
@Suite(.timeLimit(.minutes(15))) struct TakeOverTests {
  enum Successor: CaseIterable { case another, anew }

  @Test(
    "a Status worker is killed, and within five seconds the next callbacks are applied by another or by one started anew",
    .enabled(if: takesItsTime, "kills a worker and waits for its leases"),
    arguments: Successor.allCases)
  func killed(successor: Successor) async throws {
    try await inTurn {
      let crew = try Crew()
      defer { crew.end() }
      var (first, second) = (try crew.start(), successor == .another ? try crew.start() : nil)
      defer { for process in [first, second] { process?.end() } }
      let started = ContinuousClock.now
      try crew.report("sent", .sent, within: .seconds(60))
      let start = ContinuousClock.now - started
      // Both are at work, or the one is: a send on each partition was moved.
      let killed = first
      killed.end()
      if successor == .anew {
        first = try crew.start()
        second = nil
      }
      try crew.report(
        "delivered", .delivered, within: limit(.seconds(5), where: start, isUsually: .seconds(1)))
    }
  }
}

private final class Crew {
  private let deployment: Deployment

  init() throws {
    let now = Timestamp(microseconds: wallMicroseconds())
    deployment = try Deployment(.scaledOut, (0..<40).map { _ in .random(at: now) })
    // The take-over is to be seen on each partition.
    let places = Set(
      deployment.sends.map {
        Partitioner.partition(ofKey: $0.providerID.text, among: Deployment.partitions)
      })
    #expect(places.count == Deployment.partitions)
  }

  func end() { deployment.end() }
  func start() throws -> Process { try deployment.start() }

  /// A callback about each send; the time counts from here.
  func report(_ status: String, _ state: SendState, within limit: Duration) throws {
    let deadline = bootMicroseconds() + limit.microseconds
    let callbacks = deployment.sends.map { deployment.callback(status, $0).record }
    try deployment.log.append(callbacks, within: .seconds(20))
    var left = deployment.sends.map(\.id)
    while !left.isEmpty, bootMicroseconds() < deadline {
      left = try left.filter { try deployment.store.send($0)?.progress.state != state }
      _ = Gate().wait(for: .milliseconds(20))
    }
    #expect(left.isEmpty)
  }
}
