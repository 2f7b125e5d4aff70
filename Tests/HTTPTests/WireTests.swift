import HTTP
import Platform
import TestSupport
import Testing

/// How requests are read and answers written, whatever the pieces that they come in.
@Suite(.timeLimit(.minutes(5))) struct WireTests {
  @Test(
    "a head is there when its empty line is, and not a byte before",
    arguments: [
      "GET / HTTP/1.1\r\nHost: h\r\n\r\n",
      "\r\nPOST /a?b HTTP/1.1\r\nHost: h\r\nX-A:\r\nContent-Length: 12\r\nX-B: c d\r\n\r\n",
      "PUT * HTTP/1.0\r\n\r\n",
    ])
  func prefixes(text: String) throws {
    let bytes = Array(text.utf8)
    for end in 0..<bytes.count {
      #expect(try RequestHead.read(bytes.span.extracting(0..<end), limit: 200) == nil)
    }
    let more = bytes + Array("rest".utf8)
    #expect(try RequestHead.read(more.span, limit: 200)?.end == bytes.count)
  }

  struct Chunks: Sendable {
    let text: String
    /// nil where it is refused.
    let body: String?

    init(_ text: String, _ body: String?) { (self.text, self.body) = (text, body) }
  }

  @Test(
    "a chunked body is the same in every two pieces",
    arguments: [
      Chunks("0\r\n\r\n", ""), Chunks("5\r\nhello\r\n0\r\n\r\n", "hello"),
      Chunks("1\r\na\r\n00002\r\nbc\r\n0\r\n\r\n", "abc"),
      Chunks("A;x=\"y\"\r\n0123456789\r\n0;z\r\nX-A: b\r\nX-C: d\r\n\r\n", "0123456789"),
      Chunks("a\r\n\r\n\r\n\r\n\r\n\r\n\r\n0\r\n\r\n", "\r\n\r\n\r\n\r\n\r\n"),
      Chunks("15\r\n\(String(repeating: "x", count: 21))\r\n0\r\n\r\n", nil),
      Chunks("FFFFFFFFFFFFFFFF\r\n", nil), Chunks("\r\n", nil), Chunks("g\r\n", nil),
      Chunks("-1\r\n", nil), Chunks("0x1\r\na\r\n", nil), Chunks("1\na\r\n", nil),
      Chunks("1\r\nab\r\n", nil), Chunks("1\r\na\n0\r\n\r\n", nil), Chunks("0\r\n\n", nil),
      Chunks("0\r\nX-A: b\n\r\n", nil), Chunks("1;a\rb\r\na\r\n", nil),
    ])
  func chunks(sent: Chunks) throws {
    let bytes = Array(sent.text.utf8)
    for cut in 0...bytes.count {
      var chunks = ChunkedBody()
      var body: [UInt8] = []
      let read = { (part: ArraySlice<UInt8>) throws(RequestHead.Verdict) in
        _ = try chunks.take(Array(part).span, into: &body, limit: 20)
      }
      if let wanted = sent.body {
        try read(bytes[..<cut])
        try read(bytes[cut...])
        #expect(chunks.isDone)
        #expect(String(decoding: body, as: UTF8.self) == wanted)
      } else {
        #expect(throws: RequestHead.Verdict.self) {
          try read(bytes[..<cut])
          try read(bytes[cut...])
        }
      }
    }
  }

  @Test("of two requests in one piece the second is read with its own body")
  func pipelined() throws {
    let server = try echo()
    let client = try RawConnection(port: server.port)
    client.send(Self.post("first") + Self.post("") + Self.post("third"))
    #expect((0..<3).map { _ in client.receiveAnswer().body } == ["first", "", "third"])
  }

  @Test("who has sent all and says so still gets the answer")
  func halfClosed() throws {
    let held = Locked<HTTPResponder?>(nil)
    let arrived = Gate()
    let server = try HTTPServer { _, responder in
      held.withLock { $0 = responder }
      arrived.open()
    }
    let client = try RawConnection(port: server.port)
    client.send(get("/"))
    client.finishSending()
    #expect(arrived.wait(for: .seconds(60)))
    held.withLock { $0?.answer(HTTPAnswer(status: 200, text: "late")) }
    #expect(client.receiveAnswer().body == "late")
    #expect(client.isClosedByPeer)
  }

  @Test("an answer larger than any buffer arrives whole, and the connection goes on")
  func largeAnswer() throws {
    let large = (0..<8_000_000).map { UInt8(truncatingIfNeeded: $0 / 251) }
    let server = try HTTPServer { request, responder in
      responder.answer(HTTPAnswer(status: 200, body: request.path == "/" ? large : []))
    }
    let client = try RawConnection(port: server.port, receiveBuffer: 8192)
    client.send(get("/") + get("/next"))
    let head = client.receive(through: "\r\n\r\n")
    #expect(head.contains("Content-Length: \(large.count)\r\n"))
    #expect(client.receive(count: large.count) == large)
    #expect(client.receiveAnswer().status == 200)
  }

  @Test("a reader that takes nothing of its answer is cut in the end")
  func stuckReader() throws {
    var configuration = HTTPServer.Configuration()
    configuration.idleTimeout = .milliseconds(200)
    let server = try HTTPServer(configuration: configuration) { _, responder in
      responder.answer(HTTPAnswer(status: 200, body: [UInt8](repeating: 0, count: 20_000_000)))
    }
    let client = try RawConnection(port: server.port, receiveBuffer: 4096)
    client.send(get("/"))
    _ = Gate().wait(for: .seconds(1))
    #expect(client.receiveAll().utf8.count < 20_000_000)
  }

  @Test(
    "what HTTP asks of an answer's head",
    arguments: [
      ("GET / HTTP/1.1\r\nHost: h\r\n\r\n", 200, "Content-Length: 0\r\n", "Connection"),
      ("GET / HTTP/1.1\r\nHost: h\r\n\r\n", 204, "Date: ", "Content-Length"),
      (
        "GET / HTTP/1.1\r\nHost: h\r\nConnection: x, Close\r\n\r\n", 200, "Connection: close\r\n",
        "x,"
      ),
      ("GET / HTTP/1.0\r\n\r\n", 200, "Connection: close\r\n", "chunked"),
    ])
  func answerHead(request: String, status: Int, has: String, hasNot: String) throws {
    let server = try HTTPServer { _, responder in responder.answer(HTTPAnswer(status: status)) }
    let client = try RawConnection(port: server.port)
    client.send(request)
    let head = client.receive(through: "\r\n\r\n")
    #expect(head.hasPrefix("HTTP/1.1 \(status) "))
    #expect(head.contains(has))
    #expect(!head.contains(hasNot))
  }

  @Test(
    "what the server cannot do is refused by its own number",
    arguments: [
      ("GET / HTTP/2.0\r\nHost: h\r\n\r\n", 505),
      ("POST / HTTP/1.1\r\nHost: h\r\nExpect: tea\r\nContent-Length: 1\r\n\r\n", 417),
    ])
  func refused(request: String, status: Int) throws {
    let server = try echo()
    let client = try RawConnection(port: server.port)
    client.send(request)
    #expect(client.receiveAnswer().status == status)
    #expect(client.isClosedByPeer)
  }

  @Test("a stream to a client of HTTP/1.0 is sent as it is and ends with its connection")
  func oldStream() throws {
    let server = try HTTPServer { _, responder in
      let stream = responder.stream()
      stream.send(Array("one".utf8))
      stream.finish()
    }
    let client = try RawConnection(port: server.port)
    client.send("GET / HTTP/1.0\r\n\r\n")
    let all = client.receiveAll()
    #expect(!all.contains("Transfer-Encoding"))
    #expect(all.hasSuffix("\r\n\r\none"))
  }

  private func echo() throws -> HTTPServer {
    try HTTPServer { request, responder in
      responder.answer(HTTPAnswer(status: 200, body: request.body))
    }
  }

  private static func post(_ body: String) -> String {
    "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
  }
}
