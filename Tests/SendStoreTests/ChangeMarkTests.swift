import Domain
import SendStore
import Store
import TestSupport
import Testing

@Suite struct ChangeMarkTests {
  @Test("a store in a file tells of each commit by another mark, whoever made it, and of no look")
  func commits() throws {
    let world = try StoreUnderTest(.oneMachine)
    let other = try world.another()
    let first = try #require(try world.store.changeMark())
    _ = try world.store.laneStatus()
    #expect(try world.store.changeMark() == first)
    try world.queue()
    let second = try #require(try world.store.changeMark())
    #expect(second != first)
    try other.stop(Sender.main.id, Failure(code: "1", sentence: "stopped"))
    #expect(try world.store.changeMark() != second)
    #expect(try other.changeMark() != nil)
  }

  @Test("a server tells nothing by a mark, so that it is looked at")
  func server() throws {
    #expect(try StoreUnderTest(.scaledOut).store.changeMark() == nil)
  }
}
