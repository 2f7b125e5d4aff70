internal import Glibc

/// A bound socket that listens. Whoever takes its descriptor closes it.
struct ListeningSocket {
  let descriptor: Int32
  let port: UInt16

  init(address: String, port: UInt16) throws(HTTPServerError) {
    var hints = addrinfo()
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var found: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(address, String(port), &hints, &found)
    defer { if let found { freeaddrinfo(found) } }
    guard code == 0, let first = found?.pointee else {
      let reason = String(cString: gai_strerror(code))
      throw .cannotListen(address: address, port: port, reason: reason)
    }
    let descriptor = Self.listen(on: first)
    guard descriptor >= 0 else {
      let reason = String(cString: strerror(errno))
      throw .cannotListen(address: address, port: port, reason: reason)
    }
    self.descriptor = descriptor
    self.port = Self.boundPort(of: descriptor)
  }

  /// Negative on failure, with errno set.
  private static func listen(on address: addrinfo) -> Int32 {
    let flags = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
    let descriptor = socket(address.ai_family, flags, 0)
    guard descriptor >= 0 else { return -1 }
    var on: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
    guard bind(descriptor, address.ai_addr, address.ai_addrlen) == 0,
      Glibc.listen(descriptor, 4096) == 0
    else {
      let reason = errno
      close(descriptor)
      errno = reason
      return -1
    }
    return descriptor
  }

  private static func boundPort(of descriptor: Int32) -> UInt16 {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    return withUnsafeMutablePointer(to: &storage) { storage in
      storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        getsockname(descriptor, address, &length)
        return PeerAddress(address).port
      }
    }
  }
}
