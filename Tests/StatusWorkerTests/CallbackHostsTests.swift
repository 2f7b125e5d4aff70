import Domain
import HTTP
import Platform
import Testing
import Time

@testable import StatusWorker

@Suite struct CallbackHostsTests {
  private static let now = Timestamp(seconds: 1000)
  private static let down = HTTPOutcome.notSent(.connectFailed)

  @Test("a host that does not answer is spared, and no other one")
  func apart() {
    var hosts = CallbackHosts()
    for _ in 1..<CircuitBreaker.threshold { hosts.settle("a", Self.down, at: Self.now) }
    #expect(hosts.wait(for: "a", at: Self.now) == nil)
    hosts.settle("a", Self.down, at: Self.now)
    #expect(hosts.wait(for: "a", at: Self.now) == CircuitBreaker.firstWait)
    #expect(hosts.wait(for: "b", at: Self.now) == nil)
    let later = Self.now + CircuitBreaker.firstWait
    #expect(hosts.wait(for: "a", at: later) == nil)
    // One probe at a time.
    hosts.begin("a", at: later)
    #expect(hosts.wait(for: "a", at: later) == .seconds(1))
    hosts.settle("a", .notSent(.cancelled), at: later)
    #expect(hosts.wait(for: "a", at: later) == nil)
  }

  @Test("what is remembered of hosts that others name has a bound")
  func bounded() {
    var hosts = CallbackHosts()
    for number in 0..<(3 * CallbackHosts.most) {
      hosts.settle("h\(number)", Self.down, at: Self.now)
    }
    let mirror = Mirror(reflecting: hosts).children.first?.value as? [String: CircuitBreaker]
    #expect(mirror?.count == CallbackHosts.most)
  }
}
