internal import Glibc

/// What came of one attempt to read from a socket or to write to it.
enum Transferred {
  case bytes(Int)
  /// Not now; the socket tells when.
  case nothing
  case end
  case failed
}

/// A socket that never blocks.
struct PlainSocket {
  let descriptor: Int32

  func receive(into buffer: UnsafeMutableRawBufferPointer) -> Transferred {
    let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
    return count == 0 ? .end : outcome(count)
  }

  func send(_ bytes: UnsafeRawBufferPointer) -> Transferred {
    outcome(Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL)))
  }

  private func outcome(_ count: Int) -> Transferred {
    if count >= 0 { return .bytes(count) }
    return errno == EAGAIN || errno == EINTR ? .nothing : .failed
  }
}
