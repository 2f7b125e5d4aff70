import Telemetry
import Domain
import Platform
import Testing
import Time

@testable import Ingest

@Suite struct LineThrottleTests {
  @Test("one line a second passes for each reason, with the number of those left out")
  func throttle() {
    let time = Locked(Timestamp(seconds: 1000))
    let throttle = LineThrottle { time.withLock { $0 } }
    #expect(throttle.pass("a") == 0)
    #expect(throttle.pass("a") == nil)
    #expect(throttle.pass("b") == 0)
    time.withLock { $0 += .milliseconds(999) }
    #expect(throttle.pass("a") == nil)
    time.withLock { $0 += .milliseconds(1) }
    #expect(throttle.pass("a") == 2)
    #expect(throttle.pass("a") == nil)
  }
}
