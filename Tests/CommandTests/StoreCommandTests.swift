import Events
import Domain
import EventLog
import Foundation
import Platform
import SendStore
import Store
import TestSupport
import Testing
import Time

@Suite(.timeLimit(.minutes(5))) struct StoreCommandTests {
  /// A log with five sends that another store has read, and a store that knows nothing of it.
  private final class World {
    let store: SendStore
    let log: any EventLog
    private let folder: TemporaryFolder
    private let file: String
    private let place: TestLog

    init(_ backend: Backend) throws {
      folder = try TemporaryFolder()
      file = folder.file("settings.json5")
      place = try TestLog(backend, in: folder, partitions: 2)
      log = try place.open()
      try """
      {
        log: "\(place.settingsText.log)", \(place.settingsText.more) store: "sqlite:\(folder.file("store.db"))",
        senders: [{
          id: "main", provider: "meta", phoneNumberId: "1065", accessToken: "some-token",
          appSecret: "some-secret", verifyToken: "verify",
        }],
      }
      """.write(toFile: file, atomically: true, encoding: .utf8)
      store = try SendStore(.sqlite(path: folder.file("store.db")))
      let data = Array("{}".utf8)
      try log.append(
        (0..<5).map { number in
          NewRecord(
            topic: .sends, key: "\(number)",
            event: CloudEvent(
              id: "\(number)", source: "test", type: "test", time: Timestamp(seconds: 1), data: data
            ))
        }, within: .seconds(20))
    }

    deinit {
      log.close(within: .seconds(2))
      store.close()
    }

    func run(_ words: String...) throws -> CommandTests.Run {
      try CommandTests.run(words + ["--config", file])
    }

    var places: [ReadingPlace?] {
      get throws {
        try log.offsets(of: .sends, within: .seconds(10)).indices.map {
          try store.intakePlace(partition: $0)
        }
      }
    }
  }

  @Test(
    "adopting says what will happen, wants a yes, and binds the store to the log",
    arguments: Backend.allCases)
  func adopt(backend: Backend) async throws {
    try await onOwnThread {
      let world = try World(backend)
      let asked = try world.run("store", "adopt-log", "--from", "start")
      #expect(asked.status == 64)
      #expect(asked.errors.contains("The log has 5 sends: this store will send all of them"))
      #expect(asked.errors.contains("nothing was changed; say --yes to do it"))
      #expect(try world.places.allSatisfy { $0 == nil })
      let done = try world.run("store", "adopt-log", "--from", "end", "--yes")
      #expect(done.status == 0)
      #expect(done.errors.contains("5 sends and 0 callbacks: this store will skip them"))
      let identity = try world.log.identity(within: .seconds(10))
      let ends = try world.log.offsets(of: .sends, within: .seconds(10)).map(\.upperBound)
      #expect(try world.places.map { $0?.offset } == ends)
      #expect(try world.places.allSatisfy { $0?.log == identity })
      let restored = try world.run("store", "adopt-log", "--from=restored", "--yes")
      #expect(restored.errors.contains("send none before its doubt is settled"))
      #expect(try world.places.allSatisfy { $0?.offset == 0 })
    }
  }

  @Test("a restored store says how many sends are in doubt", arguments: Backend.allCases)
  func restored(backend: Backend) async throws {
    try await onOwnThread {
      let world = try World(backend)
      _ = try world.run("lane")
      let now = try world.store.now()
      try world.store.define([
        Sender(
          id: SenderID("main"), channel: .metaWhatsApp, account: AccountID("a"), address: "1065")
      ])
      let log = try world.log.identity(within: .seconds(10))
      let sends = (0..<2).map { _ in
        NewSend(
          id: .random(at: now), sender: SenderID("main"), recipient: "+393331234567", content: [1],
          due: now, expires: now + .seconds(60))
      }
      _ = try world.store.take(IntakeBatch(log: log, partition: 0, from: 0, next: 1, sends: sends))
      let run = try world.run("store", "restored")
      #expect(run.status == 0)
      #expect(
        run.output.contains("2 sends are in doubt, and 4 of the log will be as they are taken in"))
      #expect(try sends.allSatisfy { try world.store.send($0.id)?.progress.state == .inDoubt })
    }
  }

  @Test("a log that cannot be reached is told at once")
  func unreachable() throws {
    let folder = try TemporaryFolder()
    let file = folder.file("settings.json5")
    try """
    { log: "kafka://127.0.0.1:1", store: "sqlite:\(folder.file("store.db"))" }
    """.write(toFile: file, atomically: true, encoding: .utf8)
    let calm = ContinuousClock.now
    _ = try CommandTests.run(["--version"])
    let start = ContinuousClock.now
    let run = try CommandTests.run(["store", "restored", "--config", file])
    #expect(run.status == 69)
    #expect(run.errors.contains("Connection refused"))
    #expect(
      ContinuousClock.now - start < limit(.seconds(10), where: start - calm, isUsually: .seconds(1))
    )
  }
}
