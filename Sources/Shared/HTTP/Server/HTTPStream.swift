internal import Platform

/// The body of an answer that is sent as it comes. What the reader is too slow to take is held back up to
/// a limit; beyond it the stream is closed.
///
/// A reader that goes away is noticed when something is sent to it: send a comment now and then.
package final class HTTPStream: Sendable {
  private let limit: Int
  private let onClose: @Sendable () -> Void
  private let state = Locked(State())

  private struct State: Sendable {
    var pending: [UInt8] = []
    /// Taken by the loop and not by the socket yet.
    var unsent = 0
    var isFinished = false
    var isBroken = false
    var isOver = false
    /// Known to the loop from its answer on.
    var exchange: Exchange?
    var isAnnounced = false
  }

  /// What the loop is to do next.
  enum Part {
    case bytes([UInt8])
    case nothing
    case end
    case broken
  }

  init(limit: Int, onClose: @escaping @Sendable () -> Void) {
    self.limit = limit
    self.onClose = onClose
  }

  /// Whether the bytes were taken; false once the stream is finished, closed or too far behind.
  @discardableResult
  package func send(_ bytes: [UInt8]) -> Bool {
    change { state in
      guard !state.isFinished, !state.isBroken, !state.isOver else { return false }
      guard state.pending.count + state.unsent + bytes.count <= limit else {
        state.isBroken = true
        state.pending = []
        // The loop may have heard of what was held back, and wait for the socket.
        state.isAnnounced = false
        return false
      }
      state.pending += bytes
      return true
    }
  }

  /// How many bytes the reader has still to take: for whoever can wait for it.
  package var pendingCount: Int { state.withLock { $0.pending.count + $0.unsent } }

  /// Ends the answer after what was sent.
  package func finish() { change { $0.isFinished = true } }

  private func change<Result>(_ body: (inout State) -> Result) -> Result {
    let (result, exchange) = state.withLock { state in
      let result = body(&state)
      guard !state.isAnnounced, let exchange = state.exchange else {
        return (result, Exchange?.none)
      }
      state.isAnnounced = true
      return (result, exchange)
    }
    if let exchange { exchange.mailbox.post(.news(exchange)) }
    return result
  }

  // MARK: For the loop

  func begin(_ exchange: Exchange) { state.withLock { $0.exchange = exchange } }

  /// All that is there, once the socket has taken what was given before.
  func take() -> Part {
    state.withLock { state in
      state.isAnnounced = false
      if state.isBroken { return .broken }
      if !state.pending.isEmpty {
        defer { state.pending = [] }
        state.unsent = state.pending.count
        return .bytes(state.pending)
      }
      state.unsent = 0
      return state.isFinished ? .end : .nothing
    }
  }

  /// Whether the reader has fallen too far behind.
  var isBroken: Bool { state.withLock { $0.isBroken } }

  /// The exchange is over; told more than once, it counts once.
  func connectionEnded() {
    let isFirst = state.withLock { state in
      defer { state = State(isOver: true) }
      return !state.isOver
    }
    if isFirst { onClose() }
  }
}
