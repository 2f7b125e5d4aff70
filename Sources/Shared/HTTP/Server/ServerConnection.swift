internal import CMicroHTTPD
internal import Glibc
internal import Platform
internal import Synchronization

/// One client's socket, from its acceptance to its end. libmicrohttpd holds one reference, the roster
/// another; both let go in `closed`.
final class ServerConnection: @unchecked Sendable {
  // `place` is read and written only under the roster's lock; the rest is locked or atomic.
  var place = 0
  let peer: PeerAddress
  private let descriptor: Int32
  private let state = Locked(State())
  /// When the wait for a whole request began; 0 while one is answered.
  private let waitingSince: Atomic<Int64>

  private struct State {
    var isOpen = true
    var exchange: Exchange?
  }

  init(_ connection: OpaquePointer) {
    peer = PeerAddress(postrider_mhd_peer(connection))
    descriptor = postrider_mhd_socket(connection)
    waitingSince = Atomic(bootMicroseconds())
  }

  var exchange: Exchange? { state.withLock { $0.exchange } }

  func begin(_ exchange: Exchange) { state.withLock { $0.exchange = exchange } }

  func received() { waitingSince.store(0, ordering: .relaxed) }

  func answered() {
    waitingSince.store(bootMicroseconds(), ordering: .relaxed)
    state.withLock { $0.exchange = nil }
  }

  func closed() { state.withLock { $0.isOpen = false } }

  /// nil while a request is answered.
  var idleSince: Int64? {
    let began = waitingSince.load(ordering: .relaxed)
    return began == 0 ? nil : began
  }

  /// libmicrohttpd sees the end of the stream and closes. The socket is still this client's: its number
  /// is given back only after `closed`.
  func cut() { shutDown(SHUT_RDWR) }

  /// What has arrived is still read and answered; nothing after it is.
  func stopReadingIfIdle() {
    state.withLock {
      guard $0.isOpen, $0.exchange == nil else { return }
      shutdown(descriptor, Int32(SHUT_RD))
    }
  }

  private func shutDown(_ how: Int) {
    state.withLock {
      if $0.isOpen { shutdown(descriptor, Int32(how)) }
    }
  }
}
