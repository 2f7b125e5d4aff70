import Domain
import SendStore
import TestSupport
import Testing
import Time

@Suite struct WaitsTests {
  private static let failure = Failure(code: "130429", sentence: "Too many at once.")

  private func waits(_ world: StoreUnderTest, _ id: SendID) throws -> Waits? {
    try world.store.standing(of: id).waits
  }

  @Test("a send of a lane that may go waits for nothing", arguments: Backend.allCases)
  func free(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let ids = try world.queue(2)
    _ = try world.lease()
    #expect(try waits(world, ids[0])?.code == .nextClaim)
    #expect(try waits(world, ids[1])?.sentence == "1 due before it go first")
  }

  @Test(
    "what is used of a budget tells when there is room again", arguments: Backend.allCases,
    [
      (Budget(rate: Rate(1, per: .seconds(3)), daily: nil, pair: nil), .rateBudget, 3.0),
      (Budget(rate: nil, daily: .messages(1), pair: nil), .dailyBudget, 86_400),
      (
        Budget(rate: nil, daily: nil, pair: Rate(1, per: .seconds(6))), .pairBudget, 6
      ),
      (Budget(rate: nil, daily: .recipients(1), pair: nil), .recipientsBudget, 86_400),
      (Budget(rate: nil, daily: nil, pair: nil, inFlight: 1), .inFlight, nil),
    ] as [(Budget, Waits.Code, Double?)])
  func budgets(backend: Backend, wanted: (Budget, Waits.Code, Double?)) throws {
    let (budget, code, seconds) = wanted
    let world = try StoreUnderTest(backend, senders: [.main.with(budget)])
    // The same person twice where it is about the pair.
    let isPair = code == .pairBudget
    let ids = try world.queue(2) { if isPair { $1.recipient = "+39333" } else { _ = $0 } }
    #expect(try world.claim().sends.map(\.id) == [ids[0]])
    let waits = try #require(try waits(world, ids[1]))
    #expect(waits.code == code)
    // Counted from the latest moment of the post, on the grid of its window.
    let left = waits.until.map { ($0 - world.clock.now).seconds }
    #expect((left == nil) == (seconds == nil))
    if let left, let seconds { #expect((seconds...seconds * 1.02 + 3).contains(left)) }
    let lane = try #require(try world.store.laneWaits().first?.waits)
    #expect(lane.code == (isPair ? .scheduled : code))
  }

  @Test("who sends is judged by the rows of workers and leases", arguments: Backend.allCases)
  func workers(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let id = try world.queue()[0]
    let other = SendID.random(at: world.clock.now)
    #expect(try waits(world, id)?.code == .noDispatchWorker)
    #expect(try waits(world, other)?.code == .noDispatchWorker)
    #expect(try world.store.laneWaits().first?.waits?.code == .noDispatchWorker)
    _ = try world.lease()
    #expect(try waits(world, id)?.code == .nextClaim)
    #expect(try waits(world, other)?.code == .notTakenIn)
    #expect(try world.store.laneWaits().first?.waits == nil)
    // Its row is still there, and its time is over.
    world.clock.advance(.seconds(4))
    #expect(try waits(world, id)?.code == .noDispatchWorker)
    let successor = WorkerID("worker-2")
    world.clock.advance(.seconds(-2))
    try world.execute("UPDATE workers SET name = 'worker-2'")
    #expect(try waits(world, id)?.code == .takeOver)
    _ = try world.store.tendLeases(successor)
    #expect(try waits(world, id)?.code == .takeOver)
  }

  @Test("stops and holds are told with who may end them", arguments: Backend.allCases)
  func holds(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let id = try world.queue(1) { ($1.template, $1.campaign) = ("offer", "spring") }[0]
    _ = try world.lease()
    let until = world.clock.now + .seconds(60)
    try world.store.hold(Sender.main.id, until: until, because: "rests")
    #expect(try waits(world, id)?.code == .laneHeld)
    #expect(try waits(world, id)?.until == until)
    try world.store.hold(
      template: "offer", of: Sender.main.id, until: .distantFuture, because: "paused by Meta")
    let held = try #require(try waits(world, id))
    #expect(held.code == .flowHeld && held.until == nil && held.isUntilLifted)
    #expect(
      held.sentence.hasPrefix(
        "template `offer` in campaign `spring` is held until lifted: paused by Meta"))
    let lane = try #require(try world.store.laneWaits().first)
    #expect(lane.waits?.sentence.hasPrefix("all that waits is held, and first: template") == true)
    #expect(lane.flows.map(\.waiting) == [1] && lane.heldFlows == 1)
    #expect(lane.flows.first?.waits.code == .flowHeld)
    try world.store.stop(Sender.main.id, Failure(code: LaneStop.byHand, sentence: "checking"))
    #expect(try waits(world, id)?.code == .lanePaused)
  }

  @Test("a lane shows as many held flows as fit, and tells how many there are")
  func bounded() throws {
    let world = try StoreUnderTest(.oneMachine)
    try world.queue(LaneWaits.flowLimit + 5) { $1.campaign = "c\($0)" }
    _ = try world.lease()
    for index in 0..<(LaneWaits.flowLimit + 5) {
      try world.store.hold(
        campaign: "c\(index)", of: Sender.main.id, until: world.clock.now + .seconds(60),
        because: "x")
    }
    let lane = try #require(try world.store.laneWaits().first)
    #expect(lane.flows.count == LaneWaits.flowLimit)
    #expect(lane.heldFlows == LaneWaits.flowLimit + 5)
  }

  @Test("a send for a sender that no worker knows says so", arguments: Backend.allCases)
  func unknown(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let id = try world.queue(1) { $1.sender = SenderID("new") }[0]
    _ = try world.lease()
    let told = try waits(world, id)
    #expect(told?.code == .senderUnknown)
    #expect(told?.sentence.contains("`new`") == true)
    // A process with other settings than the worker's.
    let other = try world.another(senders: [])
    defer { other.close() }
    let known = try world.queue()[0]
    #expect(try other.standing(of: known).waits?.code == .senderNotInSettings)
  }

  @Test("a send that goes again tells why, and when", arguments: Backend.allCases)
  func again(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    try world.queue(2)
    let sends = try world.claim().sends
    let due = world.clock.now + .seconds(30)
    _ = try world.store.record([
      .of(sends[0], .retry(at: due, Self.failure)),
      .of(sends[1], .refusedAtGate(due: world.clock.now)),
    ])
    let retry = try #require(try waits(world, sends[0].id))
    #expect(retry.code == .retry && retry.until == due)
    #expect(retry.sentence.hasPrefix("attempt 1 failed"))
    #expect(retry.sentence.contains("130429: Too many at once"))
    #expect(try waits(world, sends[1].id)?.code == .notPosted)
    try world.store.rest(
      sends[1].recipient, of: Sender.main.id, until: world.clock.now + .seconds(60))
    #expect(try waits(world, sends[1].id)?.code == .recipientResting)
  }

  @Test(
    "a flow of a higher priority goes first where it has something due",
    arguments: Backend.allCases)
  func above(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let id = try world.queue()[0]
    try world.queue(3) { index, send in
      send.priority = 5
      send.due = world.clock.now + .seconds(3600)
    }
    _ = try world.lease()
    #expect(try waits(world, id)?.code == .nextClaim)
    try world.queue(1) { $1.priority = 5 }
    #expect(try waits(world, id)?.code == .behindOthers)
  }

  @Test("what comes after the queue is told from its own rows", arguments: Backend.allCases)
  func beyond(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let ids = try world.queue(3)
    let sends = try world.claim().sends
    #expect(try waits(world, ids[0])?.code == .answerAwaited)
    let look = world.clock.now + .seconds(30)
    _ = try world.store.record([
      .of(sends[0], .inDoubt(Self.failure, nextLook: look)), .accepted(sends[1], "SM1"),
    ])
    let doubt = try #require(try waits(world, ids[0]))
    #expect(doubt.code == .doubtLook && doubt.until == look)
    let found = try #require(
      try world.store.doubts(after: nil, limit: 1).first)
    try world.store.lookAgain(found, at: .distantFuture)
    #expect(try waits(world, ids[0])?.code == .doubtOpen)
    #expect(try waits(world, ids[1])?.code == .noStatusWorker)
    try world.execute(
      "INSERT INTO workers (name, seen_until, kind) VALUES ('s', 9000000000000000000, 'status')")
    #expect(try waits(world, ids[1])?.code == .callbackAwaited)
    _ = try world.store.apply([.about(ids[1], .wentOut(.sent))])
    #expect(try waits(world, ids[1])?.code == .deliveryAwaited)
    _ = try world.store.apply([.about(ids[1], .wentOut(.delivered))])
    #expect(try waits(world, ids[1]) == nil)
    world.clock.advance(.seconds(4))
    #expect(try waits(world, ids[2])?.code == .workerGone)
  }
}
