internal import Glibc
internal import Platform
internal import Synchronization

/// Accepts connections on a thread of its own. libmicrohttpd would take one for each round of poll(), and
/// with thousands of idle connections a round lasts milliseconds.
final class Acceptor: Sendable {
  private let descriptor: Int32
  private let isStopping = Atomic(false)
  private let pause = Gate()
  private let thread = Locked<WorkerThread?>(nil)

  init(_ socket: ListeningSocket) { descriptor = socket.descriptor }

  deinit { close(descriptor) }

  /// `add` takes over each socket; `makeRoom` tells whether there may be one more.
  func start(
    makeRoom: @escaping @Sendable () -> Bool,
    add: @escaping @Sendable (Int32, UnsafePointer<sockaddr>, socklen_t) -> Void
  ) {
    let accepting = WorkerThread("http-accept") {
      while !self.isStopping.load(ordering: .acquiring) {
        let isTaken = self.accept { accepted, peer, length in
          while !makeRoom(), !self.pause.wait(for: .milliseconds(10)) {}
          add(accepted, peer, length)
        }
        // No descriptor is left: what waits in the kernel's queue keeps its place there.
        if !isTaken { _ = self.pause.wait(for: .milliseconds(10)) }
      }
    }
    thread.withLock { $0 = accepting }
  }

  func stop() {
    isStopping.store(true, ordering: .releasing)
    pause.open()
    // Wakes the thread, and refuses whoever comes from now on.
    shutdown(descriptor, Int32(SHUT_RDWR))
    thread.withLock { thread in
      thread?.join()
      thread = nil
    }
  }

  /// False when the process has no descriptor left, or the socket is shut down.
  private func accept(_ add: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Void) -> Bool {
    var peer = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    return withUnsafeMutablePointer(to: &peer) { peer in
      peer.withMemoryRebound(to: sockaddr.self, capacity: 1) { peer in
        let accepted = Glibc.accept(descriptor, peer, &length)
        // The peer may have gone again while it waited.
        guard accepted >= 0 else { return errno == ECONNABORTED || errno == EINTR }
        _ = fcntl(accepted, F_SETFD, FD_CLOEXEC)
        add(accepted, peer, length)
        return true
      }
    }
  }
}
