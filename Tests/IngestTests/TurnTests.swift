import Domain
import HTTP
import JSON
import Platform
import Running
import SendStore
import Settings
import Store
import TestSupport
import Testing
import Time

/// Whoever takes over is answered once nothing of the former turn can pass the gate.
@Suite(.timeLimit(.minutes(5))) struct TurnTests {
  private static let people = (0..<20).map { PersonAddress("+39333500\(1000 + $0)") }
  private static let key = [HTTPHeader("Authorization", "Bearer admin-key")]

  private let clock = ManualClock()
  private let stand: IngestStand
  private let store: SendStore
  private let sender: Sender

  init() throws {
    stand = try IngestStand(publicURL: nil)
    store = try SendStore(
      .sqlite(path: stand.folder.file("store.db"), clock: clock.storeClock))
    sender = try #require(stand.settings.senders.first { $0.sender.id.text == "meta" }?.sender)
    try store.define(stand.settings.senders.map(\.sender))
    stand.stores.fill(store)
  }

  private func id(_ person: PersonAddress) -> ConversationID {
    ConversationID(of: sender.id, with: person, tenant: sender.tenant)
  }

  private func writes(_ person: PersonAddress) throws {
    var report = InboundReport(
      account: sender.account, sender: sender.id, contact: person,
      providerID: ProviderID("wamid.\(person)"), at: clock.now)
    report.words = InboundWords(
      kind: "text", words: "Hello", content: Array("{}".utf8), received: clock.now)
    _ = try store.receive([report])
  }

  /// To each of them a text that was written for the present turn and is under way.
  private func claimAll() throws -> [ClaimedSend] {
    let sends = Self.people.map { person in
      var send = NewSend(
        id: .random(at: clock.now), sender: sender.id, recipient: person,
        content: Array(#"{"body":"hi"}"#.utf8), due: clock.now,
        expires: clock.now + .seconds(3600))
      send.conversation = ConversationSend(
        in: id(person), by: "assistant ann", unlessTurn: 0)
      return send
    }
    _ = try store.take(
      IntakeBatch(log: "log", partition: 0, from: 0, next: Int64(sends.count), sends: sends))
    let worker = WorkerID("w")
    let lease = try #require(
      try store.tendLeases(worker).held.first { $0.group == sender.laneGroup })
    guard
      case .claimed(let claim) = try store.claim(sender.id, lease, worker: worker, limit: 100)
    else { throw Unexpected() }
    return claim.sends
  }

  private struct Unexpected: Error {}

  private func takeOver(_ person: PersonAddress) async throws -> IngestStand.Answer {
    try await stand.call(
      "PATCH", "/api/conversations/\(id(person))", Self.key, Array(#"{"mode":"manual"}"#.utf8))
  }

  @Test("many may wait for what is under way, while whoever has nothing to wait for is answered")
  func many() async throws {
    let free = PersonAddress("+393335009999")
    for person in Self.people + [free] { try writes(person) }
    let claimed = try claimAll()
    #expect(claimed.count == Self.people.count)
    let answered = Locked(0)
    try await withThrowingTaskGroup(of: Int.self) { group in
      for person in Self.people {
        group.addTask {
          let status = try await takeOver(person).status
          answered.withLock { $0 += 1 }
          return status
        }
      }
      try #require(try await takeOver(free).status == 200)
      // Once more, as where the answer was lost.
      for person in Self.people {
        while try store.conversation(id(person))?.standing.turn != 1 {
          try await Task.sleep(for: .milliseconds(5))
        }
      }
      group.addTask {
        let status = try await takeOver(Self.people[0]).status
        answered.withLock { $0 += 1 }
        return status
      }
      #expect(try await takeOver(free).status == 200)
      #expect(answered.withLock { $0 } == 0)
      _ = try store.record(
        claimed.map { send in
          AttemptReport(of: send, .accepted(ProviderID("wamid.of.\(send.id)")), postedAt: clock.now)
        })
      for try await status in group { #expect(status == 200) }
    }
    #expect(answered.withLock { $0 } == Self.people.count + 1)
  }

  @Test("what a worker that was killed leaves under way is waited for until its time is over")
  func killed() async throws {
    try writes(Self.people[0])
    _ = try claimAll()
    async let answer = takeOver(Self.people[0])
    while try store.conversation(id(Self.people[0]))?.standing.turn != 1 {
      try await Task.sleep(for: .milliseconds(5))
    }
    clock.advance(SendStore.postSpan + .milliseconds(1))
    let seen = try await answer
    #expect(seen.status == 200)
    #expect(try seen.json["underWay"]?.items?.count == 1)
  }
}
