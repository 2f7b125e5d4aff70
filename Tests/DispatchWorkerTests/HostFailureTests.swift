import Platform
import Testing

@testable import DispatchWorker
@testable import HTTP

@Suite struct HostFailureTests {
  @Test(
    "a host fails by its own faults; what it refuses or puts off shows that it works",
    arguments: [(200, false), (400, false), (404, false), (429, false), (500, true), (503, true)])
  func answers(status: Int, isFailure: Bool) {
    let timings = HTTPAnswerReceived.Timings(
      connected: .zero, firstByte: .zero, total: .zero, isConnectionReused: true)
    let answer = HTTPAnswerReceived(
      status: status, headers: [], body: [], gatePassedAt: .distantPast, timings: timings)
    #expect(HTTPOutcome.answered(answer).isHostFailure == isFailure)
  }

  @Test(
    "a connection that is not to be had is a host's failure, what we refuse ourselves is not",
    arguments: [(.connectFailed, true), (.refusedAtGate, nil), (.cancelled, nil)]
      as [(NotSentReason, Bool?)])
  func notSent(reason: NotSentReason, isFailure: Bool?) {
    #expect(HTTPOutcome.notSent(reason).isHostFailure == isFailure)
  }
}
