import CSystem
import Foundation
import Glibc
import Platform

/// Sends requests at a fixed rate whatever the answers do, and takes each one's time from the moment it was
/// due: a server that stalls does not stop the clock. One thread, keep-alive connections.
final class PacedLoad {
  struct Unmeasured: Error { let reason: String }

  private struct Connection {
    let socket: Int32
    var dueAt: Int64?
    /// Of an answer that has begun: what has not come yet.
    var left = 0
  }

  private let requests: [[UInt8]]
  private let epoll = epoll_create1(0)
  private var connections: [Int32: Connection] = [:]
  private var free: [Int32] = []
  private var buffer = [UInt8](repeating: 0, count: 16 << 10)

  convenience init(_ callbacks: SignedCallbacks, port: UInt16, connections count: Int) throws {
    try self.init(
      callbacks.all.map { $0.bytes(host: "127.0.0.1:\(port)") }, port: port, connections: count)
  }

  init(_ requests: [[UInt8]], port: UInt16, connections count: Int) throws {
    self.requests = requests
    for _ in 0..<count {
      let socket = try Self.connect(port)
      connections[socket] = Connection(socket: socket)
      free.append(socket)
      _ = postrider_epoll_add(epoll, socket, EPOLLIN.rawValue)
    }
  }

  deinit {
    for socket in connections.keys { close(socket) }
    close(epoll)
  }

  /// Microseconds from due to answered, sorted.
  func run(perSecond rate: Double, for seconds: Double) throws -> [Int64] {
    let total = Int(rate * seconds)
    var times: [Int64] = []
    times.reserveCapacity(total)
    let start = bootMicroseconds()
    var sent = 0
    while times.count < total {
      let now = bootMicroseconds()
      while sent < total, let dueAt = due(sent, rate, start, now), let socket = free.popLast() {
        try send(requests[sent % requests.count], on: socket, dueAt)
        sent += 1
      }
      try answers(&times)
      guard now - start < Int64((seconds + 30) * 1e6) else {
        throw Unmeasured(reason: "only \(times.count) of \(total) were answered")
      }
    }
    return times.sorted()
  }

  private func due(_ number: Int, _ rate: Double, _ start: Int64, _ now: Int64) -> Int64? {
    let time = start + Int64(Double(number) / rate * 1e6)
    return time <= now ? time : nil
  }

  private func send(_ request: [UInt8], on socket: Int32, _ dueAt: Int64) throws {
    guard write(socket, request, request.count) == request.count else {
      throw Unmeasured(reason: "a request could not be written")
    }
    connections[socket]?.dueAt = dueAt
  }

  /// Looks again soon where a request may fall due; a millisecond is the finest that epoll waits.
  private func answers(_ times: inout [Int64]) throws {
    var events = [epoll_event](repeating: epoll_event(), count: 256)
    let count = epoll_wait(epoll, &events, 256, free.isEmpty ? 1 : 0)
    if count <= 0, !free.isEmpty { usleep(50) }
    for event in events.prefix(Int(max(0, count))) {
      let socket = event.data.fd
      let length = read(socket, &buffer, buffer.count)
      guard length > 0, var connection = connections[socket], let dueAt = connection.dueAt else {
        throw Unmeasured(reason: "a connection broke")
      }
      if connection.left == 0 { connection.left = try size(length) }
      connection.left -= length
      if connection.left <= 0 {
        times.append(bootMicroseconds() - dueAt)
        (connection.dueAt, connection.left) = (nil, 0)
        free.append(socket)
      }
      connections[socket] = connection
    }
  }

  /// Of an answer that begins in the buffer, with its head.
  private func size(_ length: Int) throws -> Int {
    let text = String(decoding: buffer.prefix(length), as: UTF8.self)
    guard length > 12, buffer[9] == UInt8(ascii: "2"), let end = text.range(of: "\r\n\r\n") else {
      throw Unmeasured(reason: "not a success: \(text)")
    }
    let head = text[..<end.upperBound]
    let body = head.firstMatch(of: /(?i)content-length: *([0-9]+)/).flatMap { Int($0.1) } ?? 0
    return head.utf8.count + body
  }

  private static func connect(_ port: UInt16) throws -> Int32 {
    let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let connected = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard connected == 0 else { throw Unmeasured(reason: "cannot connect") }
    var on: Int32 = 1
    setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    return socket
  }
}
