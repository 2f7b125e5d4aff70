internal import Platform

/// A request's body as it comes, for one reader that may block. While the reader is behind, the server reads
/// no more from the client, so a body of any length takes no more than a buffer.
package final class HTTPUpload: Sendable {
  package enum Part: Sendable, Equatable {
    case bytes([UInt8])
    /// It was there in whole.
    case end
    /// It will never be: the client is gone or too slow, its body is malformed or too long, the server stops,
    /// or the request has been answered.
    case cut
    /// Nothing came within the time.
    case nothing
  }

  private struct State: Sendable {
    var bytes: [UInt8] = []
    var hasEnded = false
    var isCut = false
  }

  private let room: Int
  private let exchange: Exchange
  private let state = Monitor(State())

  init(room: Int, _ exchange: Exchange) { (self.room, self.exchange) = (room, exchange) }

  /// All that has come since the last call.
  package func next(within limit: Duration) -> Part {
    state.wait(for: limit) { !$0.bytes.isEmpty || $0.hasEnded || $0.isCut }
    let (part, wasFull) = state.peek { state -> (Part, Bool) in
      if state.isCut { return (.cut, false) }
      guard !state.bytes.isEmpty else { return (state.hasEnded ? .end : .nothing, false) }
      defer { state.bytes = [] }
      return (.bytes(state.bytes), state.bytes.count >= room)
    }
    if wasFull { exchange.mailbox.post(.news(exchange)) }
    return part
  }

  // MARK: For the loop

  var isFull: Bool { state.peek { $0.bytes.count >= room } }

  func put(_ bytes: [UInt8]) {
    guard !bytes.isEmpty else { return }
    state.change { $0.bytes += bytes }
  }

  func end() { state.change { $0.hasEnded = true } }

  /// What has ended in order stays so.
  func cut() {
    state.change { state in
      guard !state.hasEnded else { return }
      state = State(isCut: true)
    }
  }
}
