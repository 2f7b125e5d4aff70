internal import CSystem
internal import Glibc
internal import Platform

/// What other threads hand to a loop. The descriptor is written only where the loop sleeps.
final class LoopMailbox: Sendable {
  enum Letter: Sendable {
    /// The answer of an exchange is there, or more of its stream.
    case news(Exchange)
    case connection(Int32, PeerAddress)
    case makeRoom(@Sendable (Bool) -> Void)
    case drain
    case stop
  }

  private struct State: Sendable {
    var letters: [Letter] = []
    var isAsleep = false
    var isClosed = false
  }

  let descriptor: Int32
  private let state = Locked(State())

  init() throws(HTTPServerError) {
    descriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
    guard descriptor >= 0 else { throw .cannotStart }
  }

  deinit { Glibc.close(descriptor) }

  /// False once the loop has ended.
  @discardableResult
  func post(_ letter: Letter) -> Bool {
    let (isTaken, wakes) = state.withLock { state in
      guard !state.isClosed else { return (false, false) }
      state.letters.append(letter)
      defer { state.isAsleep = false }
      return (true, state.isAsleep)
    }
    if wakes { wake() }
    return isTaken
  }

  /// Swaps what has come for an empty array, whose memory is used again. The loop counts as awake.
  func take(into letters: inout [Letter]) {
    state.withLock { state in
      state.isAsleep = false
      swap(&state.letters, &letters)
    }
  }

  /// Whether there is nothing to do: from then on whoever posts wakes the loop.
  func fallAsleep() -> Bool {
    state.withLock { state in
      state.isAsleep = state.letters.isEmpty
      return state.isAsleep
    }
  }

  func close() { state.withLock { $0.isClosed = true } }

  /// The descriptor is watched for its edges, so nobody has to read it.
  private func wake() {
    var one: UInt64 = 1
    _ = write(descriptor, &one, MemoryLayout<UInt64>.size)
  }
}
