import HTTP
import Platform
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct StreamTests {
  @Test("what is sent arrives in order, as it is sent, and the end is told")
  func order() throws {
    let streams = Locked<[HTTPStream]>([])
    let opened = Gate()
    let closed = Gate()
    let server = try HTTPServer { _, responder in
      let type = HTTPHeader("Content-Type", "text/event-stream")
      streams.withLock { $0.append(responder.stream(headers: [type]) { closed.open() }) }
      opened.open()
    }
    let client = try RawConnection(port: server.port)
    client.send(get("/"))
    #expect(opened.wait(for: .seconds(60)))
    let stream = try #require(streams.withLock { $0.first })
    #expect(client.receive(through: "\r\n\r\n").contains("text/event-stream"))
    for number in 1...3 {
      #expect(stream.send(Array("data: \(number)\n\n".utf8)))
      #expect(client.receive(through: "data: \(number)\n\n").contains("data: \(number)"))
    }
    stream.finish()
    #expect(client.receive(through: "0\r\n\r\n").hasSuffix("0\r\n\r\n"))
    #expect(closed.wait(for: .seconds(60)))
    #expect(!stream.send([1]))
    client.send(get("/"))
    #expect(client.receive(through: "\r\n\r\n").hasPrefix("HTTP/1.1 200"))
    streams.withLock { $0.last }?.finish()
  }

  @Test("a reader that is too slow is closed when the buffer is full")
  func slowReader() throws {
    let closed = Gate()
    let full = Gate()
    var configuration = HTTPServer.Configuration()
    configuration.streamBuffer = 10_000
    let server = try HTTPServer(configuration: configuration) { _, responder in
      let stream = responder.stream { closed.open() }
      let writer = WorkerThread("writer") {
        while stream.send([UInt8](repeating: 0, count: 1000)) {}
        full.open()
      }
      _ = writer
    }
    let client = try RawConnection(port: server.port, receiveBuffer: 4096)
    client.send(get("/"))
    #expect(full.wait(for: .seconds(60)))
    #expect(closed.wait(for: .seconds(60)))
    withExtendedLifetime(client) {}
  }

  @Test("a reader that stands still is closed as well when little comes at a time")
  func stuckReader() throws {
    let closed = Gate()
    let streams = Locked<[HTTPStream]>([])
    let opened = Gate()
    var configuration = HTTPServer.Configuration()
    configuration.streamBuffer = 10_000
    let server = try HTTPServer(configuration: configuration) { _, responder in
      streams.withLock { $0.append(responder.stream { closed.open() }) }
      opened.open()
    }
    let client = try RawConnection(port: server.port, receiveBuffer: 4096)
    client.send(get("/"))
    #expect(opened.wait(for: .seconds(60)))
    let stream = try #require(streams.withLock { $0.first })
    var isTaken = true
    while isTaken {
      isTaken = stream.send([UInt8](repeating: 0, count: 5000))
      // As long as the socket takes it, all is gone soon; then it stays, and the server has seen that.
      _ = Gate().wait(for: .milliseconds(stream.pendingCount > 0 ? 20 : 0))
    }
    #expect(closed.wait(for: .seconds(60)))
    withExtendedLifetime(client) {}
  }

  @Test("a reader that went away is noticed at the next send")
  func readerGone() throws {
    let streams = Locked<[HTTPStream]>([])
    let opened = Gate()
    let closed = Gate()
    let server = try HTTPServer { _, responder in
      streams.withLock { $0.append(responder.stream { closed.open() }) }
      opened.open()
    }
    do {
      let client = try RawConnection(port: server.port)
      client.send(get("/"))
      #expect(opened.wait(for: .seconds(60)))
      client.reset()
    }
    let stream = try #require(streams.withLock { $0.first })
    let noticed = (0..<1000).contains { _ in
      stream.send([1])
      return closed.wait(for: .milliseconds(10))
    }
    #expect(noticed)
  }

  @Test("a stream on a request that was answered already is closed from the start")
  func tooLate() throws {
    let closed = Gate()
    let server = try HTTPServer { _, responder in
      responder.answer(HTTPAnswer(status: 204))
      let stream = responder.stream { closed.open() }
      #expect(!stream.send([1]))
    }
    let client = try RawConnection(port: server.port)
    client.send(get("/"))
    #expect(client.receiveAnswer().status == 204)
    #expect(closed.wait(for: .seconds(60)))
  }
}
