import Platform
import Domain
import Testing
import Time

@testable import HTTP
@testable import SendStore
@testable import StatusWorker

@Suite struct TenantQueueTests {
  static let now = Timestamp(seconds: 1_800_000_000)

  private func delivery(_ number: Int64) -> ClaimedDelivery {
    ClaimedDelivery(
      number: number, id: "d\(number)", line: "line", tries: 0, created: Self.now, body: [],
      claimedUntil: Self.now + .seconds(20))
  }

  @Test(
    "an address is spared when it fails, not when it refuses",
    arguments: [(200, false), (400, false), (404, false), (429, false), (500, true), (503, true)])
  func breaker(status: Int, isSpared: Bool) {
    var desk = TenantQueue(nil)
    for number in 1...Int64(CircuitBreaker.threshold) {
      desk.take(delivery(number), at: Self.now)
      _ = desk.settle(delivery(number), .answered(status), at: Self.now)
    }
    #expect(desk.room(of: 8, at: Self.now) == (isSpared ? 0 : 8))
  }

  @Test("one that is under way is known, whoever claims it again")
  func renewed() {
    var desk = TenantQueue(nil)
    let before = desk.renew(delivery(1))
    desk.take(delivery(1), at: Self.now)
    let underWay = desk.renew(delivery(1))
    _ = desk.settle(delivery(1), .answered(200), at: Self.now)
    let after = desk.renew(delivery(1))
    #expect([before, underWay, after] == [false, true, false])
  }
}

extension HTTPOutcome {
  fileprivate static func answered(_ status: Int) -> HTTPOutcome {
    let timings = HTTPAnswerReceived.Timings(
      connected: .zero, firstByte: .zero, total: .zero, isConnectionReused: true)
    return .answered(
      HTTPAnswerReceived(
        status: status, headers: [], body: [], gatePassedAt: .distantPast, timings: timings))
  }
}
