internal import CMicroHTTPD
internal import Platform

/// The body of an answer that is sent as it comes. What the reader is too slow to take is held back up to
/// a limit; beyond it the stream is closed.
///
/// A reader that goes away is noticed when something is sent to it: send a comment now and then.
package final class HTTPStream: Sendable {
  private let limit: Int
  private let onClose: @Sendable () -> Void
  private let state = Locked(State())

  /// As in `Exchange`: resumed inside the lock, which the server's thread needs to end the connection.
  private struct State: @unchecked Sendable {
    var pending: [UInt8] = []
    var isFinished = false
    var isBroken = false
    var isOver = false
    var connection: OpaquePointer?
    var socket: ServerConnection?
    var isSuspended = false

    mutating func wake() {
      guard isSuspended, let connection else { return }
      isSuspended = false
      MHD_resume_connection(connection)
    }

    mutating func give(to room: UnsafeMutableRawBufferPointer) -> Int {
      let count = min(room.count, pending.count)
      room.copyBytes(from: pending.prefix(count))
      pending.removeFirst(count)
      return count
    }
  }

  init(limit: Int, onClose: @escaping @Sendable () -> Void) {
    self.limit = limit
    self.onClose = onClose
  }

  /// Whether the bytes were taken; false once the stream is finished, closed or too far behind.
  @discardableResult
  package func send(_ bytes: [UInt8]) -> Bool {
    state.withLock { state in
      guard !state.isFinished, !state.isBroken, !state.isOver else { return false }
      guard state.pending.count + bytes.count <= limit else {
        breakOff(&state)
        return false
      }
      state.pending += bytes
      state.wake()
      return true
    }
  }

  /// How many bytes the reader has still to take: for whoever can wait for it.
  package var pendingCount: Int { state.withLock { $0.pending.count } }

  /// Ends the answer after what was sent.
  package func finish() {
    state.withLock { state in
      state.isFinished = true
      state.wake()
    }
  }

  /// The answer is about to be queued on that connection.
  func connected(_ connection: OpaquePointer, _ socket: ServerConnection) {
    state.withLock { state in
      state.connection = connection
      state.socket = socket
    }
  }

  /// Called once, when the exchange is over.
  func connectionEnded() {
    state.withLock { state in
      state.isOver = true
      state.connection = nil
      state.socket = nil
      state.pending = []
    }
    onClose()
  }

  /// The server's thread has room for that many bytes. With none to give, the connection is suspended.
  func read(into room: UnsafeMutableRawBufferPointer) -> StreamRead {
    state.withLock { state in
      if state.isBroken { return .broken }
      if !state.pending.isEmpty { return .bytes(state.give(to: room)) }
      if state.isFinished { return .end }
      guard let connection = state.connection else { return .broken }
      MHD_suspend_connection(connection)
      state.isSuspended = true
      return .bytes(0)
    }
  }

  /// A connection that waits for its slow reader is not suspended: only its socket can be told.
  private func breakOff(_ state: inout State) {
    state.isBroken = true
    state.pending = []
    state.socket?.cut()
    state.wake()
  }
}

/// What libmicrohttpd's content reader returns.
enum StreamRead {
  case bytes(Int)
  case end
  case broken

  var code: Int {
    switch self {
    case .bytes(let count): count
    case .end: -1
    case .broken: -2
    }
  }
}
