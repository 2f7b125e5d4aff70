import HTTP
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct FramingTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let name: String
    let request: String

    init(_ name: String, _ request: String) {
      self.name = name
      self.request = request
    }

    var testDescription: String { name }
  }

  @Test(
    "a request that could be read in two ways is refused and its connection closed",
    arguments: [
      Case("length and chunked", chunked("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n")),
      Case("chunked and length", chunked("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n")),
      Case(
        "the chunks' own length and chunked",
        chunked("Content-Length: 15\r\nTransfer-Encoding: chunked\r\n")),
      Case("two lengths", post("Content-Length: 5\r\nContent-Length: 6\r\n")),
      Case("the same length twice", post("Content-Length: 5\r\nContent-Length: 5\r\n")),
      Case("a list of lengths", post("Content-Length: 5, 5\r\n")),
      Case("a length with a sign", post("Content-Length: +5\r\n")),
      Case("a negative length", post("Content-Length: -5\r\n")),
      Case("a hexadecimal length", post("Content-Length: 0x5\r\n")),
      Case("a length with a blank behind", post("Content-Length: 5 \r\n")),
      Case("an empty length", post("Content-Length:\r\n")),
      Case("a folded header", post("X-A: b\r\n c\r\nContent-Length: 5\r\n")),
      Case("a header folded by a tab", post("X-A: b\r\n\tc\r\nContent-Length: 5\r\n")),
      Case("a folded last header", post("Content-Length: 5\r\n 0\r\n")),
      Case("a bare carriage return in a value", post("X-A: b\rc\r\nContent-Length: 5\r\n")),
      Case("a bare carriage return in a name", post("X\r-A: b\r\nContent-Length: 5\r\n")),
      Case("a bare line feed between headers", post("X-A: b\nContent-Length: 5\r\n")),
      Case("a bare line feed behind the request line", "GET / HTTP/1.1\nHost: h\r\n\r\n"),
      Case("a bare line feed for the empty line", "GET / HTTP/1.1\r\nHost: h\r\n\n"),
      Case("a zero in a value", post("X-A: b\0c\r\nContent-Length: 5\r\n")),
      Case("two zeros in a value", post("X-A: b\0\0c\0d\r\nContent-Length: 5\r\n")),
      Case("a zero in a name", post("X\0A: b\r\nContent-Length: 5\r\n")),
      Case("a zero in the target", "GET /a\0b HTTP/1.1\r\nHost: h\r\n\r\n"),
      Case("a tab in the target", "GET /a\tb HTTP/1.1\r\nHost: h\r\n\r\n"),
      Case("two blanks before the target", "GET  / HTTP/1.1\r\nHost: h\r\n\r\n"),
      Case("gzip and chunked", chunked("Transfer-Encoding: gzip, chunked\r\n")),
      Case(
        "chunked twice", chunked("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")),
      Case("identity", chunked("Transfer-Encoding: identity\r\n")),
      Case("chunked with a blank behind", chunked("Transfer-Encoding: chunked \r\n")),
      Case("chunked behind a vertical tab", chunked("Transfer-Encoding:\u{B}chunked\r\n")),
      Case("a blank before the colon", chunked("Transfer-Encoding : chunked\r\n")),
      Case("a header without a colon", post("X-A\r\nContent-Length: 5\r\n")),
      Case("a header without a name", post(": b\r\nContent-Length: 5\r\n")),
      Case(
        "chunked in HTTP/1.0",
        "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n\(fiveInChunks)"),
      Case("no host", "GET / HTTP/1.1\r\n\r\n"),
      Case("two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
      Case("a chunk size that is no number", chunkedHead + "xyz\r\nhello\r\n0\r\n\r\n"),
      Case("a chunk longer than its size", chunkedHead + "3\r\nhello\r\n0\r\n\r\n"),
    ])
  func ambiguous(sent: Case) throws {
    let server = try answering()
    let client = try RawConnection(port: server.port)
    client.send(sent.request)
    client.finishSending()
    let all = client.receiveAll()
    #expect(all.hasPrefix("HTTP/1.1 400 "), "\(all)")
    #expect(!all.contains("handled"))
  }

  @Test(
    "a request in order passes, whatever its headers look like",
    arguments: [
      Case("no headers but the host", "GET / HTTP/1.1\r\nHost: h\r\n\r\n"),
      Case("an empty line before it", "\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n"),
      Case("an empty value", "GET / HTTP/1.1\r\nHost: h\r\nX-A:\r\nX-B: \t \r\n\r\n"),
      Case("a value beyond ASCII", "GET / HTTP/1.1\r\nHost: h\r\nX-A: Zoë\r\n\r\n"),
      Case("cookies", "GET / HTTP/1.1\r\nHost: h\r\nCookie: a=b; c=\"d\"; e\r\n\r\n"),
      Case(
        "a long query",
        "GET /?" + String(repeating: "a&", count: 3000) + " HTTP/1.1\r\nHost: h\r\n\r\n"),
      Case(
        "many headers",
        "GET / HTTP/1.1\r\nHost: h\r\n" + String(repeating: "a:b\r\n", count: 150) + "\r\n"),
      Case("a body", post("Content-Length: 5\r\n")),
      Case("a chunked body", chunked("Transfer-Encoding: chunked\r\n")),
      Case("chunked in capitals", chunked("TRANSFER-ENCODING: Chunked\r\n")),
      Case("HTTP/1.0", "GET / HTTP/1.0\r\n\r\n"),
      Case("an absolute target", "GET http://h/a?b HTTP/1.1\r\nHost: h\r\n\r\n"),
    ])
  func inOrder(sent: Case) throws {
    let server = try answering()
    let client = try RawConnection(port: server.port)
    client.send(sent.request)
    let answer = client.receiveAnswer()
    #expect(answer.status == 200)
    #expect(answer.body == "handled")
  }

  @Test("a head that comes byte by byte is judged like one that comes at once")
  func byteByByte() throws {
    let server = try answering()
    let client = try RawConnection(port: server.port)
    for byte in post("X-A: b\r\nContent-Length: 5\r\n").utf8 { client.send([byte]) }
    #expect(client.receiveAnswer().body == "handled")
    for byte in post("X-A: b\nContent-Length: 5\r\n").utf8 { client.send([byte]) }
    #expect(client.receiveAnswer().status == 400)
  }

  private func answering() throws -> HTTPServer {
    try HTTPServer { _, responder in
      responder.answer(HTTPAnswer(status: 200, text: "handled"))
    }
  }
}

/// A body that is in order, so that only the head can be refused.
private let fiveInChunks = "5\r\nhello\r\n0\r\n\r\n"

private func chunked(_ headers: String) -> String {
  "POST / HTTP/1.1\r\nHost: h\r\n\(headers)\r\n\(fiveInChunks)"
}

private func post(_ headers: String) -> String {
  "POST / HTTP/1.1\r\nHost: h\r\n\(headers)\r\nhello"
}
