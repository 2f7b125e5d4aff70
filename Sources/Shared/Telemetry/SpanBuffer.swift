internal import Platform

/// Spans on their way out. It is bounded, and who brings one never waits: what finds no room is dropped and counted.
package final class SpanBuffer: Sendable {
  private struct State {
    var waiting: [Span] = []
    var isClosed = false
  }

  private let state = Monitor(State())
  private let limit: Int
  package let sent: Counter
  package let dropped: Counter

  /// Of one request.
  package static let batch = 512

  package init(_ metrics: Metrics, limit: Int = 16 * batch) {
    self.limit = limit
    sent = metrics.counter("postrider_spans_sent_total", "Spans that the collector has taken.")
    dropped = metrics.counter(
      "postrider_spans_dropped_total",
      "Spans that were given up, since the collector was away, slow or refused them.")
  }

  package func add(_ spans: [Span]) {
    guard !spans.isEmpty else { return }
    let (room, isFull) = state.peek { state in
      let room = state.isClosed ? 0 : max(0, min(spans.count, limit - state.waiting.count))
      state.waiting += spans.prefix(room)
      return (room, state.waiting.count >= Self.batch)
    }
    if room < spans.count { dropped.add(spans.count - room) }
    // Who sends them looks each second; only a full batch is a reason to wake it before that.
    if isFull { state.change { _ in } }
  }

  /// A full batch, or what there is after that time. Nothing, at once, where it is closed and empty.
  package func next(within limit: Duration) -> [Span] {
    state.wait(for: limit) { $0.waiting.count >= Self.batch || $0.isClosed }
    return state.peek { state in
      let batch = Array(state.waiting.prefix(Self.batch))
      state.waiting.removeFirst(batch.count)
      return batch
    }
  }

  /// What is still in it goes out; nothing more comes in.
  package func close() { state.change { $0.isClosed = true } }

  package var isAtEnd: Bool { state.peek { $0.isClosed && $0.waiting.isEmpty } }
}
