import Domain
import SendStore
import Store
import TestSupport
import Testing
import Time

@Suite struct BacklogTests {
  @Test(
    "a lane's backlog tells since when its first send is due, and what is held",
    arguments: Backend.allCases)
  func backlog(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    func backlog() throws -> LaneBacklog { try #require(try world.store.laneBacklogs().first) }
    #expect(try backlog().oldestDue == .zero)
    let start = world.clock.now
    try world.queue(2) { $1.due = start + .seconds(10 * ($0 + 1)) }
    try world.queue(3) {
      ($1.due, $1.template) = (start + .seconds(60 * ($0 + 1)), "offer")
    }
    #expect(try backlog().oldestDue == .zero)
    world.clock.advance(.seconds(100))
    #expect(try backlog().oldestDue == .seconds(90))
    #expect(try backlog().held == 0)
    try world.store.hold(
      template: "offer", of: Sender.main.id, until: world.clock.now + .seconds(60), because: "a")
    #expect(try backlog().held == 3)
    // What is held is due all the same.
    #expect(try world.claim().sends.count == 2)
    #expect(try backlog().oldestDue == .seconds(40))
    world.clock.advance(.seconds(60))
    #expect(try backlog().held == 0)
  }

  @Test("those that would be a new person of the day are told", arguments: Backend.allCases)
  func newRecipients(backend: Backend) throws {
    let budget = Budget(rate: nil, daily: .recipients(2), pair: nil, inFlight: 100)
    let world = try StoreUnderTest(backend, senders: [Sender.main.with(budget)])
    try world.queue(5)
    #expect(try world.claim(Sender.main.with(budget)).sends.count == 2)
    let backlog = try #require(try world.store.laneBacklogs().first)
    // A claim puts aside no more than it has to.
    #expect((1...3).contains(backlog.newRecipients))
  }

  @Test("a lane's status tells what is left of each budget", arguments: Backend.allCases)
  func uses(backend: Backend) throws {
    let budget = Budget(
      rate: Rate(10, per: .seconds(5)), daily: .messages(864), pair: nil, inFlight: 20)
    let sender = Sender.main.with(budget)
    let world = try StoreUnderTest(backend, senders: [sender])
    try world.queue(30)
    #expect(try world.claim(sender).sends.count == 10)
    let uses = try #require(try world.store.laneStatus().first).uses
    #expect(uses.map(\.name) == BudgetUse.names)
    #expect(uses.map(\.limit) == [10, 864, nil, 20])
    #expect(uses.map(\.left) == [0, 854, nil, 10])
    #expect(uses.map(\.perSecond) == [2, 0.01, nil, nil])
    // Counted at the latest moment at which they may be posted.
    let free = try #require(uses[0].freeIn)
    #expect((5...7.1).contains(free.seconds))
    #expect(uses.dropFirst().allSatisfy { $0.freeIn == nil })
  }
}
