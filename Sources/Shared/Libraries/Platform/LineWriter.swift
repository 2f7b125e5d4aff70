internal import Glibc
internal import Time

/// Writes lines to a descriptor that may be full, slow or gone. A line that cannot be written is told to the
/// caller, who goes on: a log must never end or hold up the work that it tells of.
package final class LineWriter: Sendable {
  private struct State: Sendable {
    /// A line stopped in the middle: the next one begins anew.
    var isTorn = false
    /// Nobody waits again for a reader that was waited for already.
    var isStuck = false
  }

  private let descriptor: Int32
  private let patience: Int32
  private let state = Locked(State())

  /// The descriptor stays the caller's. A reader that takes nothing is waited for once, so long.
  package init(descriptor: Int32 = STDERR_FILENO, patience: Duration = .milliseconds(500)) {
    self.descriptor = descriptor
    self.patience = Int32(clamping: patience.microseconds / 1000)
  }

  /// Whether all of it was written.
  package func write(_ line: [UInt8]) -> Bool {
    withoutBrokenPipeSignal {
      state.withLock { state in
        let bytes = state.isTorn ? [UInt8(ascii: "\n")] + line : line
        let written = put(bytes, patience: state.isStuck ? 0 : patience)
        let isWhole = written == bytes.count
        if written > 0 { state.isTorn = !isWhole }
        state.isStuck = !isWhole
        return isWhole
      }
    }
  }

  /// How many bytes were taken.
  private func put(_ bytes: [UInt8], patience: Int32) -> Int {
    var written = 0
    while written < bytes.count {
      var watched = pollfd(descriptor: descriptor)
      let ready = poll(&watched, 1, patience)
      if ready < 0, errno == EINTR { continue }
      guard ready > 0 else { return written }
      // A pipe that says it has room takes so much at once without blocking.
      let part = min(bytes.count - written, Int(PIPE_BUF))
      let count = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress?.advanced(by: written), part)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return written }
      written += count
    }
    return written
  }

  /// A pipe without a reader sends a signal that would end the process; it is taken away before anybody gets it.
  private func withoutBrokenPipeSignal<Result>(_ body: () -> Result) -> Result {
    var signals = sigset_t()
    var before = sigset_t()
    var pending = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGPIPE)
    sigpending(&pending)
    let wasPending = sigismember(&pending, SIGPIPE) == 1
    pthread_sigmask(SIG_BLOCK, &signals, &before)
    defer {
      if !wasPending {
        var nothing = timespec()
        while sigtimedwait(&signals, nil, &nothing) < 0, errno == EINTR {}
      }
      pthread_sigmask(SIG_SETMASK, &before, nil)
    }
    return body()
  }
}

extension pollfd {
  fileprivate init(descriptor: Int32) {
    self.init(fd: descriptor, events: Int16(POLLOUT), revents: 0)
  }
}
