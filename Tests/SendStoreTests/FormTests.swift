import Domain
import TestSupport
import Testing
import Time

@testable import SendStore
@testable import Store

@Suite struct FormTests {
  static let entries = [
    HistoryEntry(
      version: 1, state: .queued, attempt: 1, at: Timestamp(microseconds: 1_700_000_000_000_001),
      providerAt: nil, code: nil, detail: nil),
    HistoryEntry(
      version: 70_000, state: .sending, attempt: 62, at: Timestamp(microseconds: -1),
      providerAt: CalendarTime(seconds: 5), code: "", detail: HistoryDetail(json: [])),
    HistoryEntry(
      version: 70_001, state: .read, attempt: 62, at: .distantFuture,
      providerAt: CalendarTime(microseconds: .min),
      code: "63016 ü", detail: HistoryDetail(json: Array(#"{"reason":"No."}"#.utf8))),
  ]

  static func pack(_ entries: [HistoryEntry]) -> [UInt8] {
    var bytes: [UInt8] = []
    for entry in entries {
      Change(
        key: SendKey(1), version: entry.version, state: entry.state, attempt: entry.attempt,
        at: entry.at,
        providerAt: entry.providerAt, code: entry.code, detail: entry.detail
      ).pack(into: &bytes)
    }
    return bytes
  }

  @Test("a history is read as it was packed")
  func packed() throws {
    #expect(try PackedHistory.entries(Self.pack(Self.entries)) == Self.entries)
    #expect(try PackedHistory.entries([]) == [])
  }

  @Test("a history that ends too early is told, wherever it ends")
  func cut() throws {
    let whole = Self.pack(Self.entries)
    let ends = Set(Self.entries.indices.map { Self.pack(Array(Self.entries.prefix($0))).count })
    for length in 0..<whole.count where !ends.contains(length) {
      #expect(throws: StoreError.self) { try PackedHistory.entries(Array(whole.prefix(length))) }
    }
    var wrong = whole
    wrong[4] = 99
    #expect(throws: StoreError.broken("a state 99")) { try PackedHistory.entries(wrong) }
  }

  @Test("a store that no worker of an earlier version uses has no row for a change that is no end")
  func new() throws {
    for backend in Backend.allCases {
      let world = try StoreUnderTest(backend)
      try world.queue(3)
      _ = try world.accepted()
      _ = try world.store.apply([.unnamed("SM1", .wentOut(.read))])
      #expect(try world.count("history") == 0)
      #expect(try world.count("outbox WHERE changes IS NULL") == 0)
    }
  }

  @Test(
    "while a worker of an earlier version is alive everybody writes as it does",
    arguments: Backend.allCases)
  func old(backend: Backend) throws {
    let world = try StoreUnderTest(backend, besideOld: true)
    let send = try world.accepted()
    _ = try world.store.apply([.about(send.id, .wentOut(.sent)), .about(send.id, .wentOut(.read))])
    #expect(try world.count("history") == 5)
    #expect(try world.count("outbox WHERE changes IS NULL") == 5)
    #expect(try world.store.unpublishedCount() == 5)
    #expect(
      try world.store.unpublished(limit: 9).entries.map(\.change.state)
        == [.queued, .sending, .accepted, .sent, .read])
  }

  @Test(
    "once the workers of an earlier version are gone a history goes on in the new form, in order",
    arguments: Backend.allCases)
  func change(backend: Backend) throws {
    let world = try StoreUnderTest(backend, besideOld: true)
    let other = try world.another()
    defer { other.close() }
    let send = try world.accepted()
    try world.endOld()
    _ = try world.lease()
    _ = try world.store.apply([.about(send.id, .wentOut(.sent))])
    // This one has not heard yet that the old ones are gone.
    _ = try other.apply([.about(send.id, .wentOut(.delivered))])
    _ = try world.store.apply([.about(send.id, .wentOut(.read))])
    #expect(try world.count("history") == 4)
    #expect(try world.count("outbox WHERE changes IS NULL") == 4)
    let states: [SendState] = [.queued, .sending, .accepted, .sent, .delivered, .read]
    let history = try #require(try world.store.send(send.id)?.history)
    #expect(history.map(\.state) == states)
    #expect(history.map(\.version) == Array(1...6))
    #expect(try world.store.unpublishedCount() == 6)
    let unpublished = try other.unpublished(limit: 100)
    #expect(unpublished.entries.map(\.change) == history)
    #expect(unpublished.rows.count == 6)
    try other.published(unpublished)
    #expect(try world.store.unpublishedCount() == 0)
  }

  @Test(
    "a doubt knows when its attempt was claimed, whichever way that was written",
    arguments: Backend.allCases, [false, true])
  func claimedAt(backend: Backend, besideOld: Bool) throws {
    let world = try StoreUnderTest(backend, besideOld: besideOld)
    try world.queue()
    world.clock.advance(.seconds(7))
    let claim = try world.claim()
    world.clock.advance(.seconds(1))
    let failure = Failure(code: "network", sentence: "No.")
    _ = try world.store.record([
      .of(claim.sends[0], .inDoubt(failure, nextLook: world.clock.now))
    ])
    let doubts = try world.store.doubtsDue(of: Sender.main.id, limit: 9)
    #expect(doubts.map(\.claimedAt) == [claim.now])
    #expect(try world.store.doubts(after: nil, limit: 9).map(\.claimedAt) == [claim.now])
  }

  @Test(
    "a send whose change is in a row with many others is kept until that is published",
    arguments: Backend.allCases)
  func keptByRow(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    try world.queue(3)
    let claim = try world.claim()
    _ = try world.store.record(
      claim.sends.enumerated().map { .accepted($0.element, "SM\($0.offset)") })
    try world.store.published(try world.store.unpublished(limit: 100))
    _ = try world.store.apply([
      .unnamed("SM0", .wentOut(.read)), .unnamed("SM2", .wentOut(.read)),
    ])
    world.clock.advance(.seconds(40 * 86400))
    while try world.store.prune(before: world.clock.now, limit: 1).hasMore {}
    #expect(try claim.sends.map { try world.state($0.id) } == [.read, nil, .read])
  }
}
