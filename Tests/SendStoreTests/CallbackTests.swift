internal import TestSupport

import Domain
import Platform
import Postgres
import SendStore
import Store
import TestSupport
import Testing
import Time

@Suite struct CallbackTests {
  @Test("a callback finds its send by our id, and by the provider's", arguments: Backend.allCases)
  func matching(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let send = try world.accepted("SM1")
    #expect(try world.store.apply([.about(send.id, .wentOut(.sent))]) == [.moved(send.id, .sent)])
    #expect(
      try world.store.apply([.unnamed("SM1", .wentOut(.delivered))]) == [
        .moved(send.id, .delivered)
      ])
    #expect(try world.store.apply([.unnamed("SM1", .wentOut(.sent))]) == [.unchanged(send.id)])
    #expect(try world.state(send.id) == .delivered)
  }

  @Test("an id of weeks ago is still found", arguments: Backend.allCases)
  func oldID(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let send = try world.accepted("SMold")
    world.clock.advance(.seconds(20 * 86400))
    #expect(try world.store.apply([.unnamed("SMold", .wentOut(.read))]) == [.moved(send.id, .read)])
  }

  @Test(
    "what another account signed changes nothing, whatever it names", arguments: Backend.allCases)
  func forgery(backend: Backend) throws {
    var other = Sender.main
    (other.id, other.account) = (SenderID("other"), AccountID("AC2"))
    let world = try StoreUnderTest(backend, senders: [.main, other])
    let send = try world.accepted("SM1")
    var otherNumber = CallbackReport.unnamed("SM1", .wentOut(.read))
    otherNumber.address = "whatsapp:+1555"
    var otherProvider = CallbackReport.about(send.id, .wentOut(.read))
    otherProvider.provider = .meta
    // One account may serve several tenants, each with webhooks of its own.
    var otherTenant = CallbackReport.about(send.id, .wentOut(.read))
    otherTenant.tenant = Tenant(app: "crm", company: "other")
    let forged: [CallbackReport] = [
      .about(send.id, account: "AC2", .wentOut(.read)),
      .unnamed("SM1", account: "AC2", .wentOut(.read)),
      otherNumber, otherProvider, otherTenant,
    ]
    // One alone takes a shorter way than several about one send.
    for batch in forged.map({ [$0] }) + [forged] {
      #expect(try world.store.apply(batch).allSatisfy { $0 == .parked })
    }
    #expect(try world.state(send.id) == .accepted)
    #expect(try world.store.parkedCount() == 10)
    #expect(try world.store.joinParked(after: .from(.distantPast), limit: 1000).joined == 0)
  }

  /// What a provider may say of one message, however often and in whatever order.
  static let chains: [[CallbackReport.Status]] = [
    [.wentOut(.sent), .wentOut(.delivered), .wentOut(.read)],
    [.wentOut(.read), .wentOut(.sent), .wentOut(.delivered)],
    [.wentOut(.sent), .wentOut(.sent), .wentOut(.delivered), .wentOut(.delivered)],
    [.wentOut(.sent), .failed(.undelivered, againAfter: nil), .wentOut(.delivered)],
    [.failed(.undelivered, againAfter: nil), .wentOut(.sent), .wentOut(.read)],
    [.wentOut(.accepted), .wentOut(.sent), .wentOut(.accepted), .wentOut(.read)],
    [.wentOut(.delivered), .failed(.failed, againAfter: .zero), .wentOut(.read)],
  ]

  @Test(
    "several callbacks of one send in a batch do what they do one after the other",
    arguments: Backend.allCases, [false, true])
  func chains(backend: Backend, besideOld: Bool) throws {
    let world = try StoreUnderTest(backend, besideOld: besideOld)
    try world.queue(2 * Self.chains.count)
    let sends = try world.claim().sends
    _ = try world.store.record(
      sends.enumerated().map { .accepted($0.element, "SM\($0.offset)") })
    let (alone, together) = (sends.prefix(Self.chains.count), sends.suffix(Self.chains.count))
    let single = try zip(alone, Self.chains).map { send, chain in
      try chain.flatMap { try world.store.apply([.about(send.id, $0)]) }
    }
    // Those of different sends alternate.
    let longest = Self.chains.map(\.count).max() ?? 0
    let batch = (0..<longest).flatMap { step in
      zip(together, Self.chains).enumerated().compactMap { number, pair in
        step < pair.1.count ? (number, CallbackReport.about(pair.0.id, pair.1[step])) : nil
      }
    }
    var results: [[CallbackResult]] = Self.chains.map { _ in [] }
    for (place, result) in zip(batch, try world.store.apply(batch.map(\.1))) {
      results[place.0].append(result)
    }
    func outline(_ results: [CallbackResult]) -> [SendState?] {
      results.map { if case .moved(_, let state) = $0 { state } else { nil } }
    }
    for (number, chain) in Self.chains.enumerated() {
      let (first, second) = (alone[number], together[together.startIndex + number])
      let (one, other) = (try world.store.send(first.id), try world.store.send(second.id))
      #expect(one?.progress == other?.progress, "\(chain)")
      #expect(one?.history.map(\.state) == other?.history.map(\.state), "\(chain)")
      #expect(other?.history.map(\.version) == other?.history.indices.map { $0 + 1 }, "\(chain)")
      #expect(outline(single[number]) == outline(results[number]), "\(chain)")
    }
    let told = try world.store.unpublished(limit: 1000).entries
    for send in sends {
      #expect(
        told.filter { $0.id == send.id }.map(\.change) == (try world.store.send(send.id)?.history))
    }
  }

  @Test(
    "of two callbacks in one batch the one further along wins, in either order",
    arguments: Backend.allCases)
  func batchOrder(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    try world.queue(2)
    let claim = try world.claim()
    _ = try world.store.record([.accepted(claim.sends[0], "SMa"), .accepted(claim.sends[1], "SMb")])
    let (a, b) = (claim.sends[0].id, claim.sends[1].id)
    let results = try world.store.apply([
      .about(a, providerID: "SMa", .wentOut(.delivered)),
      .about(b, providerID: "SMb", .wentOut(.sent)),
      .about(a, providerID: "SMa", .wentOut(.sent)),
      .about(b, providerID: "SMb", .wentOut(.delivered)),
    ])
    #expect(
      results == [.moved(a, .delivered), .moved(b, .sent), .unchanged(a), .moved(b, .delivered)])
    #expect(
      try world.store.send(b)?.history.map(\.state) == [
        .queued, .sending, .accepted, .sent, .delivered,
      ])
  }

  @Test(
    "a callback before the answer settles the send, and the answer does not turn it back",
    arguments: Backend.allCases)
  func early(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    try world.queue()
    let send = try #require(try world.claim().sends.first)
    #expect(
      try world.store.apply([.about(send.id, .wentOut(.delivered))]) == [
        .moved(send.id, .delivered)
      ])
    let late = try world.store.record([.accepted(send, "SM1")])
    #expect(late.map(\.state) == [.delivered])
    #expect(late.map(\.moved) == [false])
    // Its provider id is known even if the answer had never come.
    #expect(try world.store.apply([.unnamed("SM1", .wentOut(.read))]) == [.moved(send.id, .read)])
  }

  @Test(
    "a callback that carries only the provider's id waits for the answer",
    arguments: Backend.allCases)
  func parking(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    try world.queue()
    let send = try #require(try world.claim().sends.first)
    #expect(
      try world.store.apply([
        .unnamed("SM9", .wentOut(.sent)), .unnamed("SM9", .wentOut(.delivered)),
      ]) == [.parked, .parked])
    #expect(try world.store.parkedCount() == 2)
    _ = try world.store.record([.accepted(send, "SM9")])
    #expect(try world.state(send.id) == .delivered)
    #expect(try world.store.parkedCount() == 0)
  }

  @Test(
    "a callback for a send that intake has not read yet is joined by the sweep",
    arguments: Backend.allCases)
  func sweep(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let id = SendID.random(at: world.clock.now)
    let parkedAt = world.clock.now
    #expect(try world.store.apply([.about(id, .wentOut(.sent))]) == [.parked])
    try world.queue(1) { _, send in send.id = id }
    #expect(try world.store.joinParked(after: .from(parkedAt), limit: 1000).joined == 1)
    #expect(try world.state(id) == .sent)
    #expect(try world.claim().sends.isEmpty)
  }

  @Test(
    "what stays unmatched can be shown and forgotten, oldest first", arguments: Backend.allCases)
  func unmatched(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    var callback = CallbackReport.unnamed("SMx", .failed(.undelivered, againAfter: .seconds(5)))
    callback.providerAt = world.clock.now.calendar
    callback.code = "30003"
    callback.detail = HistoryDetail(json: Array(#"{"reason":"off"}"#.utf8))
    callback.address = "+1"
    _ = try world.store.apply([callback])
    world.clock.advance(.seconds(60))
    _ = try world.store.apply([.unnamed("SMy", .wentOut(.sent))])
    #expect(try world.store.parked(before: world.clock.now - .seconds(61), limit: 9).isEmpty)
    let old = try world.store.parked(before: world.clock.now, limit: 9)
    #expect(old.map(\.callback) == [callback])
    try world.store.forgetParked(old.map(\.number))
    #expect(try world.store.parkedCount() == 1)
  }

  @Test(
    "a failure that may pass makes the send due again as its next attempt",
    arguments: Backend.allCases)
  func failing(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let send = try world.accepted("SM1")
    let failed = CallbackReport.about(send.id, .failed(.undelivered, againAfter: .seconds(60)))
    #expect(try world.store.apply([failed]) == [.moved(send.id, .queued)])
    #expect(try world.store.apply([failed]) == [.unchanged(send.id)])
    #expect(try world.claim().sends.isEmpty)
    world.clock.advance(.seconds(60))
    let again = try #require(try world.claim().sends.first)
    #expect(again.attempt == 2)
    #expect(try world.store.apply([failed]) == [.unchanged(send.id)])
    _ = try world.store.record([.accepted(again, "SM2")])
    let final = CallbackReport.about(
      send.id, attempt: 2, providerID: "SM2", .failed(.failed, againAfter: nil))
    #expect(try world.store.apply([final]) == [.moved(send.id, .failed)])
    #expect(
      try world.store.apply([.unnamed("SM1", .wentOut(.delivered))]) == [
        .moved(send.id, .delivered)
      ])
  }

  @Test(
    "proof that a doubted attempt went out takes its repeat back from the queue",
    arguments: Backend.allCases)
  func canceledRepeat(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    try world.queue()
    let send = try #require(try world.claim().sends.first)
    let cut = Failure(code: "cut", sentence: "cut")
    _ = try world.store.record([.of(send, .inDoubt(cut, nextLook: world.clock.now))])
    _ = try world.store.record([.of(send, .notSent(due: world.clock.now, because: "not listed"))])
    #expect(try world.store.laneStatus().first?.waiting == 1)
    #expect(try world.store.apply([.about(send.id, .wentOut(.sent))]) == [.moved(send.id, .sent)])
    #expect(try world.store.laneStatus().first?.waiting == 0)
    #expect(try world.claim().sends.isEmpty)
  }

  @Test(
    "many workers apply callbacks of the same sends at once, and none is lost",
    arguments: Backend.allCases)
  func concurrency(backend: Backend) async throws {
    let world = try StoreUnderTest(backend)
    try world.queue(60)
    let sends = try world.claim().sends
    _ = try world.store.record(sends.map { .accepted($0, "SM\($0.key.value)") })
    let store = world.store
    let other = try world.another()
    defer { other.close() }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (index, reached) in SendNews.Reached.allCases.enumerated() {
        group.addTask {
          let order = index % 2 == 0 ? sends : sends.reversed()
          for start in stride(from: 0, to: order.count, by: 20) {
            let batch = order[start..<start + 20].map {
              CallbackReport.about($0.id, .wentOut(reached))
            }
            _ = try (index % 2 == 0 ? store : other).apply(batch)
          }
        }
      }
      try await group.waitForAll()
    }
    for send in sends {
      let stored = try #require(try world.store.send(send.id))
      #expect(stored.progress.state == .read)
      #expect(stored.history.map(\.version) == Array(1...stored.history.count))
      #expect(stored.history.map(\.state.rank) == stored.history.map(\.state.rank).sorted())
    }
  }
}

@Suite struct ClaimAgainstCallbackTests {
  @Test(
    "proof that arrives while the repeat is being claimed is never overwritten",
    arguments: Backend.allCases)
  func race(backend: Backend) async throws {
    let world = try StoreUnderTest(backend)
    try world.queue(300)
    let sends = try world.claim(limit: 300).sends
    let (cut, now) = (Failure(code: "cut", sentence: "cut"), world.clock.now)
    _ = try world.store.record(sends.map { .of($0, .inDoubt(cut, nextLook: now)) })
    _ = try world.store.record(sends.map { .of($0, .notSent(due: now, because: "not listed")) })
    let (store, worker, lease) = (world.store, world.worker, try world.lease())
    let other = try world.another()
    defer { other.close() }
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        try await onOwnThread {
          for _ in 0..<60 {
            _ = try store.claim(Sender.main.id, lease, worker: worker, limit: 5)
          }
        }
      }
      group.addTask {
        try await onOwnThread {
          for start in stride(from: 0, to: 300, by: 10) {
            let batch = sends[start..<start + 10].map {
              CallbackReport.about($0.id, .wentOut(.sent))
            }
            _ = try other.apply(batch)
          }
        }
      }
      try await group.waitForAll()
    }
    let states = try sends.map { try world.state($0.id) }
    #expect(states.filter { $0 != .sent }.isEmpty)
    #expect(try world.store.laneStatus().first?.waiting == 0)
  }
}

@Suite struct ParkingAgainstRecordTests {
  /// The callback's transaction has looked for the send and not found it, and waits for another's row; the
  /// answer is recorded meanwhile, by somebody who finds nothing parked.
  @Test("an answer that is recorded between a callback's look and its parking is found after it")
  func race() throws {
    let world = try StoreUnderTest(.scaledOut)
    guard case .postgres(let url, _) = world.location else { return }
    let known = try world.accepted("SMknown")
    try world.queue()
    let late = try #require(try world.claim().sends.first)
    let holder = try Connection(url)
    try holder.execute("BEGIN")
    try holder.execute("SELECT 1 FROM sends WHERE key = \(known.key.value) FOR UPDATE")
    let (store, other) = (world.store, try world.another())
    defer { other.close() }
    let results = Locked<[CallbackResult]>([])
    let applying = WorkerThread("apply") {
      let told: [CallbackReport] = [
        .unnamed("SMlate", .wentOut(.delivered)), .unnamed("SMknown", .wentOut(.sent)),
      ]
      do { try results.withLock { $0 = try store.apply(told) } } catch { Issue.record(error) }
    }
    try Self.waitForALock(url)
    _ = try other.record([.accepted(late, "SMlate")])
    #expect(try world.state(late.id) == .accepted)
    try holder.execute("COMMIT")
    #expect(applying.join(within: .seconds(20)))
    #expect(results.withLock { $0 } == [.parked, .moved(known.id, .sent)])
    #expect(try world.state(late.id) == .delivered)
    #expect(try world.state(known.id) == .sent)
    #expect(try world.store.parkedCount() == 0)
  }

  private static func waitForALock(_ url: String) throws {
    let observer = try Connection(url)
    let waiting = """
      SELECT count(*) FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock'
      """
    let patience = ContinuousClock.now + .seconds(60)
    while ContinuousClock.now < patience {
      if try observer.rows(waiting).integer(0, 0) > 0 { return }
    }
    Issue.record("nobody waits")
  }
}

@Suite struct StoreAgainstRulesTests {
  @Test(
    "the store moves a send exactly as the rules say, whatever is told",
    arguments: Backend.allCases)
  func agrees(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    var random = SystemRandomNumberGenerator()
    try world.queue(150)
    let sends = try world.claim(limit: 150).sends
    var expected = Dictionary(
      uniqueKeysWithValues: sends.map { send in
        var progress = SendProgress.new
        _ = progress.apply(.claimed)
        return (send.id, progress)
      })
    _ = try world.store.record(sends.map { .accepted($0, "SM\($0.key.value)") })
    for send in sends { _ = expected[send.id]?.apply(.wentOut(attempt: 1, .accepted)) }
    for _ in 0..<12 {
      let callbacks = sends.shuffled(using: &random).prefix(100).flatMap { send in
        Self.anyStatuses(&random).map {
          CallbackReport.about(send.id, attempt: $0.attempt, $0.status)
        }
      }
      let results = try world.store.apply(callbacks)
      for (callback, result) in zip(callbacks, results) {
        guard let attempt = callback.attempt else { continue }
        let moved = expected[attempt.send]?.apply(callback.news(attempt.number)) ?? false
        let state = try #require(expected[attempt.send]?.state)
        #expect(result == (moved ? .moved(attempt.send, state) : .unchanged(attempt.send)))
      }
    }
    for send in sends {
      let stored = try #require(try world.store.send(send.id))
      #expect(stored.progress == expected[send.id])
      #expect(stored.history.map(\.version) == Array(1...stored.progress.version))
    }
  }

  private static func anyStatuses(
    _ random: inout SystemRandomNumberGenerator
  ) -> [(attempt: Int, status: CallbackReport.Status)] {
    (0..<Int.random(in: 1...2, using: &random)).map { _ in
      let attempt = Int.random(in: 1...5, using: &random) == 1 ? 2 : 1
      switch Int.random(in: 0..<6, using: &random) {
      case 0: return (attempt, .failed(.undelivered, againAfter: nil))
      case 1: return (attempt, .failed(.failed, againAfter: .seconds(9)))
      case 2: return (attempt, .wentOut(.read))
      case 3: return (attempt, .wentOut(.delivered))
      default: return (attempt, .wentOut(.sent))
      }
    }
  }
}

extension CallbackReport {
  fileprivate func news(_ attempt: Int) -> SendNews {
    switch status {
    case .wentOut(let reached): .wentOut(attempt: attempt, reached)
    case .failed(let state, nil): .failed(attempt: attempt, .final(state))
    case .failed(let state, _): .failed(attempt: attempt, .again(attempts: 10, otherwise: state))
    }
  }
}
