import Domain
import Events
import JSON
import Providers
import Store
import TestSupport
import Testing
import Time

@testable import DispatchWorker
@testable import SendStore

/// Messages that name others by our ids.
@Suite(.timeLimit(.minutes(15))) struct NamedSendsTests {
  private static let now = Timestamp(seconds: 1_790_000_000)
  private static let sender = SenderID("meta")

  private static func glance(
    _ id: SendID, _ state: SendState, by sender: SenderID = sender, as providerID: String? = nil
  ) -> SendGlance {
    SendGlance(
      id: id, state: state, attempt: 1, version: 1, changed: now, recipient: "+393331234567",
      sender: sender, campaign: "", template: "", content: SendContent(json: []),
      providerID: providerID.map { ProviderID($0) })
  }

  private static func claimed(at time: Timestamp = now) -> ClaimedSend {
    ClaimedSend(
      key: Key(1), id: .random(at: time), attempt: 1,
      claim: ClaimID(worker: WorkerID("w"), number: 1),
      recipient: "+393331234567", content: SendContent(json: []),
      window: ServiceWindow(lastInbound: nil), optOut: nil,
      due: now, expires: now + .seconds(60), campaign: nil)
  }

  private static let named = SendID.random(at: now)

  private static func standing(
    _ glance: SendGlance?, at time: Timestamp = now, isStoreAway: Bool = false
  ) throws -> NamedSends.Standing {
    let found =
      isStoreAway ? nil : Dictionary([glance].compactMap { $0.map { ($0.id, $0) } }) { $1 }
    let message = Message(.text(TextMessage("x")), replyTo: named.wamid)
    return try NamedSends(found, from: sender)
      .standing(of: message, in: claimed(), at: time)
  }

  @Test("it waits for the provider's id, and ends where there will be none")
  func standings() throws {
    let later = Self.now + .seconds(301)
    #expect(
      try Self.standing(Self.glance(Self.named, .accepted, as: "wamid.A"))
        == .known(ProviderID("wamid.A")))
    #expect(
      try Self.standing(Self.glance(Self.named, .read, as: "wamid.A"), at: later)
        == .known(ProviderID("wamid.A")))
    for state in [SendState.queued, .sending, .inDoubt, .accepted, .sent] {
      #expect(try Self.standing(Self.glance(Self.named, state)) == .waiting(.seconds(1)))
    }
    #expect(try Self.standing(Self.glance(Self.named, .queued), at: later) == .waiting(.seconds(1)))
    #expect(try Self.standing(nil) == .waiting(.seconds(5)))
    #expect(try Self.standing(nil, at: later, isStoreAway: true) == .waiting(.seconds(1)))
    for state in [SendState.failed, .undelivered, .expired, .canceled] {
      #expect(throws: Failure.self) { try Self.standing(Self.glance(Self.named, state)) }
    }
    #expect(throws: Failure.self) { try Self.standing(nil, at: later) }
    #expect(throws: Failure.self) { try Self.standing(Self.glance(Self.named, .sent), at: later) }
    // Another number's message cannot be answered from this one.
    #expect(throws: Failure.self) {
      try Self.standing(Self.glance(Self.named, .sent, by: SenderID("b"), as: "wamid.A"))
    }
  }

  @Test("what names nothing, or names it by the provider's id, goes as it is")
  func usual() throws {
    for message in [
      Message(.text(TextMessage("x"))),
      Message(.text(TextMessage("x")), replyTo: ProviderID("wamid.A")),
      Message(.reaction(Reaction(to: ProviderID("wamid.A"), emoji: "x"))),
    ] {
      #expect(
        try NamedSends([:], from: Self.sender)
          .standing(of: message, in: Self.claimed(), at: Self.now) == .usual)
    }
  }

  /// The simulator refuses an id that Meta never gave.
  @Test(
    "a reply and a reaction go out with the id that the provider gave",
    arguments: [Backend.oneMachine])
  func resolved(backend: Backend) async throws {
    try await inTurn {
      let stand = try DispatchStand(backend)
      let first = SendID.random(at: try stand.store.now())
      // They are there before what they name is.
      let reply = try stand.send(
        1, by: "meta", #""body": "x", "replyTo": "\#(first.wamid.text)""#)
      let reaction = try stand.send(
        1, by: "meta",
        #""type": "reaction", "reaction": {"message_id": "\#(first.wamid.text)", "emoji": "👍"}"#)
      let foreign = try stand.send(
        1, by: "meta",
        #""body": "x", "replyTo": "\#(SendID.random(at: Timestamp(seconds: 1)).wamid.text)""#)
      try stand.start()
      #expect(try stand.wait(for: foreign, in: [.failed]) == [.failed: 1])
      #expect(try stand.states(reply + reaction) == [.queued: 2])
      _ = try stand.send(1, by: "meta", from: 7) { $0.id = first }
      #expect(try stand.wait(for: reply + reaction + [first]) == [.accepted: 3])
      let said = try #require(try stand.store.send(foreign[0])?.history.last)
      #expect(said.code == "131009")
      try stand.expectClean(3)
    }
  }
}
