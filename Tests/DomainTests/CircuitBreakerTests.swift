import Domain
import Testing
import Time

@Suite struct CircuitBreakerTests {
  let start = Timestamp(microseconds: 1_000_000_000)

  private func opened() -> CircuitBreaker {
    var breaker = CircuitBreaker()
    for _ in 1...CircuitBreaker.threshold { breaker.failed(at: start) }
    return breaker
  }

  @Test("opens only after twenty failures in a row")
  func threshold() {
    var breaker = CircuitBreaker()
    for _ in 1..<CircuitBreaker.threshold { breaker.failed(at: start) }
    breaker.succeeded()
    for _ in 1..<CircuitBreaker.threshold { breaker.failed(at: start) }
    #expect(breaker.state(at: start) == .closed)
    #expect(breaker.room(at: start) == nil)
    breaker.failed(at: start)
    #expect(breaker.state(at: start) == .open(until: start + .seconds(1)))
    #expect(breaker.room(at: start) == 0)
  }

  @Test("lets one probe through when its wait is over, and closes when that succeeds")
  func probe() {
    var breaker = opened()
    let later = start + .seconds(1)
    #expect(breaker.room(at: later) == 1)
    breaker.beginProbe()
    #expect(breaker.room(at: later) == 0)
    #expect(breaker.state(at: later) == .halfOpen)
    breaker.succeeded()
    #expect(breaker.room(at: later) == nil)
  }

  @Test("waits twice as long after each probe that fails, up to 30 s")
  func doubling() {
    var breaker = opened()
    var now = start + .seconds(1)
    for wait in [2, 4, 8, 16, 30, 30] {
      breaker.beginProbe()
      breaker.failed(at: now)
      #expect(breaker.state(at: now) == .open(until: now + .seconds(wait)))
      now = now + .seconds(wait)
    }
  }

  @Test("failures of what was under way when it opened do not lengthen the wait")
  func latecomers() {
    var breaker = opened()
    for _ in 1...50 { breaker.failed(at: start) }
    #expect(breaker.state(at: start) == .open(until: start + .seconds(1)))
  }

  @Test("a probe that never went leaves room for another")
  func dropped() {
    var breaker = opened()
    let later = start + .seconds(1)
    breaker.beginProbe()
    breaker.dropProbe()
    #expect(breaker.room(at: later) == 1)
  }
}
