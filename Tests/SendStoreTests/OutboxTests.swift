import Domain
import SendStore
import TestSupport
import Testing
import Time

@Suite struct OutboxTests {
  /// Brings the one send of a world to that state by the shortest way.
  static func bring(_ world: StoreUnderTest, _ id: SendID, to state: SendState) throws {
    let failure = Failure(code: "1", sentence: "No.")
    if state == .queued { return }
    if state == .canceled { return _ = try world.store.cancel(id) }
    if state == .expired { world.clock.advance(.seconds(2 * 86400)) }
    let claimed = try world.claim().sends
    if state == .expired || state == .sending { return }
    let send = try #require(claimed.first)
    switch state {
    case .inDoubt:
      _ = try world.store.record([.of(send, .inDoubt(failure, nextLook: .distantFuture))])
    case .failed: _ = try world.store.record([.of(send, .failed(failure))])
    default:
      _ = try world.store.record([.accepted(send, "SM1")])
      let statuses: [SendState: CallbackReport.Status] = [
        .sent: .wentOut(.sent), .delivered: .wentOut(.delivered), .read: .wentOut(.read),
        .undelivered: .failed(.undelivered, againAfter: nil),
      ]
      if let status = statuses[state] { _ = try world.store.apply([.about(id, status)]) }
    }
  }

  @Test(
    "every change of a send's history is told, whatever it came to",
    arguments: Backend.allCases, SendState.allCases)
  func told(backend: Backend, state: SendState) throws {
    try told(StoreUnderTest(backend), state)
    try told(StoreUnderTest(backend, besideOld: true), state)
  }

  private func told(_ world: StoreUnderTest, _ state: SendState) throws {
    let id = try world.queue()[0]
    try Self.bring(world, id, to: state)
    let send = try #require(try world.store.send(id))
    #expect(send.progress.state == state)
    let told = try world.store.unpublished(limit: 100).entries
    #expect(told.map(\.change.state) == send.history.map(\.state))
    #expect(told.map(\.change.version) == send.history.map(\.version))
  }

  @Test(
    "what is asked to be reported comes with every change, and goes with the send",
    arguments: Backend.allCases)
  func reported(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let report = Array(#"{"format":"kannel"}"#.utf8)
    let ids = try world.queue(2) { place, send in send.report = place == 0 ? report : nil }
    _ = try world.store.record(try world.claim().sends.map { .accepted($0, "SM-\($0.id)") })
    let told = try world.store.unpublished(limit: 100)
    #expect(told.entries.count == 6)
    #expect(told.entries.allSatisfy { $0.report == ($0.id == ids[0] ? report : nil) })
    try world.store.published(told)
    world.clock.advance(.seconds(40 * 86400))
    #expect(try world.count("reports") == 1)
    while try world.store.prune(before: world.clock.now).hasMore {}
    #expect(try world.count("reports") == 0)
  }

  @Test(
    "a callback that comes before the record binds its provider id",
    arguments: Backend.allCases)
  func earlyCallback(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let id = try world.queue()[0]
    _ = try #require(try world.claim().sends.first)
    _ = try world.store.apply([.about(id, providerID: "SM7", .wentOut(.sent))])
    #expect(try world.state(id) == .sent)
    #expect(try world.store.known([ProviderID("SM7")]) == [ProviderID("SM7")])
    // The next of the same message carries nothing of ours.
    _ = try world.store.apply([.unnamed("SM7", .wentOut(.delivered))])
    #expect(try world.state(id) == .delivered)
  }

  @Test(
    "another attempt to the same person is a rival while it is in doubt or not recorded",
    arguments: Backend.allCases)
  func rivals(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    try world.queue(4) { index, send in
      send.recipient = index == 3 ? "+393330000000" : "+393331234567"
      send.content = SendContent(json: Array("\(index)".utf8))
    }
    let claim = try world.claim()
    func doubt(_ index: Int) throws {
      let failure = Failure(code: "network", sentence: "No.")
      let send = try #require(claim.sends.first { $0.content.json == Array("\(index)".utf8) })
      _ = try world.store.record([.of(send, .inDoubt(failure, nextLook: world.clock.now))])
    }
    try doubt(0)
    try doubt(1)
    let doubts = try world.store.doubtsDue(of: Sender.main.id, limit: 9)
    let first = try #require(doubts.first { $0.content.json == Array("0".utf8) })
    let rivals = try world.store.rivals(of: first, on: Sender.main.id)
    #expect(Set(rivals.map(\.json)) == [Array("1".utf8), Array("2".utf8)])
  }

  @Test("an older mark that comes in a later call changes nothing", arguments: Backend.allCases)
  func olderMark(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    func mark(_ seconds: Int64) throws {
      try world.store.applyMarks([
        Mark(partition: 0, instance: "a", at: Timestamp(seconds: seconds), isLast: false)
      ])
    }
    for seconds: Int64 in [9, 5] { try mark(seconds) }
    #expect(try world.store.markedUntil() == Timestamp(seconds: 9))
  }

  @Test(
    "a writer that is gone holds up nothing once others have gone on by far in the same partition",
    arguments: Backend.allCases)
  func silentWriter(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    func mark(_ partition: Int, _ instance: String, _ minutes: Int64) throws {
      let at = Timestamp(seconds: minutes * 60)
      try world.store.applyMarks([
        Mark(partition: partition, instance: instance, at: at, isLast: false)
      ])
    }
    func until() throws -> Int64? {
      try world.store.markedUntil().map { $0.microseconds / 60_000_000 }
    }
    for partition in 0...1 { try mark(partition, "killed", 10) }
    for partition in 0...1 { try mark(partition, "alive", 24) }
    #expect(try until() == 10)
    // A partition that stands still holds up, whoever wrote last in it.
    try mark(0, "alive", 26)
    #expect(try until() == 10)
    try mark(1, "alive", 25)
    #expect(try until() == 25)
    // It is back with its spool.
    for partition in 0...1 { try mark(partition, "killed", 20) }
    #expect(try until() == 20)
  }
}
