import HTTP
import Platform
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct DrainTests {
  @Test("requests in flight are answered, new connections are not taken")
  func drain() throws {
    let held = Locked<[HTTPResponder]>([])
    let arrived = Gate()
    let server = try HTTPServer { _, responder in
      held.withLock { $0.append(responder) }
      arrived.open()
    }
    let client = try RawConnection(port: server.port)
    let idle = try RawConnection(port: server.port)
    client.send(get("/"))
    #expect(arrived.wait(for: .seconds(60)))
    let draining = WorkerThread("drain") { server.drain(within: .seconds(20)) }
    #expect(idle.isClosedByPeer)
    #expect(throws: SocketFault.self) { try RawConnection(port: server.port) }
    held.withLock { $0.removeFirst() }.answer(HTTPAnswer(status: 200, text: "last").prepared())
    let answer = client.receiveAnswer()
    #expect(answer.body == "last")
    #expect(answer.header("connection") == "close")
    #expect(draining.join(within: .seconds(10)))
    #expect(client.isClosedByPeer)
  }

  @Test("what is not answered in time gets 503 or an end, and its responder does nothing any more")
  func overdue() throws {
    let held = Locked<[HTTPResponder]>([])
    let arrived = Gate()
    let server = try HTTPServer { _, responder in
      held.withLock { $0.append(responder) }
      arrived.open()
    }
    let client = try RawConnection(port: server.port)
    client.send(get("/"))
    #expect(arrived.wait(for: .seconds(60)))
    server.drain(within: .milliseconds(50))
    #expect([0, 503].contains(client.receiveAnswer().status))
    held.withLock { $0.removeFirst() }.answer(HTTPAnswer(status: 200))
  }

  @Test("draining ends streams and tells them so")
  func streams() throws {
    let closed = Gate()
    let opened = Gate()
    let streams = Locked<[HTTPStream]>([])
    let server = try HTTPServer { _, responder in
      let stream = responder.stream { closed.open() }
      stream.send(Array("first".utf8))
      streams.withLock { $0.append(stream) }
      opened.open()
    }
    let client = try RawConnection(port: server.port)
    client.send(get("/"))
    #expect(client.receive(through: "first").hasSuffix("first"))
    server.drain(within: .seconds(20))
    #expect(closed.wait(for: .seconds(60)))
    #expect(client.receiveAll().hasSuffix("0\r\n\r\n"))
    #expect(streams.withLock { $0.map { $0.send([1]) } } == [false])
  }

  @Test("a stream that begins while the server drains ends at once")
  func lateStream() throws {
    let held = Locked<[HTTPResponder]>([])
    let arrived = Gate()
    let closed = Gate()
    let server = try HTTPServer { _, responder in
      held.withLock { $0.append(responder) }
      arrived.open()
    }
    let client = try RawConnection(port: server.port)
    let idle = try RawConnection(port: server.port)
    client.send(get("/"))
    #expect(arrived.wait(for: .seconds(60)))
    let draining = WorkerThread("drain") { server.drain(within: .seconds(20)) }
    #expect(idle.isClosedByPeer)
    let stream = held.withLock { $0.removeFirst() }.stream { closed.open() }
    #expect(client.receiveAll().hasSuffix("0\r\n\r\n"))
    #expect(closed.wait(for: .seconds(60)))
    #expect(!stream.send([1]))
    #expect(draining.join(within: .seconds(10)))
  }

  @Test("answers from other threads, clients that leave and a stop can meet in any order")
  func stress() throws {
    for round in 0..<30 {
      let queue = Locked<[HTTPResponder]>([])
      let answered = Atomic(0)
      let enough = Gate()
      let done = Gate()
      var configuration = HTTPServer.Configuration()
      configuration.threads = 2
      let server = try HTTPServer(configuration: configuration) { request, responder in
        if request.path == "/stream" {
          responder.stream().send(request.body)
        } else {
          queue.withLock { $0.append(responder) }
        }
      }
      let answerers = (0..<2).map { _ in
        WorkerThread("answerer") {
          while !done.wait(for: .microseconds(50)) {
            let taken = queue.withLock { queue in
              defer { queue = [] }
              return queue
            }
            for (index, responder) in taken.enumerated() where index % 7 != 6 {
              responder.answer(HTTPAnswer(status: 200, text: "x"))
              if answered.add(1, ordering: .relaxed).newValue == 50 { enough.open() }
            }
          }
        }
      }
      let port = server.port
      let clients = (0..<8).map { number in
        WorkerThread("client") {
          while !done.wait(for: .zero), let connection = try? RawConnection(port: port) {
            for _ in 0..<5 { connection.send(get(number == 0 ? "/stream" : "/")) }
            if number % 2 == 0 { connection.reset() }
            if number % 3 == 0 { _ = connection.receive() }
          }
        }
      }
      #expect(enough.wait(for: .seconds(60)))
      server.drain(within: .milliseconds(round % 3 == 0 ? 0 : 20))
      done.open()
      for thread in answerers + clients { #expect(thread.join(within: .seconds(20))) }
    }
  }
}
