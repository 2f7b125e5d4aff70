import Domain
import Testing

@Suite struct SendProgressTests {
  static func progress(_ news: [SendNews]) -> SendProgress {
    var progress = SendProgress.new
    for piece in news { _ = progress.apply(piece) }
    return progress
  }

  static let again = FailureEnd.again(attempts: 10, otherwise: .failed)
  static let posted: [SendNews] = [.claimed, .wentOut(attempt: 1, .accepted)]
  /// Attempt 1 in doubt, then repeated.
  static let repeated: [SendNews] = [.claimed, .inDoubt(attempt: 1), .notSent(attempt: 1)]

  @Test(
    "each way of a send ends where it should",
    arguments: [
      ([], .queued, 1),
      ([.claimed], .sending, 1),
      ([.claimed, .refusedAtGate(attempt: 1)], .queued, 1),
      ([.claimed, .refusedAtGate(attempt: 1), .claimed], .sending, 1),
      (posted, .accepted, 1),
      (posted + [.wentOut(attempt: 1, .read)], .read, 1),
      (posted + [.failed(attempt: 1, .final(.undelivered))], .undelivered, 1),
      (posted + [.failed(attempt: 1, again)], .queued, 2),
      ([.claimed, .failed(attempt: 1, .again(attempts: 1, otherwise: .failed))], .failed, 1),
      ([.claimed, .inDoubt(attempt: 1)], .inDoubt, 1),
      ([.claimed, .inDoubt(attempt: 1), .wentOut(attempt: 1, .accepted)], .accepted, 1),
      ([.claimed, .inDoubt(attempt: 1), .givenUp(attempt: 1)], .failed, 1),
      (repeated, .queued, 2),
      // Its worker was thought gone, but knows that nothing went out.
      ([.claimed, .inDoubt(attempt: 1), .refusedAtGate(attempt: 1)], .queued, 1),
      ([.expired], .expired, 1),
      ([.canceled], .canceled, 1),
      ([.claimed, .canceled], .sending, 1),
      (posted + [.expired], .accepted, 1),
      ([.restored], .inDoubt, 1),
      (posted + [.restored], .accepted, 1),
    ] as [([SendNews], SendState, Int)])
  func ways(news: [SendNews], state: SendState, attempt: Int) {
    let progress = Self.progress(news)
    #expect(progress.state == state)
    #expect(progress.attempt == attempt)
  }

  @Test(
    "news of an earlier attempt counts only as far as it should",
    arguments: [
      // A repeated `failed` of attempt 1 does not touch attempt 2.
      (posted + [.failed(attempt: 1, again), .failed(attempt: 1, .final(.failed))], .queued, 2),
      (posted + [.failed(attempt: 1, again), .claimed, .failed(attempt: 1, again)], .sending, 2),
      // `sent` of an attempt that was reported failed is old news, `delivered` is not.
      (posted + [.failed(attempt: 1, again), .wentOut(attempt: 1, .sent)], .queued, 2),
      (posted + [.failed(attempt: 1, again), .wentOut(attempt: 1, .delivered)], .delivered, 1),
      // Any proof that a doubted attempt went out cancels its repeat.
      (repeated + [.wentOut(attempt: 1, .sent)], .sent, 1),
      (repeated + [.wentOut(attempt: 1, .accepted)], .accepted, 1),
      (repeated + [.claimed, .wentOut(attempt: 1, .sent)], .sent, 1),
      // The repeat was claimed and stopped at the gate: it does not come back.
      (repeated + [.claimed, .wentOut(attempt: 1, .sent), .refusedAtGate(attempt: 2)], .sent, 1),
      // The repeat had gone out as well: whichever gets further moves the send.
      (
        repeated + [.claimed, .wentOut(attempt: 1, .sent), .wentOut(attempt: 2, .accepted)], .sent,
        1
      ),
      (
        repeated + [.claimed, .wentOut(attempt: 1, .sent), .wentOut(attempt: 2, .delivered)],
        .delivered, 2
      ),
      // One of two that went out failed: the other carries the send, nothing is sent a third time.
      (
        repeated + [
          .claimed, .wentOut(attempt: 1, .sent), .wentOut(attempt: 2, .accepted),
          .failed(attempt: 1, again),
        ], .sent, 2
      ),
      // After a canceled repeat, a failure of the first leads to a third.
      (repeated + [.wentOut(attempt: 1, .sent), .failed(attempt: 1, again)], .queued, 3),
      // What an earlier attempt's worker says late does not move the one that is under way.
      (repeated + [.claimed, .refusedAtGate(attempt: 1)], .sending, 2),
      (repeated + [.claimed, .inDoubt(attempt: 1)], .sending, 2),
      (posted + [.failed(attempt: 1, again), .claimed, .refusedAtGate(attempt: 1)], .sending, 2),
      (posted + [.failed(attempt: 1, again), .claimed, .inDoubt(attempt: 1)], .sending, 2),
      // A settled doubt does not stand in the way of a later failure.
      (
        repeated + [
          .claimed, .wentOut(attempt: 2, .accepted), .failed(attempt: 2, .final(.failed)),
        ], .failed, 2
      ),
      // An answer that comes after the callback does not turn the send back.
      (
        [.claimed, .wentOut(attempt: 1, .delivered), .wentOut(attempt: 1, .accepted)], .delivered, 1
      ),
      // A failure told before the answer stands.
      (
        [.claimed, .failed(attempt: 1, .final(.failed)), .wentOut(attempt: 1, .accepted)], .failed,
        1
      ),
      (
        [.claimed, .failed(attempt: 1, .final(.failed)), .wentOut(attempt: 1, .delivered)],
        .delivered, 1
      ),
    ] as [([SendNews], SendState, Int)])
  func earlierAttempts(news: [SendNews], state: SendState, attempt: Int) {
    let progress = Self.progress(news)
    #expect(progress.state == state)
    #expect(progress.attempt == attempt)
  }

  @Test("in every order, with every repeat, the same reports end in the same state")
  func everyOrder() {
    let reports: [SendNews] = [
      .wentOut(attempt: 1, .accepted), .wentOut(attempt: 1, .sent),
      .wentOut(attempt: 1, .delivered),
      .wentOut(attempt: 1, .read), .failed(attempt: 1, .final(.failed)),
    ]
    for count in 1...reports.count {
      for chosen in Self.orders(of: reports, count) {
        let reached = chosen.contains(reports[3]) ? SendState.read : .delivered
        let arrived = chosen.contains { $0 == reports[2] || $0 == reports[3] }
        let expected =
          arrived
          ? reached
          : chosen.contains(reports[4]) ? .failed : chosen.contains(reports[1]) ? .sent : .accepted
        for repeated in [chosen, chosen.flatMap { [$0, $0] }, chosen + chosen] {
          #expect(Self.progress([.claimed] + repeated).state == expected, "\(repeated)")
        }
      }
    }
  }

  @Test(
    "whatever happens, the rank only falls when the send is due again, and each change has a number of its own"
  )
  func neverBackwards() {
    var random = SeededRandom(seed: 42)
    for _ in 0..<20_000 {
      var progress = SendProgress.new
      for _ in 0..<12 {
        let before = progress
        let news = Self.anyNews(&random)
        let moved = progress.apply(news)
        #expect(progress.version == before.version + (moved ? 1 : 0))
        #expect(moved == (progress.state != before.state))
        if moved, progress.state.rank <= before.state.rank {
          #expect(progress.state == .queued || before.state.rank == 1)
        }
        if before.state.rank >= SendState.delivered.rank {
          #expect(progress.state.rank >= SendState.delivered.rank)
        }
        #expect(progress.attempt <= progress.lastAttempt)
      }
    }
  }

  @Test("repeats end with the attempts that are allowed")
  func attemptLimit() {
    var progress = SendProgress.new
    var posts = 0
    while progress.apply(.claimed) {
      posts += 1
      _ = progress.apply(
        .failed(attempt: progress.attempt, .again(attempts: 4, otherwise: .undelivered)))
    }
    #expect(posts == 4)
    #expect(progress.state == .undelivered)
    var doubted = SendProgress.new
    while doubted.apply(.claimed) {
      _ = doubted.apply(.inDoubt(attempt: doubted.attempt))
      _ = doubted.apply(.notSent(attempt: doubted.attempt))
    }
    #expect(doubted.lastAttempt == SendProgress.attemptLimit)
  }

  @Test("numbers of attempts that cannot be are in no set")
  func attemptSets() {
    var set: AttemptSet = [1, 5, 62]
    set.insert(0)
    set.insert(63)
    set.insert(-3)
    #expect(set.contains(1) && set.contains(62) && !set.contains(63) && !set.contains(0))
    #expect(set.max == 62)
    #expect(AttemptSet(bits: set.bits) == set)
    #expect(([] as AttemptSet).max == nil)
  }

  @Test("state names are those of the contract")
  func names() {
    let names = SendState.allCases.map(\.name)
    #expect(
      names == [
        "queued", "sending", "in-doubt", "accepted", "sent", "delivered", "read", "failed",
        "undelivered", "expired", "canceled",
      ])
    #expect(names.compactMap(SendState.init(name:)) == SendState.allCases)
    #expect(SendState(name: "inDoubt") == nil)
  }

  private static func orders(of all: [SendNews], _ count: Int) -> [[SendNews]] {
    guard count > 0 else { return [[]] }
    return all.flatMap { first in
      orders(of: all.filter { $0 != first }, count - 1).map { [first] + $0 }
    }
  }

  private static func anyNews(_ random: inout SeededRandom) -> SendNews {
    let attempt = Int.random(in: 1...3, using: &random)
    switch Int.random(in: 0..<10, using: &random) {
    case 0, 1: return .claimed
    case 2: return .refusedAtGate(attempt: attempt)
    case 3: return .inDoubt(attempt: attempt)
    case 4: return .notSent(attempt: attempt)
    case 5: return .failed(attempt: attempt, Bool.random(using: &random) ? again : .final(.failed))
    case 6: return .wentOut(attempt: attempt, .accepted)
    case 7: return .wentOut(attempt: attempt, .sent)
    case 8: return .wentOut(attempt: attempt, .delivered)
    default: return .wentOut(attempt: attempt, .read)
    }
  }
}
