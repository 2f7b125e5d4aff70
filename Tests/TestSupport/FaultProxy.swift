internal import Glibc
private import Platform

/// A TCP address on loopback in front of a PostgreSQL server's socket, that cuts where the test says: an answer
/// that is lost after its statement was done, or a statement that arrives only after its client has gone.
package final class FaultProxy: Sendable {
  /// What happens to one statement of a client.
  package enum Fault: Sendable {
    case pass
    /// The server does it; the client never hears of it.
    case loseAnswer
    /// The client is cut at once; the server gets the statement that much later.
    case deliverLate(Duration)
  }

  package let port: UInt16
  private let listener: RawListener
  private let path: String
  private let judge: @Sendable (String) -> Fault
  private let cuts = Locked(0)
  private let open = Locked<[Pair]>([])
  private let isCutOff = Locked(false)

  private struct Pair: Sendable {
    let client: Int32
    let server: Int32
  }

  /// `socket` is the server's; `judge` sees each simple statement, such as `COMMIT`, before it goes on.
  package init(
    to socket: String, judge: @escaping @Sendable (String) -> Fault = { _ in .pass }
  ) throws {
    listener = try RawListener()
    port = listener.port
    path = socket
    self.judge = judge
    _ = WorkerThread("proxy") { [listener, weak self] in
      while let descriptor = listener.acceptDescriptor() {
        guard let self else {
          close(descriptor)
          return
        }
        self.serve(descriptor)
      }
    }
  }

  deinit { listener.stop() }

  /// How many answers were lost so far.
  package var cutCount: Int { cuts.withLock { $0 } }

  /// Cuts every connection, and takes no others until `mend`.
  package func cutOff() {
    isCutOff.withLock { $0 = true }
    let pairs = open.withLock { pairs in
      defer { pairs = [] }
      return pairs
    }
    for pair in pairs { for end in [pair.client, pair.server] { shutdown(end, Int32(SHUT_RDWR)) } }
  }

  package func mend() { isCutOff.withLock { $0 = false } }

  private func serve(_ client: Int32) {
    guard !isCutOff.withLock({ $0 }), let server = connectToSocket(path) else {
      close(client)
      return
    }
    let pair = Pair(client: client, server: server)
    open.withLock { $0.append(pair) }
    let lost = Locked(false)
    let left = Locked(2)
    // The descriptors are closed once neither side uses them.
    let end: @Sendable () -> Void = { [weak self] in
      for descriptor in [client, server] { shutdown(descriptor, Int32(SHUT_RDWR)) }
      let isLast = left.withLock { left in
        left -= 1
        return left == 0
      }
      guard isLast else { return }
      self?.open.withLock { $0.removeAll { $0.client == client } }
      close(client)
      close(server)
    }
    let (judge, cuts) = (judge, cuts)
    _ = WorkerThread("to-server") {
      defer { end() }
      var parser = StatementParser()
      while let bytes = receive(client) {
        for statement in parser.statements(in: bytes) {
          switch judge(statement) {
          case .pass: continue
          case .loseAnswer:
            lost.withLock { $0 = true }
            cuts.withLock { $0 += 1 }
          case .deliverLate(let span):
            cuts.withLock { $0 += 1 }
            shutdown(client, Int32(SHUT_RDWR))
            _ = Gate().wait(for: span)
            lost.withLock { $0 = true }
          }
        }
        guard sendAll(server, bytes) else { return }
      }
    }
    _ = WorkerThread("to-client") {
      defer { end() }
      while let bytes = receive(server) {
        if lost.withLock({ $0 }) { return }
        guard sendAll(client, bytes) else { return }
      }
    }
  }
}

/// Does the same to one in so many of a statement.
package final class EachOf: Sendable {
  private let seen = Locked(0)
  private let nth: Int
  private let statement: String
  private let fault: FaultProxy.Fault

  package init(_ nth: Int, _ statement: String, _ fault: FaultProxy.Fault) {
    (self.nth, self.statement, self.fault) = (nth, statement, fault)
  }

  package func judge(_ sql: String) -> FaultProxy.Fault {
    guard sql.hasPrefix(statement) else { return .pass }
    let isHit = seen.withLock { seen in
      seen += 1
      return seen % nth == 0
    }
    return isHit ? fault : .pass
  }
}

/// Finds the simple statements (`Q`) in what a client of PostgreSQL sends.
struct StatementParser {
  private var buffer: [UInt8] = []
  private var isStarted = false

  mutating func statements(in bytes: [UInt8]) -> [String] {
    buffer += bytes
    var found: [String] = []
    while true {
      // The first message has no type.
      let head = isStarted ? 1 : 0
      guard buffer.count >= head + 4 else { return found }
      let length = buffer[head..<head + 4].reduce(0) { $0 << 8 | Int($1) }
      guard buffer.count >= head + length else { return found }
      if isStarted, buffer[0] == UInt8(ascii: "Q") {
        found.append(String(decoding: buffer[5..<max(5, head + length - 1)], as: UTF8.self))
      }
      // A request for encryption is answered, and the start follows.
      let isRequest = !isStarted && length == 8
      if !isRequest { isStarted = true }
      buffer.removeFirst(head + length)
    }
  }
}

private func receive(_ descriptor: Int32) -> [UInt8]? {
  var buffer = [UInt8](repeating: 0, count: 65536)
  let count = recv(descriptor, &buffer, buffer.count, 0)
  return count > 0 ? Array(buffer.prefix(count)) : nil
}

private func sendAll(_ descriptor: Int32, _ bytes: [UInt8]) -> Bool {
  var rest = bytes[...]
  while !rest.isEmpty {
    let sent = rest.withUnsafeBytes {
      send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
    }
    guard sent > 0 else { return false }
    rest = rest.dropFirst(sent)
  }
  return true
}

private func connectToSocket(_ path: String) -> Int32? {
  let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
  var address = sockaddr_un()
  address.sun_family = sa_family_t(AF_UNIX)
  withUnsafeMutableBytes(of: &address.sun_path) { target in
    for (index, byte) in path.utf8.prefix(target.count - 1).enumerated() { target[index] = byte }
  }
  let code = withUnsafePointer(to: &address) { pointer in
    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
    }
  }
  guard code == 0 else {
    close(descriptor)
    return nil
  }
  return descriptor
}
