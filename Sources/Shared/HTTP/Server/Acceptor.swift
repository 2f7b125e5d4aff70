internal import Glibc
internal import Platform
internal import Synchronization

/// Accepts connections on a thread of its own and hands them to the loops in turn.
final class Acceptor: Sendable {
  private let descriptor: Int32
  private let isStopping = Atomic(false)
  private let pause = Gate()
  private let thread = Locked<WorkerThread?>(nil)

  init(_ socket: ListeningSocket) { descriptor = socket.descriptor }

  deinit { close(descriptor) }

  func start(_ core: ServerCore, _ loops: [ServerLoop]) {
    let accepting = WorkerThread("http-accept") { [self] in
      var turn = 0
      while !isStopping.load(ordering: .acquiring) {
        guard let (socket, peer) = accept() else { continue }
        while core.isFull, !hasRoom(loops, from: turn), !pause.wait(for: .milliseconds(10)) {}
        guard core.connectionBegan(peer) else {
          close(socket)
          continue
        }
        if !loops[turn].mailbox.post(.connection(socket, peer)) { close(socket) }
        turn = (turn + 1) % loops.count
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

  /// Asks the loops, beginning with the one whose turn it is, to end a connection that waits.
  private func hasRoom(_ loops: [ServerLoop], from turn: Int) -> Bool {
    (turn..<turn + loops.count).contains { place in
      let isMade = Monitor<Bool?>(nil)
      let isAsked = loops[place % loops.count].mailbox.post(
        .makeRoom { isRoom in isMade.change { $0 = isRoom } })
      guard isAsked else { return false }
      isMade.wait(for: .seconds(1)) { $0 != nil }
      return isMade.peek { $0 ?? false }
    }
  }

  /// nil where the peer has gone again, the process has no descriptor left, or the socket is shut down.
  private func accept() -> (Int32, PeerAddress)? {
    var peer = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let accepted = withUnsafeMutablePointer(to: &peer) { peer in
      peer.withMemoryRebound(to: sockaddr.self, capacity: 1) { peer -> (Int32, PeerAddress)? in
        let accepted = Glibc.accept(descriptor, peer, &length)
        return accepted < 0 ? nil : (accepted, PeerAddress(peer))
      }
    }
    guard let accepted else {
      // No descriptor is left: what waits in the kernel's queue keeps its place there.
      if errno != ECONNABORTED, errno != EINTR { _ = pause.wait(for: .milliseconds(10)) }
      return nil
    }
    prepare(accepted.0)
    return accepted
  }

  /// Never blocks, stays in this process, and sends what it is given at once.
  private func prepare(_ socket: Int32) {
    _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
    _ = fcntl(socket, F_SETFL, O_NONBLOCK)
    var on: Int32 = 1
    setsockopt(
      socket, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
  }
}
