import HTTP
import Platform
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct BodyPlanTests {
  @Test(
    "two hundred strangers who never finish hold bounded memory, and an honest request gets through"
  )
  func strangers() async throws {
    try await onOwnThread {
      var configuration = HTTPServer.Configuration()
      configuration.threads = 2
      configuration.strangersRoom = 16 << 20
      let limit = 8 << 20
      let server = try HTTPServer(configuration: configuration) { _ in
        .buffer(limit: limit) { request, responder in
          responder.answer(HTTPAnswer(status: 200, text: "\(request.body.count)"))
        }
      }
      // Each sends the same; together they would hold six times as much as there is room for.
      let part = [UInt8](repeating: 0, count: 512 << 10)
      let strangers = try (0..<200).map { _ in
        let stranger = try RawConnection(port: server.port)
        stranger.send(announced(limit))
        stranger.send(part)
        return stranger
      }
      // Every loop may be over its share by one piece at a time, which it then takes back.
      let most = configuration.strangersRoom + 2 * (1 << 20)
      #expect(server.heldBytes(by: .stranger) <= most)
      #expect(server.heldBytes(by: .stranger) > 0)
      let honest = try RawConnection(port: server.port)
      honest.send(announced(5) + "hello")
      let answer = honest.receiveAnswer()
      #expect((answer.status, answer.body) == (200, "5"))
      // Who had been coming longest was told why.
      let refusal = strangers[0].receiveAnswer()
      #expect(refusal.status == 503)
      #expect(refusal.header("retry-after") != nil)
      #expect(strangers[0].isClosedByPeer)
    }
  }

  @Test("what a stranger held is given back, however its request ends", arguments: [false, true])
  func givenBack(isFinished: Bool) async throws {
    try await onOwnThread {
      let server = try HTTPServer { _, responder in responder.answer(HTTPAnswer(status: 204)) }
      for _ in 0..<3 {
        let client = try RawConnection(port: server.port)
        client.send(
          announced(100_000) + String(repeating: "x", count: isFinished ? 100_000 : 50_000))
        if isFinished { #expect(client.receiveAnswer().status == 204) } else { client.reset() }
      }
      // One whose head alone is there; and one that comes after all of them has been seen.
      let last = try RawConnection(port: server.port)
      last.send(get("/"))
      #expect(last.receiveAnswer().status == 204)
      #expect(server.heldBytes(by: .stranger) == 0)
    }
  }

  @Test("a head counts, too, while its body does not come")
  func heads() async throws {
    try await onOwnThread {
      let server = try HTTPServer { _, responder in responder.answer(HTTPAnswer(status: 204)) }
      let waiting = try RawConnection(port: server.port)
      waiting.send(
        "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 1\r\nX-A: "
          + String(repeating: "x", count: 6000) + "\r\n\r\n")
      #expect(waiting.receive(through: "\r\n\r\n").hasPrefix("HTTP/1.1 100"))
      let other = try RawConnection(port: server.port)
      other.send(get("/"))
      #expect(other.receiveAnswer().status == 204)
      #expect(server.heldBytes(by: .stranger) > 6000)
      waiting.send("x")
      #expect(waiting.receiveAnswer().status == 204)
      other.send(get("/"))
      #expect(other.receiveAnswer().status == 204)
      #expect(server.heldBytes(by: .stranger) == 0)
    }
  }

  @Test("callers that are known have a room of their own, which strangers cannot fill")
  func known() async throws {
    try await onOwnThread {
      var configuration = HTTPServer.Configuration()
      configuration.strangersRoom = 1 << 20
      let server = try HTTPServer(configuration: configuration) { head in
        .buffer(limit: 8 << 20, from: head.path == "/known" ? .known : .stranger) {
          request, responder in
          responder.answer(HTTPAnswer(status: 200, text: "\(request.body.count)"))
        }
      }
      let caller = try RawConnection(port: server.port)
      let size = 4 << 20
      caller.send("POST /known HTTP/1.1\r\nHost: h\r\nContent-Length: \(size)\r\n\r\n")
      caller.send([UInt8](repeating: 0, count: size - 1))
      for _ in 0..<4 {
        let stranger = try RawConnection(port: server.port)
        stranger.send(announced(8 << 20))
        stranger.send([UInt8](repeating: 0, count: 1 << 20))
      }
      caller.send([0])
      #expect(caller.receiveAnswer().body == "\(size)")
    }
  }

  @Test(
    "a head that never ends is refused at its limit",
    arguments: [
      ("GET / HTTP/1.1\r\nHost: h\r\nX-A: ", 431), ("GET /", 414),
      ("GET / HTTP/1.1\r\nHost: h\r\nX-A: b\r\nX-B: ", 431),
    ])
  func endlessHead(start: String, status: Int) throws {
    let server = try HTTPServer { _, responder in responder.answer(HTTPAnswer(status: 204)) }
    let client = try RawConnection(port: server.port)
    client.send(start + String(repeating: "x", count: 20_000))
    #expect(client.receiveAnswer().status == status)
  }

  struct Early: CustomTestStringConvertible, Sendable {
    let name: String
    let request: String
    let isOpen: Bool
    var testDescription: String { name }
  }

  @Test(
    "an answer at the head comes before the body, which is never waited for",
    arguments: [
      Early(name: "no body", request: "GET /no HTTP/1.1\r\nHost: h\r\n\r\n", isOpen: true),
      Early(name: "a body that came with its head", request: post("5") + "hello", isOpen: true),
      Early(name: "a body that does not come", request: post("5000000"), isOpen: false),
      Early(
        name: "a body that waits for leave",
        request:
          "POST /no HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n",
        isOpen: false),
      Early(
        name: "a chunked body",
        request: "POST /no HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
        isOpen: false),
    ])
  func early(sent: Early) throws {
    let server = try HTTPServer { head in
      head.path == "/no"
        ? .answer(HTTPAnswer(status: 401, text: "who?"))
        : .buffer { _, responder in responder.answer(HTTPAnswer(status: 200, text: "next")) }
    }
    let client = try RawConnection(port: server.port)
    client.send(sent.request)
    let answer = client.receiveAnswer()
    #expect((answer.status, answer.body) == (401, "who?"))
    if sent.isOpen {
      client.send(get("/"))
      #expect(client.receiveAnswer().body == "next")
    } else {
      #expect(client.isClosedByPeer)
    }
  }

  @Test(
    "each route has its own limit",
    arguments: [
      ("/small", 10, 200), ("/small", 11, 413), ("/large", 11, 200), ("/large", 1001, 413),
    ])
  func limits(path: String, length: Int, status: Int) throws {
    var router = Router()
    router.on("POST", "/small", limit: 10) { _, _, responder in
      responder.answer(HTTPAnswer(status: 200))
    }
    router.on("POST", "/large", limit: 1000) { _, _, responder in
      responder.answer(HTTPAnswer(status: 200))
    }
    let server = try HTTPServer(door: router.plan)
    let client = try RawConnection(port: server.port)
    client.send(
      "POST \(path) HTTP/1.1\r\nHost: h\r\nContent-Length: \(length)\r\n\r\n"
        + String(repeating: "x", count: length))
    #expect(client.receiveAnswer().status == status)
  }
}

private func announced(_ length: Int) -> String {
  "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: \(length)\r\n\r\n"
}

private func post(_ length: String) -> String {
  "POST /no HTTP/1.1\r\nHost: h\r\nContent-Length: \(length)\r\n\r\n"
}
