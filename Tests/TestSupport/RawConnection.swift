internal import Glibc
private import Platform

/// A TCP connection over loopback whose bytes the test writes and reads itself. Reading gives up after
/// ten seconds.
package final class RawConnection: @unchecked Sendable {
  // Used by one thread at a time.
  private let descriptor: Int32
  private var unread: [UInt8] = []

  init(descriptor: Int32) {
    self.descriptor = descriptor
    var limit = timeval(tv_sec: 10, tv_usec: 0)
    let size = socklen_t(MemoryLayout<timeval>.size)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
  }

  package convenience init(port: UInt16, receiveBuffer: Int32? = nil) throws {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    if var size = receiveBuffer {
      setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
    }
    var address = loopback(port)
    let code = withSocketAddress(&address) { connect(descriptor, $0, $1) }
    guard code == 0 else {
      let reason = errno
      Glibc.close(descriptor)
      throw SocketFault(code: reason)
    }
    self.init(descriptor: descriptor)
  }

  deinit { Glibc.close(descriptor) }

  /// False when the other side no longer takes it.
  @discardableResult
  package func send(_ text: String) -> Bool { send(Array(text.utf8)) }

  @discardableResult
  package func send(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let sent = rest.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard sent > 0 else { return false }
      rest = rest.dropFirst(sent)
    }
    return true
  }

  package func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

  /// What is there by now, or nothing at the end, at a reset or after the time.
  package func receive() -> [UInt8] {
    if !unread.isEmpty {
      defer { unread = [] }
      return unread
    }
    var buffer = [UInt8](repeating: 0, count: 65536)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    return count > 0 ? Array(buffer.prefix(count)) : []
  }

  package func receiveAll() -> String {
    var all: [UInt8] = []
    while case let part = receive(), !part.isEmpty { all += part }
    return String(decoding: all, as: UTF8.self)
  }

  /// Up to and with that text, or to the end.
  package func receive(through mark: String) -> String {
    let mark = Array(mark.utf8)
    var all: [UInt8] = []
    while true {
      if let end = all.firstEnd(of: mark) {
        unread = Array(all[end...])
        return String(decoding: all[..<end], as: UTF8.self)
      }
      let part = receive()
      guard !part.isEmpty else { return String(decoding: all, as: UTF8.self) }
      all += part
    }
  }

  package func receive(count: Int) -> [UInt8] {
    // What came with the part before is still there for the next one.
    guard count > 0 else { return [] }
    var all: [UInt8] = []
    while all.count < count, case let part = receive(), !part.isEmpty { all += part }
    unread = Array(all.dropFirst(count))
    return Array(all.prefix(count))
  }

  /// One answer with a Content-Length, or with none and no body.
  package func receiveAnswer() -> RawAnswer {
    let head = receive(through: "\r\n\r\n")
    let length = field("content-length", in: head).flatMap(Int.init) ?? 0
    return RawAnswer(head: head, body: String(decoding: receive(count: length), as: UTF8.self))
  }

  /// One request with a Content-Length, or without a body.
  package func receiveRequest() -> RawAnswer { receiveAnswer() }

  /// Whether the other side closes, within the time, without sending anything more.
  package var isClosedByPeer: Bool {
    var byte: UInt8 = 0
    let count = recv(descriptor, &byte, 1, 0)
    return count == 0 || count < 0 && errno == ECONNRESET
  }

  /// Closes with a reset instead of an orderly end.
  package func reset() {
    var linger = linger(l_onoff: 1, l_linger: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
  }
}

package struct RawAnswer {
  package let head: String
  package let body: String

  package var status: Int { Int(head.split(separator: " ").dropFirst().first ?? "") ?? 0 }
  package func header(_ name: String) -> String? { field(name, in: head) }
}

package struct SocketFault: Error {
  package let code: Int32

  package init(code: Int32) { self.code = code }
}

/// A listening socket on loopback.
package final class RawListener: Sendable {
  package let port: UInt16
  private let descriptor: Int32

  package init(backlog: Int32 = 512) throws {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = loopback(0)
    let code = withSocketAddress(&address) { bind(descriptor, $0, $1) }
    guard code == 0, listen(descriptor, backlog) == 0 else { throw SocketFault(code: errno) }
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    _ = withSocketAddress(&address) { address, _ in
      getsockname(descriptor, UnsafeMutablePointer(mutating: address), &size)
    }
    var limit = timeval(tv_sec: 10, tv_usec: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    port = UInt16(bigEndian: address.sin_port)
    self.descriptor = descriptor
  }

  deinit { Glibc.close(descriptor) }

  /// nil when nobody came within ten seconds, or after `stop`.
  package func accept() -> RawConnection? {
    let accepted = Glibc.accept(descriptor, nil, nil)
    return accepted >= 0 ? RawConnection(descriptor: accepted) : nil
  }

  /// The same for who reads it in another way, without an end to the waiting.
  func acceptDescriptor() -> Int32? {
    while true {
      let accepted = Glibc.accept(descriptor, nil, nil)
      if accepted >= 0 { return accepted }
      guard errno == EAGAIN || errno == EINTR else { return nil }
    }
  }

  /// Wakes whoever is in `accept`.
  package func stop() { shutdown(descriptor, Int32(SHUT_RDWR)) }
}

private func loopback(_ port: UInt16) -> sockaddr_in {
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_port = port.bigEndian
  address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
  return address
}

private func withSocketAddress<Result>(
  _ address: inout sockaddr_in, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
) -> Result {
  withUnsafeMutablePointer(to: &address) { pointer in
    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
    }
  }
}

private func field(_ name: String, in head: String) -> String? {
  for line in head.split(separator: "\r\n") where line.lowercased().hasPrefix("\(name):") {
    return line.dropFirst(name.count + 1).trimmingPrefix(" ").description
  }
  return nil
}

extension [UInt8] {
  fileprivate func firstEnd(of mark: [UInt8]) -> Int? {
    guard count >= mark.count else { return nil }
    return (0...(count - mark.count)).first { self[$0..<($0 + mark.count)].elementsEqual(mark) }
      .map { $0 + mark.count }
  }
}
