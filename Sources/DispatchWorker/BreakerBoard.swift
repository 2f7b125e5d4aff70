internal import Telemetry
internal import Domain
internal import Platform
internal import Time

/// The circuit breakers of the hosts that this worker posts to, shared by the lanes of each.
final class BreakerBoard: Sendable {
  private let breakers = Locked<[String: CircuitBreaker]>([:])
  private let metrics: Metrics
  private let log: Log

  init(_ metrics: Metrics, _ log: Log) {
    self.metrics = metrics
    self.log = log
  }

  /// nil: no limit. Whoever uses a room of one begins the probe.
  func room(_ host: String) -> Int? {
    breakers.withLock { $0[host]?.room(at: .sinceBoot) }
  }

  /// Whether nothing is sent to it but a probe.
  func isOpen(_ host: String) -> Bool {
    breakers.withLock { ($0[host]?.state(at: .sinceBoot) ?? .closed) != .closed }
  }

  /// The number of each host is there before it is spared.
  func know(_ hosts: some Sequence<String>) {
    for host in hosts where breakers.withLock({ $0[host] == nil }) { gauge(host).set(0) }
  }

  func wakeTime(_ host: String) -> RunningTime? {
    breakers.withLock { breakers in
      guard case .open(let until) = breakers[host]?.state(at: .sinceBoot) else { return nil }
      return RunningTime(microseconds: until.microseconds)
    }
  }

  func beginProbe(_ host: String) { breakers.withLock { $0[host]?.beginProbe() } }

  func dropProbe(_ host: String) { breakers.withLock { $0[host]?.dropProbe() } }

  func note(_ host: String, isFailure: Bool) {
    let turned: CircuitBreaker.State? = breakers.withLock { breakers in
      var breaker = breakers[host] ?? CircuitBreaker()
      let now = Timestamp.sinceBoot
      let before = breaker.state(at: now)
      if isFailure { breaker.failed(at: now) } else { breaker.succeeded() }
      breakers[host] = breaker
      let after = breaker.state(at: now)
      return (before == .closed) == (after == .closed) ? nil : after
    }
    if let turned { tell(host, turned) }
  }

  private func tell(_ host: String, _ state: CircuitBreaker.State) {
    gauge(host).set(state == .closed ? 0 : 1)
    if state == .closed {
      log.info("a provider's host answers again", ["host": host])
    } else {
      log.warning("a provider's host does not answer and is spared", ["host": host])
    }
  }
}

extension BreakerBoard {
  private func gauge(_ host: String) -> Gauge {
    metrics.gauge(
      "postrider_breaker_open", "1 while a provider's host is spared.", ["host": host])
  }
}

extension Timestamp {
  /// Breakers are of one process and live by its running time.
  fileprivate static var sinceBoot: Timestamp {
    Timestamp(microseconds: RunningTime.now.microseconds)
  }
}
