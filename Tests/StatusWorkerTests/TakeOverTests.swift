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
    arguments: Successor.allCases)
  func killed(successor: Successor) async throws {
    try await inTurn {
      let crew = try Crew()
      defer { crew.end() }
      var (first, second) = (try crew.start(), successor == .another ? try crew.start() : nil)
      defer { for process in [first, second] { process?.end() } }
      try crew.report("sent", .sent, within: .seconds(20))
      // Both are at work, or the one is: a send on each partition was moved.
      let killed = first
      kill(killed.processIdentifier, SIGKILL)
      killed.waitUntilExit()
      if successor == .anew {
        first = try crew.start()
        second = nil
      }
      try crew.report("delivered", .delivered, within: .seconds(5))
    }
  }
}

private final class Crew {
  private static let account = "AC0123456789abcdef0123456789abcdef"
  private static let sender = Sender(
    id: SenderID("acme"), channel: .twilioWhatsApp, account: AccountID(account),
    address: "whatsapp:+14155238886", budget: SenderSettings.unlimited)
  private static let partitions = 4

  private let kafka: TestKafka
  private let log: KafkaLog
  private let store: SendStore
  private let folder: TemporaryFolder
  private let file: String
  private let sends: [ClaimedSend]

  init() throws {
    folder = try TemporaryFolder()
    file = folder.file("settings.json5")
    kafka = try TestKafka(partitions: Self.partitions)
    log = try KafkaLog(kafka.settings)
    let database = try PostgresServer.shared().database()
    store = try SendStore(.postgres(url: database))
    try store.define([Self.sender])
    sends = try Self.accept(40, store)
    try """
    { log: "\(kafka.settingsText.log)", store: "\(database)", \(kafka.settingsText.properties)
      senders: [{ id: "acme", provider: "twilio", accountSid: "\(Self.account)", authToken: "t",
        from: "whatsapp:+14155238886", sandbox: false }] }
    """.write(toFile: file, atomically: true, encoding: .utf8)
    // The take-over is to be seen on each partition.
    let places = Set(
      sends.map { Partitioner.partition(ofKey: $0.providerID.text, among: Self.partitions) })
    #expect(places.count == Self.partitions)
  }

  func end() {
    log.close(within: .seconds(2))
    store.close()
  }

  private static func accept(_ count: Int, _ store: SendStore) throws -> [ClaimedSend] {
    let now = try store.now()
    let new = (0..<count).map { _ in
      NewSend(
        id: .random(at: now), sender: sender.id, recipient: "+393331234567",
        content: Array("{}".utf8), due: now, expires: now + .seconds(86400))
    }
    _ = try store.take(IntakeBatch(log: "l", partition: 0, from: 0, next: Int64(count), sends: new))
    let worker = WorkerID("dispatch")
    guard let lease = try store.tendLeases(worker).held.first,
      case .claimed(let claim) = try store.claim(sender.id, lease, worker: worker, limit: count)
    else { throw StatusStand.Unexpected(what: "nothing could be claimed") }
    _ = try store.record(claim.sends.map { AttemptReport(of: $0, .accepted($0.providerID)) })
    return claim.sends
  }

  func start() throws -> Process {
    let process = Process()
    process.executableURL = Bundle.main.executableURL?.deletingLastPathComponent()
      .appendingPathComponent("postrider")
    process.arguments = ["status", "--config", file]
    process.environment = [:]
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
  }

  /// A callback about each send; the time counts from here.
  func report(_ status: String, _ state: SendState, within limit: Duration) throws {
    let deadline = bootMicroseconds() + limit.microseconds
    let callbacks = sends.map { send in
      ProviderCallback.twilio(status, send).with { callback in
        callback.account = AccountID(Self.account)
        callback.tenant = nil
      }
    }
    try log.append(callbacks.map(\.record), within: .seconds(20))
    var left = sends.map(\.id)
    while !left.isEmpty, bootMicroseconds() < deadline {
      left = try left.filter { try store.send($0)?.progress.state != state }
      _ = Gate().wait(for: .milliseconds(20))
    }
    #expect(left.isEmpty)
  }
}

extension Process {
  fileprivate func end() {
    kill(processIdentifier, SIGKILL)
    waitUntilExit()
  }
}
