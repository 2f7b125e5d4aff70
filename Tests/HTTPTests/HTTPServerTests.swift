import HTTP
import Platform
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct HTTPServerTests {
  @Test("the handler gets method, target, headers and body exactly as they were sent")
  func request() throws {
    let server = try HTTPServer { request, responder in
      let parts = [
        request.method, request.target.description, request.path, request.query ?? "-",
        request.headers.first("X-TWO") ?? "-", request.headers.all("x-two").joined(separator: "+"),
        String(decoding: request.body, as: UTF8.self), request.peer.host, "\(request.isTLS)",
      ]
      responder.answer(HTTPAnswer(status: 200, text: parts.joined(separator: "|")))
    }
    let client = try RawConnection(port: server.port)
    client.send(
      "POST /a%2Fb/c?x=%41&y=1+2&z HTTP/1.1\r\nHost: h\r\nx-Two:  one \r\nX-Two: two\r\n"
        + "X-Empty:\r\nContent-Length: 4\r\n\r\nbody")
    let answer = client.receiveAnswer()
    #expect(answer.status == 200)
    #expect(
      answer.body
        == "POST|/a%2Fb/c?x=%41&y=1+2&z|/a%2Fb/c|x=%41&y=1+2&z|one |one +two|body|127.0.0.1|false")
  }

  @Test("a connection serves one request after the other, also when they come in one piece")
  func keepAlive() throws {
    let server = try HTTPServer { request, responder in
      responder.answer(HTTPAnswer(status: 200, text: request.path))
    }
    let client = try RawConnection(port: server.port)
    client.send(get("/1") + get("/2") + get("/3"))
    #expect((1...3).map { _ in client.receiveAnswer().body } == ["/1", "/2", "/3"])
  }

  @Test("an answer may come later from another thread, and only the first counts")
  func laterAnswer() throws {
    let waiting = Locked<[HTTPResponder]>([])
    let arrived = Gate()
    let server = try HTTPServer { _, responder in
      waiting.withLock { $0.append(responder) }
      arrived.open()
    }
    let client = try RawConnection(port: server.port)
    client.send(get("/"))
    #expect(arrived.wait(for: .seconds(60)))
    waiting.withLock { responders in
      responders.first?.answer(HTTPAnswer(status: 202))
      responders.first?.answer(HTTPAnswer(status: 500))
    }
    #expect(client.receiveAnswer().status == 202)
  }

  @Test("a responder that is let go answers 500")
  func droppedResponder() throws {
    let server = try HTTPServer { _, _ in }
    let client = try RawConnection(port: server.port)
    client.send(get("/"))
    let answer = client.receiveAnswer()
    #expect(answer.status == 500)
    #expect(answer.header("content-type") == "application/problem+json")
  }

  @Test("a request that is cut gets no byte of an answer", arguments: [false, true])
  func cut(later: Bool) throws {
    let waiting = Locked<HTTPResponder?>(nil)
    let arrived = Gate()
    let server = try HTTPServer { _, responder in
      if later { waiting.withLock { $0 = responder } } else { responder.cut() }
      arrived.open()
    }
    let client = try RawConnection(port: server.port)
    client.send(get("/"))
    #expect(arrived.wait(for: .seconds(60)))
    waiting.withLock { $0?.cut() }
    #expect(client.receiveAll() == "")
    #expect(client.isClosedByPeer)
  }

  @Test("a header with a line break is never sent", arguments: ["a\r\nX-Evil: 1", "a\nb"])
  func headerInjection(value: String) throws {
    let server = try HTTPServer { _, responder in
      responder.answer(HTTPAnswer(status: 200, headers: [HTTPHeader("X-Mine", value)]))
    }
    let client = try RawConnection(port: server.port)
    client.send(get("/"))
    let answer = client.receiveAnswer()
    #expect(answer.status == 500)
    #expect(!answer.head.contains("Evil"))
  }

  @Test("HEAD is answered with the length and without the body")
  func head() throws {
    let server = try HTTPServer { _, responder in
      responder.answer(HTTPAnswer(status: 200, text: "four"))
    }
    let client = try RawConnection(port: server.port)
    client.send("HEAD / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
    let all = client.receiveAll()
    #expect(all.lowercased().contains("content-length: 4"))
    #expect(all.hasSuffix("\r\n\r\n"))
  }

  @Test("any method reaches the handler", arguments: ["DELETE", "PATCH", "PROPFIND", "x"])
  func methods(method: String) throws {
    let server = try HTTPServer { request, responder in
      responder.answer(HTTPAnswer(status: 200, text: request.method))
    }
    let client = try RawConnection(port: server.port)
    client.send("\(method) / HTTP/1.1\r\nHost: h\r\n\r\n")
    #expect(client.receiveAnswer().body == method)
  }

  @Test("a chunked body arrives whole, and the connection ends with its answer")
  func chunkedBody() throws {
    let server = try HTTPServer { request, responder in
      responder.answer(HTTPAnswer(status: 200, body: request.body).prepared())
    }
    let client = try RawConnection(port: server.port)
    client.send(chunkedHead + "5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n" + get("/smuggled"))
    let answer = client.receiveAnswer()
    #expect(answer.body == "hello!")
    #expect(answer.header("connection") == "close")
    #expect(client.isClosedByPeer)
  }

  @Test("one connection limit per address holds, and frees its place")
  func connectionsPerAddress() throws {
    var configuration = HTTPServer.Configuration()
    configuration.maximumConnectionsPerAddress = 1
    let server = try HTTPServer(configuration: configuration) { _, responder in
      responder.answer(HTTPAnswer(status: 204))
    }
    let first = try RawConnection(port: server.port)
    first.send(get("/"))
    #expect(first.receiveAnswer().status == 204)
    let second = try RawConnection(port: server.port)
    second.send(get("/"))
    #expect(second.isClosedByPeer)
  }

  @Test("a port that is taken is an error with its number")
  func portTaken() throws {
    let server = try HTTPServer { _, _ in }
    var configuration = HTTPServer.Configuration()
    configuration.port = server.port
    #expect {
      _ = try HTTPServer(configuration: configuration) { _, _ in }
    } throws: { error in
      "\(error)".contains("127.0.0.1:\(server.port)")
    }
  }
}

let chunkedHead = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"

func get(_ path: String) -> String { "GET \(path) HTTP/1.1\r\nHost: h\r\n\r\n" }
