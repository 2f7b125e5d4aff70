import Domain
import SendStore
import TestSupport
import Testing
import Time

@Suite struct ForgettingTests {
  private static let text = #"{"to":"+393","type":"text","body":"secret","metadata":{"order":"7"}}"#

  private func world(_ backend: Backend) throws -> (StoreUnderTest, ClaimedSend) {
    let world = try StoreUnderTest(backend)
    try world.queue { _, send in send.content = SendContent(json: Array(Self.text.utf8)) }
    let send = try #require(try world.claim().sends.first)
    return (world, send)
  }

  private func publish(_ world: StoreUnderTest) throws {
    try world.store.published(try world.store.unpublished(limit: 1000))
  }

  @Test("the words of a send are taken out, and all else stays", arguments: Backend.allCases)
  func redacted(backend: Backend) throws {
    let (world, send) = try world(backend)
    #expect(try world.store.redact(send.id) == .busy)
    let answer = Array(#"{"body":"secret"}"#.utf8)
    _ = try world.store.record([
      AttemptReport(of: send, .accepted(ProviderID("SM1")), answer: answer)
    ])
    #expect(try world.store.redact(send.id) == .done)
    let stored = try #require(try world.store.send(send.id))
    let content = String(decoding: stored.content.json, as: UTF8.self)
    #expect(content == Self.text.replacing("secret", with: ""))
    #expect(stored.answer == nil && stored.progress.state == .accepted)
    #expect(stored.history.count == 3)
  }

  @Test(
    "a send that is over is forgotten, once all of it is published", arguments: Backend.allCases)
  func forgotten(backend: Backend) throws {
    let (world, send) = try world(backend)
    try publish(world)
    #expect(try world.store.forget(send.id) == .busy)
    _ = try world.store.record([.accepted(send, "SM1")])
    #expect(try world.store.forget(send.id) == .busy)
    try publish(world)
    #expect(try world.store.forget(send.id) == .done)
    #expect(try world.store.send(send.id) == nil)
    for table in ["sends", "contents", "history", "answers", "provider_ids"] {
      #expect(try world.count(table) == 0, "\(table)")
    }
    #expect(try world.store.forget(send.id) == .missing)
    #expect(try world.store.redact(send.id) == .missing)
  }
}
