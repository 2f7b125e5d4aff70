import Events
import Dispatch
import Domain
import Platform
import SendStore
import TestSupport
import Testing
import Time

@Suite struct OrderTests {
  enum Step: String, CaseIterable { case recorded, sent, delivered, read, failed }

  /// Every order of every set of steps in which the answer is recorded.
  static let orders: [[Step]] = {
    var orders: [[Step]] = [[]]
    var found: [[Step]] = []
    while let order = orders.popLast() {
      if order.contains(.recorded) { found.append(order) }
      orders += Step.allCases.filter { !order.contains($0) }.map { order + [$0] }
    }
    return found
  }()

  static func end(of order: [Step]) -> SendState {
    if order.contains(.read) { return .read }
    if order.contains(.delivered) { return .delivered }
    if order.contains(.failed) { return .undelivered }
    return order.contains(.sent) ? .sent : .accepted
  }

  private static func callback(
    _ step: Step, _ send: ClaimedSend, named: Bool
  ) -> ProviderCallback? {
    switch step {
    case .recorded: nil
    case .failed: .twilio("undelivered", send, named: named, code: 30005)
    default: .twilio(step.rawValue, send, named: named)
    }
  }

  @Test(
    "in every order, each told twice, the same news come to the same end",
    arguments: Backend.allCases)
  func everyOrder(backend: Backend) async throws {
    try await onStand(backend) { stand in
      try stand.queue(2 * Self.orders.count)
      let sends = try stand.claim()
      // Half of them carry our id, half only the provider's.
      let lives = zip(sends, Self.orders + Self.orders).enumerated().map { place, life in
        (send: life.0, order: life.1, named: place < Self.orders.count)
      }
      for step in 0..<Step.allCases.count {
        let now = lives.filter { $0.order.count > step }
        try stand.record(now.filter { $0.order[step] == .recorded }.map(\.send))
        let callbacks = now.compactMap { Self.callback($0.order[step], $0.send, named: $0.named) }
        try stand.tell(callbacks + callbacks.reversed())
      }
      try stand.tell(
        lives.flatMap { life in
          life.order.compactMap { Self.callback($0, life.send, named: life.named) }
        })
      for life in lives {
        let send = try #require(try stand.store.send(life.send.id))
        #expect(send.progress.state == Self.end(of: life.order), "\(life.order), \(life.named)")
        #expect(send.history.map(\.version) == Array(1...send.history.count))
      }
      #expect(try stand.store.parkedCount() == 0)
      #expect(Self.orders.count == 261)
    }
  }

  static let offsets = [-50, -20, -5, -2, 0, 2, 5, 20, 50]

  /// A thousand sends a second, for half a second. Answers are recorded and callbacks are applied in steps of 20 ms of that
  /// time, at once by two threads, so that within a step anything may come first.
  @Test(
    "a callback some milliseconds before or after the answer finds its send",
    .enabled(if: takesItsTime, "tries hundreds of races"),
    arguments: Backend.allCases)
  func early(backend: Backend) async throws {
    try await onStand(backend, runs: false) { stand in
      for offset in Self.offsets {
        let count = 500
        try stand.queue(count)
        let sends = try stand.claim()
        #expect(sends.count == count)
        let steps = (-100...(count + 100)).map { $0 }.split(per: 20)
        for step in steps {
          let answered = step.filter { sends.indices.contains($0) }.map { sends[$0] }
          let reported = step.map { $0 - offset }.filter { sends.indices.contains($0) }
            .flatMap { place in
              ["sent", "delivered"].map {
                CallbackReport.twilio($0, sends[place], named: place % 4 == 0)
              }
            }
          try atOnce({ try stand.record(answered) }, { _ = try stand.store.apply(reported) })
        }
        let states = try sends.map { try stand.state($0.id) }
        #expect(states.filter { $0 != .delivered }.isEmpty, "\(offset) ms")
        #expect(try stand.store.parkedCount() == 0)
      }
    }
  }

  private func atOnce(
    _ first: @Sendable () throws -> Void, _ second: @Sendable () throws -> Void
  ) throws {
    let failure = Locked<(any Error)?>(nil)
    DispatchQueue.concurrentPerform(iterations: 2) { index in
      do { try index == 0 ? first() : second() } catch { failure.withLock { $0 = error } }
    }
    if let failure = failure.withLock({ $0 }) { throw failure }
  }
}

extension CallbackReport {
  static func twilio(_ status: String, _ send: ClaimedSend, named: Bool) -> CallbackReport {
    CallbackReport(
      attempt: named ? AttemptID(send.id, send.attempt) : nil, providerID: send.providerID,
      provider: .twilio, account: AccountID("AC1"), address: nil,
      status: .wentOut(status == "sent" ? .sent : .delivered))
  }
}

extension Array {
  func split(per size: Int) -> [[Element]] {
    stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
  }
}
