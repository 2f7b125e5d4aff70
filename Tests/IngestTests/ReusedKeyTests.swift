import Running
import Events
import Settings
@testable import API
import Telemetry
import Domain
import HTTP
import JSON
import Platform
import SendStore
import Store
import TestSupport
import Testing

@testable import Ingest

@Suite(.timeLimit(.minutes(5))) struct ReusedKeyTests {
  private static let key = HTTPHeader("Idempotency-Key", "order-7")
  private static let first =
    "{\"to\": \"+393331234567\", \"body\": \"ciao \\/ è\", \"sender\": \"meta\"}"
  private static let other = "{\"to\": \"+393331234567\", \"body\": \"no\", \"sender\": \"meta\"}"

  /// Takes in what the log has, as intake would.
  static func store(_ stand: IngestStand) throws -> SendStore {
    let store = try SendStore(.sqlite(path: stand.folder.file("store.db")))
    try store.define(stand.settings.senders.map(\.sender))
    let sends = try SendTests.events(stand).map { event in
      NewSend(
        id: event.id, sender: event.sender, recipient: event.to, content: event.request,
        due: event.due, expires: event.expires)
    }
    _ = try store.take(
      IntakeBatch(log: "log", partition: 0, from: 0, next: Int64(sends.count), sends: sends))
    return store
  }

  @Test("a key that was used for another request is refused; for the same it gives the same ids")
  func one() async throws {
    let stand = try IngestStand()
    let before = try await SendTests.send(stand, Self.first, [Self.key])
    #expect(before.status == 202)
    let store = try Self.store(stand)
    defer { store.close() }
    stand.stores.fill(store)
    let again = try await SendTests.send(stand, Self.first, [Self.key])
    #expect(again.status == 202)
    #expect(again.text == before.text)
    let reused = try await SendTests.send(stand, Self.other, [Self.key])
    #expect(reused.status == 422)
    #expect(try reused.json["errors"]?.items?.first?["pointer"]?.string == "/Idempotency-Key")
    let newKey = HTTPHeader("Idempotency-Key", "order-8")
    #expect(try await SendTests.send(stand, Self.other, [newKey]).status == 202)
    #expect(try stand.records(.sends).count == 3)
  }

  @Test("of a batch only the item is refused that differs from the one before")
  func batch() async throws {
    let stand = try IngestStand()
    let path = "/in/api/sends"
    _ = try await SendTests.send(stand, "[\(Self.first), \(Self.first)]", to: path, [Self.key])
    let store = try Self.store(stand)
    defer { store.close() }
    stand.stores.fill(store)
    let answer = try await SendTests.send(
      stand, "[\(Self.first), \(Self.other)]", to: path, [Self.key])
    #expect(answer.status == 202)
    let items = try answer.json.items
    #expect(items?.first?["state"]?.string == "queued")
    #expect(items?.last?["status"]?.integer == 422)
  }

  @Test("without a store a send with a key is taken as before")
  func noStore() async throws {
    let stand = try IngestStand()
    #expect(try await SendTests.send(stand, Self.first, [Self.key]).status == 202)
    #expect(try await SendTests.send(stand, Self.other, [Self.key]).status == 202)
    #expect(stand.count("postrider_idempotency_keys_unchecked_total") == 2)
  }

  @Test("a store that does not answer is waited for once, and only so long")
  func slow() async throws {
    try await onOwnThread {
      let goOn = Gate()
      let metrics = Metrics()
      let desk = KeyLookup(metrics: metrics, patience: .milliseconds(30)) { _ in
        _ = goOn.wait(for: .seconds(30))
        return [:]
      }
      let answers = Monitor<[Bool]>([])
      let done: KeyLookup.Done = { found in answers.change { $0.append(found != nil) } }
      desk.find([], done)
      answers.wait(for: .seconds(60)) { $0.count == 1 }
      // The store is still at it: the next is not even asked.
      desk.find([], done)
      #expect(answers.peek { $0 } == [false, false])
      goOn.open()
      let deadline = bootMicroseconds() + 10_000_000
      while answers.peek({ $0.last == false }), bootMicroseconds() < deadline {
        let count = answers.peek { $0.count }
        desk.find([], done)
        answers.wait(for: .seconds(60)) { $0.count > count }
      }
      #expect(answers.peek { $0.last } == true)
    }
  }
}
