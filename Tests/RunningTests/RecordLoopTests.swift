import Forms
import Events
@testable import Running
@testable import Telemetry
import Domain
import Foundation
import JSON
import Platform
import SQLite
import SendStore
import Store
import TestSupport
import Testing
import Time

@testable import EventLog

@Suite struct RecordLoopTests {
  let folder: TemporaryFolder
  let log: EmbeddedLog
  let store: SendStore
  let quiet = Log(worker: "test", write: { _ in })
  let stop = StopSignal()
  let health = Health()

  init() throws {
    folder = try TemporaryFolder()
    log = try EmbeddedLog(EmbeddedLogSettings(path: folder.file("log.db")))
    store = try SendStore(.sqlite(path: folder.file("store.db")))
  }

  func record(_ id: String, type: String = "known", data: String = "{}") -> NewRecord {
    NewRecord(
      topic: .callbacks, key: "k",
      event: CloudEvent(
        id: id, source: "test", type: type, time: Timestamp(seconds: 1), data: Array(data.utf8)))
  }

  /// Runs the loop on a thread of its own until `done` opens.
  func run(
    until done: Gate,
    _ handler: @escaping @Sendable ([LoggedEvent]) throws(HandlerFailure) -> [Int: String]
  ) {
    let (log, store, quiet, stop, part) = (log, store, quiet, stop, health.part("loop"))
    let thread = WorkerThread("loop") {
      RecordLoop(
        log, store, worker: WorkerID("w"), group: "g", topic: .callbacks, types: ["known"],
        log: quiet, health: part,
        metrics: Metrics(), stop: stop, handler: handler
      ).run()
    }
    #expect(done.wait(for: .seconds(60)))
    stop.request()
    #expect(thread.join(within: .seconds(20)))
  }

  func deadLetters() throws -> [JSONValue] {
    try log.records(of: .deadLetters, atLeast: 1).map {
      try JSONDocument(try $0.event().data).root
    }
  }

  @Test("what cannot be processed is dead-lettered with its reason, and its neighbours go on")
  func deadLettering() throws {
    try log.append(
      [record("1"), record("2", type: "strange"), record("3", data: #"{"bad":"ü"}"#), record("4")],
      within: .seconds(10))
    let seen = Locked<[String]>([])
    let done = Gate()
    run(until: done) { events throws(HandlerFailure) in
      let ids = seen.withLock { seen in
        seen += events.map(\.id)
        return seen
      }
      if ids.contains("4") { done.open() }
      let bad = events.indices.filter { events[$0].id == "3" }
      return Dictionary(uniqueKeysWithValues: bad.map { ($0, "number three is never right") })
    }
    #expect(seen.withLock { $0 } == ["1", "3", "4"])
    let letters = try deadLetters()
    let reasons = Set(letters.compactMap { $0["reason"]?.string })
    #expect(
      reasons == [
        "this version does not know records of the type strange", "number three is never right",
      ])
    let three = try #require(letters.first { $0["value"]?.string == #"{"bad":"ü"}"# })
    #expect(three["topic"]?.string == "callbacks" && three["offset"]?.integer == 2)
    #expect(three["key"]?.string == "k")
    #expect(three["headers"]?.items?.contains { $0["name"]?.string == "ce_id" } == true)
  }

  @Test("tombstones and garbage in a topic are dead-lettered, and the partition goes on")
  func foreignRecords() throws {
    var strange = RecordHeaders()
    strange.add("ce_specversion", "9.9")
    strange.add("x", bytes: [0xFF, 0xFE])
    try log.append(
      raw: .callbacks, key: "k", headers: RecordHeaders(), value: nil, within: .seconds(10))
    try log.append(
      raw: .callbacks, key: "k", headers: strange, value: [0xFF, 0x00], within: .seconds(10))
    try log.append(
      raw: .callbacks, key: "k", headers: RecordHeaders(), value: Array("{}".utf8),
      within: .seconds(10))
    try log.append([record("1")], within: .seconds(10))
    let done = Gate()
    run(until: done) { events throws(HandlerFailure) in
      #expect(events.map(\.id) == ["1"])
      done.open()
      return [:]
    }
    let letters = try deadLetters()
    #expect(
      letters.map { $0["reason"]?.string } == [
        "no value", "CloudEvents version 9.9 is not 1.0", "no header ce_specversion",
      ])
    #expect(letters.first?["value"]?.isNull == true)
    #expect(letters.dropFirst().first?["valueBase64"]?.string == "/wA=")
  }

  @Test("a handler that cannot work now gets the same events again, and nothing is dropped")
  func retries() throws {
    try log.append([record("1"), record("2")], within: .seconds(10))
    let calls = Locked(0)
    let done = Gate()
    run(until: done) { events throws(HandlerFailure) in
      let call = calls.withLock {
        $0 += 1
        return $0
      }
      if call < 3 { throw HandlerFailure("the store is away") }
      if events.last?.id == "2" { done.open() }
      return [:]
    }
    #expect(calls.withLock { $0 } >= 3)
    #expect(try store.hasRead(toTheEndOf: .callbacks, in: log, within: .seconds(5)))
  }

  @Test("a record that is too long for a dead letter is cut, and told by its hash")
  func truncation() throws {
    try log.append(
      [
        record(
          "1", type: "strange", data: "\"" + String(repeating: "\u{1}x", count: 150_000) + "\"")
      ], within: .seconds(10))
    try log.append([record("2")], within: .seconds(10))
    let done = Gate()
    run(until: done) { events throws(HandlerFailure) in
      if events.last?.id == "2" { done.open() }
      return [:]
    }
    let letter = try #require(try deadLetters().first)
    #expect(letter["bytes"]?.integer == 300_002)
    #expect(letter["sha256"]?.string?.utf8.count == 64)
    #expect(letter["value"]?.string?.utf8.count == DeadLetter.keptBytes)
  }

  @Test(
    "of a batch that the store cannot keep, the one at fault is dead-lettered and the rest handled")
  func apart() throws {
    try log.append((1...9).map { record("\($0)") }, within: .seconds(10))
    let (handled, done) = (Locked<[String]>([]), Gate())
    run(until: done) { events throws(HandlerFailure) in
      let ids = events.map(\.id)
      if ids.contains("4") || ids.contains("9") {
        throw HandlerFailure(StoreError.refused("a value of the wrong form"))
      }
      if handled.withLock({
        $0 += ids
        return $0.count
      }) == 7 {
        done.open()
      }
      return [:]
    }
    #expect(handled.withLock { $0 } == ["1", "2", "3", "5", "6", "7", "8"])
    let letters = try deadLetters()
    #expect(letters.compactMap { $0["offset"]?.integer }.sorted() == [3, 8])
    #expect(letters.allSatisfy { $0["reason"]?.string?.contains("wrong form") == true })
  }
}

extension LoggedEvent {
  /// The loop gives only what is an event.
  fileprivate var id: String {
    do { return try record.event().id } catch { return "\(error)" }
  }
}
