import Glibc
import HTTP
import Platform
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct HTTPClientTests {
  @Test("sends exactly what the call says and gives back the whole answer")
  func exchange() throws {
    let listener = try RawListener()
    let received = Locked<RawAnswer?>(nil)
    let server = WorkerThread("server") {
      guard let connection = listener.accept() else { return }
      let request = connection.receiveRequest()
      received.withLock { $0 = request }
      connection.send(
        "HTTP/1.1 201 Created\r\nX-A: 1\r\nx-a:  2 \r\nContent-Length: 2\r\n\r\nok")
    }
    let client = try HTTPClient()
    var call = post(to: listener.port)
    call.headers = [HTTPHeader("Authorization", "Bearer t"), HTTPHeader("X-Empty", "")]
    let before = RunningTime.now
    let outcome = client.outcome(of: call)
    let after = RunningTime.now
    guard case .answered(let answer) = outcome else {
      Issue.record("no answer: \(String(describing: outcome))")
      return
    }
    #expect(answer.status == 201)
    #expect(answer.body == Array("ok".utf8))
    #expect(answer.headers.all(named: "X-A") == ["1", "2"])
    #expect((before...after).contains(answer.gatePassedAt))
    #expect(!answer.timings.isConnectionReused)
    server.join()
    let request = received.withLock { $0 }
    #expect(request?.head.hasPrefix("POST /x HTTP/1.1\r\n") == true)
    #expect(request?.header("authorization") == "Bearer t")
    #expect(request?.header("x-empty") == "")
    #expect(request?.header("expect") == nil)
    #expect(request?.header("content-type") == nil)
    #expect(request?.body == "a=b")
  }

  @Test(
    "a method is sent as it is named",
    arguments: ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH"], ["", "body"])
  func methods(method: String, body: String) throws {
    let server = try HTTPServer { request, responder in
      let echoed = HTTPHeader("X-Seen", "\(request.method) \(request.body.count)")
      responder.answer(HTTPAnswer(status: 200, headers: [echoed], body: request.body))
    }
    let client = try HTTPClient()
    let url = "http://127.0.0.1:\(server.port)/"
    // A handle that has carried a POST before must not leave traces of it.
    _ = client.outcome(of: post(to: server.port))
    let outcome = client.outcome(of: HTTPCall(method: method, url: url, body: Array(body.utf8)))
    guard case .answered(let answer) = outcome else {
      Issue.record("no answer: \(String(describing: outcome))")
      return
    }
    let sent = method == "HEAD" ? 0 : body.utf8.count
    #expect(answer.headers.first(named: "x-seen") == "\(method) \(sent)")
    #expect(answer.timings.isConnectionReused)
  }

  @Test("a request that a reused connection swallowed is never repeated")
  func swallowed() throws {
    let listener = try RawListener()
    let copies = Atomic(0)
    let server = WorkerThread("server") {
      while let connection = listener.accept() {
        guard connection.receiveRequest().status == 0, connection.send(noContent) else { return }
        guard !connection.receiveRequest().head.isEmpty else { continue }
        copies.add(1, ordering: .relaxed)
      }
    }
    let client = try HTTPClient()
    #expect(client.outcome(of: post(to: listener.port, "first"))?.status == 204)
    let gates = Atomic(0)
    var call = post(to: listener.port, "second")
    call.gate = {
      gates.add(1, ordering: .relaxed)
      return .pass
    }
    let outcome = client.outcome(of: call)
    #expect(outcome?.unknownReason == .repetitionRefused)
    #expect(outcome?.gatePassedAt != nil)
    listener.stop()
    client.close()
    server.join()
    #expect(copies.load(ordering: .relaxed) == 1)
    #expect(gates.load(ordering: .relaxed) == 1)
  }

  @Test("what is for public addresses alone sends no byte to a private one, by number or by name")
  func publicOnly() throws {
    let listener = try RawListener()
    let received = Locked<[String]>([])
    let server = WorkerThread("server") {
      while let connection = listener.accept() {
        let all = connection.receiveAll()
        received.withLock { $0.append(all) }
      }
    }
    let client = try HTTPClient()
    for host in ["127.0.0.1", "localhost", "0x7f.1"] {
      var call = HTTPCall(
        method: "POST", url: "http://\(host):\(listener.port)/x", body: Array("a=b".utf8))
      call.isPublicOnly = true
      #expect(client.outcome(of: call)?.notSentReason == .privateAddress, "\(host)")
    }
    client.close()
    listener.stop()
    server.join()
    #expect(received.withLock { $0.joined() } == "")
  }

  @Test("a refusal at the gate sends no byte, on a new connection and on a kept one")
  func refusal() throws {
    let listener = try RawListener()
    let after = Locked<[String]>([])
    let server = WorkerThread("server") {
      while let connection = listener.accept() {
        let first = connection.receive(through: "\r\n\r\n")
        if first.hasPrefix("GET /answer") { connection.send(noContent) }
        let rest = connection.receiveAll()
        after.withLock { $0.append((first.hasPrefix("GET /answer") ? "" : first) + rest) }
      }
    }
    let client = try HTTPClient()
    var refused = post(to: listener.port)
    refused.gate = { .refuse }
    #expect(client.outcome(of: refused)?.notSentReason == .refusedAtGate)
    let get = HTTPCall(url: "http://127.0.0.1:\(listener.port)/answer")
    #expect(client.outcome(of: get)?.status == 204)
    #expect(client.outcome(of: refused)?.notSentReason == .refusedAtGate)
    client.close()
    listener.stop()
    server.join()
    #expect(after.withLock { $0.joined() } == "")
  }

  @Test("nobody at the port means not sent")
  func refusedConnection() throws {
    let port = try RawListener().port
    let client = try HTTPClient()
    let outcome = client.outcome(of: post(to: port))
    #expect(outcome?.notSentReason == .connectFailed)
    #expect(outcome?.hostFailure == .connection)
    #expect(outcome?.gatePassedAt == nil)
  }

  @Test("a connection that is never accepted means not sent, by its time-out")
  func connectTimeout() throws {
    let listener = try RawListener(backlog: 0)
    // With its queue full, the kernel leaves further connections without an answer.
    let fillers = try (0..<1).map { _ in try RawConnection(port: listener.port) }
    let client = try HTTPClient()
    var call = post(to: listener.port)
    call.connectTimeout = .milliseconds(300)
    let outcome = client.outcome(of: call)
    #expect(outcome?.notSentReason == .connectTimedOut)
    #expect(outcome?.hostFailure == .timeout)
    withExtendedLifetime(fillers) {}
  }

  @Test(
    "a call that cannot be sent says so",
    arguments: [
      HTTPCall(url: "ftp://127.0.0.1/"), HTTPCall(url: "nonsense://"), HTTPCall(url: ""),
      HTTPCall(method: "GET /", url: "http://127.0.0.1:1/"),
      HTTPCall(url: "http://127.0.0.1:1/", headers: [HTTPHeader("X-A", "b\r\nX-C: d")]),
      HTTPCall(url: "http://127.0.0.1:1/", headers: [HTTPHeader("X A", "b")]),
    ])
  func invalid(call: HTTPCall) throws {
    let client = try HTTPClient()
    #expect(client.outcome(of: call)?.notSentReason == .invalidCall)
  }

  struct Fault: CustomTestStringConvertible, Sendable {
    let name: String
    let answer: String
    let reason: UnknownReason

    var testDescription: String { name }
  }

  @Test(
    "what happens after the gate without a whole answer leaves the outcome unknown",
    arguments: [
      Fault(name: "no answer", answer: "", reason: .cut),
      Fault(name: "half a head", answer: "HTTP/1.1 200 OK\r\nContent-", reason: .cut),
      Fault(
        name: "half a body", answer: "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf",
        reason: .cut),
      Fault(
        name: "half a chunk",
        answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe", reason: .cut),
      Fault(name: "garbage", answer: "220 mail.example.com ESMTP\r\n", reason: .garbage),
      Fault(
        name: "a long answer",
        answer: "HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n"
          + String(repeating: "x", count: 2000), reason: .answerTooLarge),
    ])
  func faults(fault: Fault) throws {
    let listener = try RawListener()
    let server = WorkerThread("server") {
      guard let connection = listener.accept() else { return }
      _ = connection.receiveRequest()
      connection.send(fault.answer)
      connection.finishSending()
    }
    var configuration = HTTPClient.Configuration()
    configuration.maximumAnswerSize = 1000
    let client = try HTTPClient(configuration)
    let outcome = client.outcome(of: post(to: listener.port))
    #expect(outcome?.unknownReason == fault.reason)
    server.join()
  }

  @Test("an answer that takes too long leaves the outcome unknown")
  func slowAnswer() throws {
    let held = Locked<[HTTPResponder]>([])
    let server = try HTTPServer { _, responder in held.withLock { $0.append(responder) } }
    let client = try HTTPClient()
    var call = post(to: server.port)
    call.totalTimeout = .milliseconds(200)
    let outcome = client.outcome(of: call)
    #expect(outcome?.unknownReason == .timedOut)
    #expect(outcome?.hostFailure == .timeout)
    held.withLock { $0 = [] }
  }

  @Test("256 calls are in flight at once, over kept connections the second time")
  func manyInFlight() throws {
    let held = Locked<[HTTPResponder]>([])
    let server = try HTTPServer { _, responder in
      let all = held.withLock { responders in
        responders.append(responder)
        defer { if responders.count == 256 { responders = [] } }
        return responders.count == 256 ? responders : []
      }
      for responder in all { responder.answer(HTTPAnswer(status: 204)) }
    }
    var configuration = HTTPClient.Configuration()
    configuration.connectionsPerHost = 256
    let client = try HTTPClient(configuration)
    for round in 0..<2 {
      let outcomes = Outcomes(expecting: 256)
      client.send((0..<256).map { _ in (post(to: server.port), { outcomes.add($0) }) })
      let answers = outcomes.wait().compactMap { outcome in
        if case .answered(let answer) = outcome { answer } else { nil }
      }
      #expect(answers.count == 256)
      #expect(answers.allSatisfy { $0.timings.isConnectionReused == (round == 1) })
    }
  }

  @Test("no more connections are opened to a host than allowed; the rest wait their turn")
  func connectionsPerHost() throws {
    let open = Locked((now: 0, most: 0))
    let pending = Locked<[HTTPResponder]>([])
    let server = try HTTPServer { _, responder in
      open.withLock {
        $0.now += 1
        $0.most = max($0.most, $0.now)
      }
      // Each request is answered by the one after the next: two are in hand at once.
      let due = pending.withLock { responders in
        responders.append(responder)
        return responders.count == 2 ? responders.removeFirst() : nil
      }
      guard let due else { return }
      open.withLock { $0.now -= 1 }
      due.answer(HTTPAnswer(status: 204))
    }
    var configuration = HTTPClient.Configuration()
    configuration.connectionsPerHost = 2
    let client = try HTTPClient(configuration)
    let outcomes = Outcomes(expecting: 19)
    for _ in 0..<20 { client.send(post(to: server.port)) { outcomes.add($0) } }
    #expect(outcomes.wait().allSatisfy { $0.status == 204 })
    #expect(open.withLock { $0.most } == 2)
    pending.withLock { $0 = [] }
  }

  @Test("a call whose time is over before it had a connection was not sent")
  func noConnectionFree() throws {
    let held = Locked<[HTTPResponder]>([])
    let arrived = Gate()
    let server = try HTTPServer { _, responder in
      held.withLock { $0.append(responder) }
      arrived.open()
    }
    var configuration = HTTPClient.Configuration()
    configuration.connectionsPerHost = 1
    let client = try HTTPClient(configuration)
    client.send(post(to: server.port)) { _ in }
    #expect(arrived.wait(for: .seconds(60)))
    var call = post(to: server.port)
    call.totalTimeout = .milliseconds(200)
    let outcome = client.outcome(of: call)
    #expect(outcome?.notSentReason == .noConnectionFree)
    #expect(outcome?.hostFailure == nil)
    client.close()
    held.withLock { $0 = [] }
  }

  @Test("cancelling and closing complete every call exactly once", arguments: [false, true])
  func cancellation(closing: Bool) throws {
    let held = Locked<[HTTPResponder]>([])
    let arrived = Gate()
    let server = try HTTPServer { _, responder in
      held.withLock {
        $0.append(responder)
        if $0.count == 4 { arrived.open() }
      }
    }
    var configuration = HTTPClient.Configuration()
    configuration.connectionsPerHost = 4
    let client = try HTTPClient(configuration)
    let outcomes = Outcomes(expecting: 10)
    for _ in 0..<10 { client.send(post(to: server.port)) { outcomes.add($0) } }
    #expect(arrived.wait(for: .seconds(60)))
    if closing { client.close() } else { client.cancelAll() }
    #expect(outcomes.wait().filter { $0.unknownReason == .cancelled }.count == 4)
    #expect(outcomes.now.filter { $0.notSentReason == .cancelled }.count == 6)
    client.close()
    let late = client.outcome(of: post(to: server.port))
    #expect(late?.notSentReason == .cancelled)
    #expect(outcomes.now.count == 10)
    held.withLock { $0 = [] }
  }

  @Test("a call that is cancelled by its tag ends, and the one beside it goes on")
  func cancelled() throws {
    let held = Locked<[HTTPResponder]>([])
    let arrived = Gate()
    let server = try HTTPServer { _, responder in
      held.withLock {
        $0.append(responder)
        if $0.count == 2 { arrived.open() }
      }
    }
    let client = try HTTPClient()
    let (first, second) = (Outcomes(expecting: 1), Outcomes(expecting: 1))
    var call = post(to: server.port)
    call.tag = 7
    client.send(call) { first.add($0) }
    call.tag = 8
    client.send(call) { second.add($0) }
    #expect(arrived.wait(for: .seconds(60)))
    client.cancel([7, 9])
    #expect(first.wait().map(\.unknownReason) == [.cancelled])
    #expect(second.now.isEmpty)
    held.withLock { responders in
      for responder in responders { responder.answer(HTTPAnswer(status: 204)) }
    }
    #expect(second.wait().map(\.status) == [204])
    client.close()
  }
}

let noContent = "HTTP/1.1 204 No Content\r\n\r\n"
