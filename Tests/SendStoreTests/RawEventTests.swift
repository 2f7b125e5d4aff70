import SendStore
import Store
import TestSupport
import Testing
import Time

@Suite struct RawEventTests {
  @Test(
    "what is too old goes, and what is over an account's room, the oldest first",
    arguments: Backend.allCases)
  func forgotten(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let store = world.store
    do {
      let now = try store.now()
      func event(_ id: Int, age: Double, owner: String = "77") -> RawEvent {
        var event = RawEvent(
          owner: owner, provider: "meta", receivedAt: now - .seconds(age), verdict: "taken",
          kinds: ["messages"], numbers: [], ids: ["\(id)"], size: 100)
        event.body = Array("{}".utf8)
        return event
      }
      try store.keep([
        event(1, age: 100_000), event(2, age: 50), event(3, age: 40), event(4, age: 30),
        event(5, age: 20, owner: ""),
      ])
      func left() throws -> [String] { try store.rawEvents(RawEventQuery()).flatMap(\.ids) }
      try store.forgetRawEvents(of: "77", olderThan: .seconds(86400), over: 1000)
      #expect(try left() == ["5", "4", "3", "2"])
      try store.forgetRawEvents(of: "77", olderThan: .seconds(86400), over: 200)
      #expect(try left() == ["5", "4", "3"])
      #expect(try store.rawEventOwners().sorted() == ["", "77"])
    }
  }
}
