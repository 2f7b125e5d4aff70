import HTTP
import Platform
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct ServerLimitsTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let name: String
    let request: String
    let status: Int

    init(_ name: String, _ request: String, _ status: Int) {
      self.name = name
      self.request = request
      self.status = status
    }

    var testDescription: String { name }
  }

  @Test(
    "a body over the limit is answered 413, one at the limit is taken",
    arguments: [
      Case("at the limit", sized(100), 200), Case("over the limit", sized(101), 413),
      Case("chunked at the limit", chunked(parts: 10), 200),
      Case("chunked over the limit", chunked(parts: 11), 413),
      Case("a length beyond any number", announced("99999999999999999999"), 413),
    ])
  func bodySize(sent: Case) throws {
    let server = try echo { $0.maximumBodySize = 100 }
    let client = try RawConnection(port: server.port)
    client.send(sent.request)
    #expect(client.receiveAnswer().status == sent.status)
  }

  @Test("who sends all of a body that is far too large, and reads then, gets its answer")
  func largeBody() throws {
    let server = try echo { $0.maximumBodySize = 100 }
    let client = try RawConnection(port: server.port)
    #expect(client.send(sized(8_000_000)))
    #expect(client.receiveAnswer().status == 413)
  }

  @Test("a chunked body without an end is cut")
  func endlessBody() throws {
    let server = try echo { $0.maximumBodySize = 1000 }
    let client = try RawConnection(port: server.port)
    client.send(chunkedHead)
    let part = "3E8\r\n" + String(repeating: "x", count: 1000) + "\r\n"
    let refused = (0..<100_000).first { _ in !client.send(part) }
    #expect(refused != nil)
  }

  @Test(
    "a body that waits for leave gets it, or 413 in its place",
    arguments: [(5, "100"), (101, "413")])
  func expectation(length: Int, status: String) throws {
    let server = try echo { $0.maximumBodySize = 100 }
    let client = try RawConnection(port: server.port)
    client.send(
      "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: \(length)\r\n\r\n")
    #expect(client.receive(through: "\r\n").hasPrefix("HTTP/1.1 \(status)"))
  }

  @Test(
    "a head over the limit is answered 431, or 414 where the target alone is",
    arguments: [
      Case("below", "GET / HTTP/1.1\r\nHost: h\r\nX-A: \(long(3000))\r\n\r\n", 200),
      Case("above", "GET / HTTP/1.1\r\nHost: h\r\nX-A: \(long(5000))\r\n\r\n", 431),
      Case("far above", "GET / HTTP/1.1\r\nHost: h\r\nX-A: \(long(200_000))\r\n\r\n", 431),
      Case("above, and still coming", "GET / HTTP/1.1\r\nHost: h\r\nX-A: \(long(5000))", 431),
      Case("many fields", "GET / HTTP/1.1\r\nHost: h\r\n\(fields(5000))\r\n", 431),
      Case("a long target", "GET /\(long(200_000)) HTTP/1.1\r\nHost: h\r\n\r\n", 414),
    ])
  func headSize(sent: Case) throws {
    let server = try echo { $0.maximumHeadSize = 4096 }
    let client = try RawConnection(port: server.port)
    client.send(sent.request)
    #expect(client.receiveAnswer().status == sent.status)
  }

  @Test(
    "a connection that does not bring a whole request in time is closed",
    arguments: ["", "GET / HT", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nhalf"])
  func halfRequest(sent: String) throws {
    let server = try echo {
      $0.idleTimeout = .milliseconds(50)
      $0.requestTimeout = .milliseconds(100)
    }
    let client = try RawConnection(port: server.port)
    client.send(sent)
    #expect(client.isClosedByPeer)
  }

  @Test("a request that trickles in is cut, however steadily it comes")
  func trickle() throws {
    let server = try echo {
      $0.idleTimeout = .milliseconds(50)
      $0.requestTimeout = .milliseconds(100)
      $0.maximumBodySize = 1 << 30
    }
    let client = try RawConnection(port: server.port)
    client.send(announced("\(1 << 30)"))
    let cutAt = (0..<5_000_000).first { _ in !client.send([0]) }
    #expect(cutAt != nil)
  }

  @Test("a slow answer is not taken for a slow request")
  func slowAnswer() throws {
    let held = Locked<HTTPResponder?>(nil)
    let arrived = Gate()
    var configuration = HTTPServer.Configuration()
    configuration.idleTimeout = .milliseconds(10)
    configuration.requestTimeout = .milliseconds(40)
    let server = try HTTPServer(configuration: configuration) { _, responder in
      held.withLock { $0 = responder }
      arrived.open()
    }
    let client = try RawConnection(port: server.port)
    client.send(get("/"))
    #expect(arrived.wait(for: .seconds(60)))
    // One that came later and says nothing is closed first.
    #expect(try RawConnection(port: server.port).isClosedByPeer)
    held.withLock { $0?.answer(HTTPAnswer(status: 204)) }
    #expect(client.receiveAnswer().status == 204)
  }

  @Test("connections that stay idle, by the thousand, do not stop a request")
  func idleConnections() throws {
    let server = try echo { $0.threads = 2 }
    let idle = try (0..<1000).map { _ in try RawConnection(port: server.port) }
    let client = try RawConnection(port: server.port)
    for _ in 0..<20 {
      client.send(get("/"))
      #expect(client.receiveAnswer().status == 200)
    }
    idle[500].send(get("/"))
    #expect(idle[500].receiveAnswer().status == 200)
  }

  @Test("at the limit, the connection that has been idle longest makes room")
  func connectionLimit() throws {
    let server = try echo { $0.maximumConnections = 4 }
    let clients = try (0..<4).map { _ in
      let client = try RawConnection(port: server.port)
      client.send(get("/"))
      #expect(client.receiveAnswer().status == 200)
      return client
    }
    let fifth = try RawConnection(port: server.port)
    fifth.send(get("/"))
    #expect(fifth.receiveAnswer().status == 200)
    #expect(clients[0].isClosedByPeer)
    clients[3].send(get("/"))
    #expect(clients[3].receiveAnswer().status == 200)
  }

  private func echo(_ change: (inout HTTPServer.Configuration) -> Void) throws -> HTTPServer {
    var configuration = HTTPServer.Configuration()
    change(&configuration)
    return try HTTPServer(configuration: configuration) { request, responder in
      responder.answer(HTTPAnswer(status: 200, body: request.body))
    }
  }
}

private func long(_ count: Int) -> String { String(repeating: "x", count: count) }

private func fields(_ count: Int) -> String { String(repeating: "a:b\r\n", count: count) }

private func announced(_ length: String) -> String {
  "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: \(length)\r\n\r\n"
}

private func sized(_ count: Int) -> String { announced("\(count)") + long(count) }

private func chunked(parts: Int) -> String {
  chunkedHead + String(repeating: "A\r\n\(long(10))\r\n", count: parts) + "0\r\n\r\n"
}
