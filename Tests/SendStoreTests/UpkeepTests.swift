import Domain
import Platform
import SendStore
import Store
import TestSupport
import Testing
import Time

@Suite struct UpkeepTests {
  @Test(
    "an inbound message opens the window once, however often it comes",
    arguments: Backend.allCases)
  func inbound(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    func message(_ id: String, _ change: OptOutChange? = nil) -> InboundReport {
      InboundReport(
        account: AccountID("AC1"), sender: Sender.main.id, contact: "+393330010000",
        providerID: ProviderID(id), at: world.clock.now, waID: "393330010000", optOut: change)
    }
    let start = world.clock.now
    #expect(try world.store.receive([message("in1"), message("in1")]) == [true, false])
    world.clock.advance(.seconds(3600))
    #expect(try world.store.receive([message("in2", .out(.everything))]) == [true])
    world.clock.advance(.seconds(3600))
    #expect(try world.store.receive([message("in1", .backIn)]) == [false])
    let contact = try #require(try world.store.contact("+393330010000", of: Sender.main.id))
    #expect(contact.window.lastInbound == start + .seconds(3600))
    #expect(contact.optOut == .everything)
    #expect(contact.optedOut == start + .seconds(3600))
    #expect(contact.waID == "393330010000")
    let people: [(sender: SenderID, address: PersonAddress)] = [
      (Sender.main.id, "+393330010000"), (Sender.main.id, "+393330010001"),
      (SenderID("nobody"), "+393330010000"), (Sender.main.id, "+393330010000"),
    ]
    #expect(try world.store.optedOut(among: people) == [true, false, false, true])
    #expect(try world.store.optedOut(among: []) == [])
    #expect(try world.store.receive([message("in3", .backIn)]) == [true])
    #expect(try world.store.contact("+393330010000", of: Sender.main.id)?.optOut == nil)
    #expect(try world.store.optedOut(among: people) == [false, false, false, false])
  }

  @Test("an older message that comes late does not close a window", arguments: Backend.allCases)
  func lateInbound(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    for (id, at) in [("a", world.clock.now), ("b", world.clock.now - .seconds(7200))] {
      _ = try world.store.receive([
        InboundReport(
          account: AccountID("AC1"), sender: Sender.main.id, contact: "+393330010000",
          providerID: ProviderID(id), at: at)
      ])
    }
    try world.queue()
    let send = try #require(try world.claim().sends.first)
    #expect(send.window.lastInbound == world.clock.now)
    #expect(send.window.isOpen(at: world.clock.now + .seconds(86399)))
    #expect(!send.window.isOpen(at: world.clock.now + .seconds(86400)))
  }

  @Test(
    "deliveries go out once per id, one after the other within a line",
    arguments: Backend.allCases)
  func deliveries(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let acme = Tenant(app: "crm", company: "acme")
    func delivery(_ id: String, _ line: String, _ tenant: Tenant) -> NewDelivery {
      NewDelivery(id: id, tenant: tenant, line: line, body: Array(id.utf8))
    }
    try world.store.add([
      delivery("a1", "a", acme), delivery("a2", "a", acme), delivery("b1", "b", acme),
      delivery("a1", "a", acme), delivery("c1", "c", .none),
    ])
    let span = Duration.seconds(20)
    func claim() throws -> [ClaimedDelivery] {
      try world.store.claimDeliveries(of: acme, limit: 9, for: span)
    }
    let due = try claim()
    #expect(due.map(\.id) == ["a1", "b1"])
    #expect(try claim().isEmpty)
    #expect(try !world.store.hasDueDeliveries(of: acme))
    try world.store.finish([due[0]])
    try world.store.retry([due[1]], after: .seconds(60))
    let second = try claim()
    #expect(second.map(\.id) == ["a2"])
    // Its holder is gone: another takes it, and the first comes too late to put it off.
    world.clock.advance(span)
    let again = try claim()
    #expect(again.map(\.id) == ["a2"])
    try world.store.retry(second, after: .zero)
    #expect(try claim().isEmpty)
    world.clock.advance(.seconds(60))
    let later = try claim()
    #expect(later.map(\.id) == ["a2", "b1"])
    #expect(later.map(\.tries) == [0, 1])
    try world.store.finish(later)
    try world.store.add([delivery("a1", "a", acme)])
    #expect(try claim().isEmpty)
  }

  @Test(
    "pruning forgets what ended long ago and is published, and keeps the rest",
    arguments: Backend.allCases)
  func prune(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let ids = try world.queue(4)
    let claim = try world.claim(limit: 3)
    _ = try world.store.record([
      .accepted(claim.sends[0], "SM0"), .accepted(claim.sends[1], "SM1"),
      .accepted(claim.sends[2], "SM2"),
    ])
    _ = try world.store.apply([.unnamed("SM0", .wentOut(.read))])
    try world.store.published(try world.store.unpublished(limit: 100))
    _ = try world.store.apply([.unnamed("SM1", .wentOut(.delivered))])
    let unpublished = try world.store.unpublished(limit: 100)
    #expect(unpublished.entries.map(\.id) == [ids[1]])
    world.clock.advance(.seconds(40 * 86400))
    func pruneAll() throws -> Int {
      var count = 0
      while true {
        let report = try world.store.prune(before: world.clock.now - .seconds(30 * 86400), limit: 1)
        count += report.sends
        if !report.hasMore { return count }
      }
    }
    // One of which the provider never said more is as old as those that came to their end.
    #expect(try pruneAll() == 2)
    #expect(try world.store.send(ids[0]) == nil)
    #expect(try world.state(ids[1]) == .delivered)
    #expect(try world.store.send(ids[2]) == nil)
    #expect(try world.state(ids[3]) == .queued)
    try world.store.published(unpublished)
    #expect(try pruneAll() == 1)
    #expect(try world.store.send(ids[1]) == nil)
  }

  @Test("what may still move is kept, however old it is", arguments: Backend.allCases)
  func keptStates(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let ids = try world.queue(3)
    let claim = try world.claim(limit: 2)
    _ = try world.store.record([
      .of(
        claim.sends[0],
        .inDoubt(Failure(code: "network", sentence: "No."), nextLook: .distantFuture))
    ])
    try world.store.published(try world.store.unpublished(limit: 100))
    world.clock.advance(.seconds(40 * 86400))
    while try world.store.prune(before: world.clock.now).hasMore {}
    #expect(try ids.map { try world.state($0) } == [.inDoubt, .sending, .queued])
  }

  @Test(
    "until a restored store has all of it in doubt nothing is claimed", arguments: Backend.allCases)
  func claimedMeanwhile(backend: Backend) async throws {
    try await onOwnThread {
      let world = try StoreUnderTest(backend)
      let ids = try world.queue(4000)
      try world.store.noteLostCommits()
      let other = try world.another()
      defer { other.close() }
      let (claimed, isDone) = (Monitor(0), Gate())
      let claimer = WorkerThread("claimer") {
        while !isDone.wait(for: .zero) {
          do {
            for lease in try other.tendLeases(WorkerID("eager")).held {
              let result = try other.claim(
                Sender.main.id, lease, worker: WorkerID("eager"), limit: 100)
              if case .claimed(let claim) = result { claimed.change { $0 += claim.sends.count } }
            }
          } catch { Issue.record("\(error)") }
        }
      }
      _ = try world.store.restored()
      isDone.open()
      claimer.join()
      #expect(claimed.peek { $0 } == 0)
      #expect(try ids.allSatisfy { try world.state($0) == .inDoubt })
    }
  }

  @Test(
    "after a restore nothing goes by itself that may have gone already",
    arguments: Backend.allCases)
  func restored(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let ids = try world.queue(3)
    let claim = try world.claim(limit: 2)
    _ = try world.store.record([.accepted(claim.sends[0], "SM0")])
    #expect(try world.store.generation() == 0)
    #expect(try world.store.restored() == 1)
    #expect(try world.store.generation() == 1)
    let states = try ids.map { try world.state($0) }
    #expect(states == [.accepted, .inDoubt, .inDoubt])
    #expect(try world.claim().sends.isEmpty)
    #expect(try world.store.laneStatus().first?.inDoubt == 2)
    #expect(try world.store.laneStatus().first?.waiting == 0)
  }

  @Test(
    "what is written outlives the process, and a lane that the settings drop keeps its sends",
    arguments: Backend.allCases)
  func reopening(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let id = try world.queue()[0]
    var renamed = Sender.main
    renamed.id = SenderID("other")
    let again = try world.another(senders: [renamed])
    defer { again.close() }
    #expect(try again.send(id)?.progress.state == .queued)
    #expect(try again.laneStatus().map(\.sender.text) == ["main", "other"])
  }

  @Test("a closed store says so", arguments: Backend.allCases)
  func closed(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    world.store.close()
    #expect(throws: StoreError.unavailable("it is closed")) { try world.store.now() }
    #expect(throws: StoreError.unavailable("it is closed")) { try world.queue() }
  }

  @Test(
    "many processes that open an empty store at once make its schema once",
    arguments: Backend.allCases)
  func migratingAtOnce(backend: Backend) async throws {
    let folder = try TemporaryFolder()
    let location = try TestStore(backend, in: folder).location()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<8 {
        group.addTask {
          try await onOwnThread {
            let store = try SendStore(location)
            try store.define([.main])
            store.close()
          }
        }
      }
      try await group.waitForAll()
    }
    let store = try SendStore(location)
    #expect(try store.laneStatus().map(\.sender) == [Sender.main.id])
    store.close()
  }

  @Test("the store's time goes on where it stood, whatever happens to the calendar")
  func clock() throws {
    let folder = try TemporaryFolder()
    func open(running: Int64, calendar: Int64, boot: String) throws -> SendStore {
      let clock = StoreClock(running: { running }, calendar: { calendar }, boot: boot)
      return try SendStore(.sqlite(path: folder.file("store.db"), clock: clock))
    }
    let first = try open(running: 1_000, calendar: 5_000_000, boot: "a")
    #expect(try first.now() == Timestamp(microseconds: 5_000_000))
    _ = try first.tendLeases(WorkerID("w"))
    // The calendar is turned back, or forward: nothing changes within one run of the machine.
    #expect(
      try open(running: 2_000, calendar: 1, boot: "a").now() == Timestamp(microseconds: 5_001_000))
    #expect(
      try open(running: 3_000, calendar: 9_000_000, boot: "a").now()
        == Timestamp(microseconds: 5_002_000))
    // After a restart with a calendar that was turned back it goes on from where it was last seen.
    #expect(
      try open(running: 10, calendar: 1, boot: "b").now() == Timestamp(microseconds: 5_000_000))
    #expect(
      try open(running: 10, calendar: 9_000_000, boot: "c").now()
        == Timestamp(microseconds: 9_000_000))
  }
}

@Suite struct FlowPruneTests {
  @Test(
    "flows of a campaign go with its last send, and who remembers one makes it anew",
    arguments: Backend.allCases)
  func flows(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    try world.queue(1) { $1.campaign = "spring" }
    let send = try #require(try world.claim().sends.first)
    _ = try world.store.record([.of(send, .failed(Failure(code: "1", sentence: "No.")))])
    let other = try world.another()
    func prune() throws {
      try other.published(try other.unpublished(limit: 100))
      world.clock.advance(.seconds(100))
      while try other.prune(before: world.clock.now).hasMore {}
    }
    try prune()
    #expect(try world.store.send(send.id) == nil)
    // The first try finds that what is remembered is gone, the next one makes it.
    let late = SendID.random(at: world.clock.now)
    func take() throws -> IntakeResult {
      try world.store.take(
        IntakeBatch(
          log: "log-1", partition: 0, from: 1, next: 2,
          sends: [
            NewSend(
              id: late, sender: Sender.main.id, recipient: "+393331", content: [],
              campaign: "spring", due: world.clock.now, expires: world.clock.now + .seconds(60))
          ]))
    }
    #expect(throws: StoreError.busy("a flow was forgotten meanwhile")) { try take() }
    #expect(try take() == .taken(folded: []))
    #expect(try world.claim().sends.map(\.id) == [late])
    try prune()
    #expect(try world.state(late) == .sending, "what is not at its end keeps its flow")
  }
}
