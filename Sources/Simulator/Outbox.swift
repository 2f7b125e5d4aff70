internal import HTTP
internal import Platform

/// Callbacks in the order they became due, so many at once: the rest wait here, where their time has not
/// begun to run.
final class Outbox: Sendable {
  private struct State: Sendable {
    var waiting: [Delivery] = []
    var head = 0
    var inFlight = 0

    var pending: Int { waiting.count - head + inFlight }
  }

  private let state = Monitor(State())
  private let client: HTTPClient
  private let limit: Int

  init(limit: Int) throws {
    var configuration = HTTPClient.Configuration()
    configuration.connectionsPerHost = limit
    configuration.totalConnections = limit
    configuration.userAgent = "TwilioProxy/1.1 facebookexternalua"
    client = try HTTPClient(configuration)
    self.limit = limit
  }

  /// Whether everything was completed within that time.
  func waitUntilEmpty(within limit: Duration) -> Bool {
    state.wait(for: limit) { $0.pending == 0 }
    return state.peek { $0.pending == 0 }
  }

  func send(
    _ deliveries: [Delivery], completed: @escaping @Sendable (Delivery, HTTPOutcome) -> Void
  ) {
    start(deliveries, isCompletion: false, completed)
  }

  func close() { client.close() }

  private func start(
    _ deliveries: [Delivery], isCompletion: Bool,
    _ completed: @escaping @Sendable (Delivery, HTTPOutcome) -> Void
  ) {
    let (ready, isEmpty) = state.peek { state -> ([Delivery], Bool) in
      if isCompletion { state.inFlight -= 1 }
      state.waiting += deliveries
      let count = min(limit - state.inFlight, state.waiting.count - state.head)
      let ready = Array(state.waiting[state.head..<(state.head + count)])
      state.head += count
      state.inFlight += count
      if state.head > 1024, state.head > state.waiting.count / 2 {
        state.waiting.removeFirst(state.head)
        state.head = 0
      }
      return (ready, state.pending == 0)
    }
    if isEmpty { state.change { _ in } }
    guard !ready.isEmpty else { return }
    client.send(
      ready.map { delivery in
        (
          delivery.call,
          { [self] outcome in
            completed(delivery, outcome)
            start([], isCompletion: true, completed)
          }
        )
      })
  }
}
