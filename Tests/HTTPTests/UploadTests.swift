import HTTP
import Platform
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct UploadTests {
  @Test("a body of any length reaches its reader in order", arguments: [false, true])
  func whole(isChunked: Bool) async throws {
    try await onOwnThread {
      let server = try receiving(limit: 8 << 20)
      let client = try RawConnection(port: server.port)
      let body = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 / 251) }
      if isChunked {
        client.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n")
        for start in stride(from: 0, to: body.count, by: 100_000) {
          let part = body[start..<min(body.count, start + 100_000)]
          client.send(
            Array("\(String(part.count, radix: 16))\r\n".utf8) + part + Array("\r\n".utf8))
        }
        client.send("0\r\n\r\n")
      } else {
        client.send(announced(body.count))
        client.send(body)
      }
      #expect(client.receiveAnswer().body == "end \(body.count) \(checksum(body))")
      guard !isChunked else { return }
      // The connection goes on.
      client.send(announced(2) + "ab")
      #expect(client.receiveAnswer().body == "end 2 \(checksum(Array("ab".utf8)))")
    }
  }

  @Test("while the reader is behind no more is read from the client, and then all of it")
  func backPressure() async throws {
    try await onOwnThread {
      let size = 24 << 20
      let goOn = Gate()
      let holding = Locked<HTTPUpload?>(nil)
      var configuration = HTTPServer.Configuration()
      configuration.uploadBuffer = 128 << 10
      let server = try HTTPServer(configuration: configuration) { _ in
        .stream(limit: size) { _, upload, responder in
          holding.withLock { $0 = upload }
          _ = WorkerThread("reader") {
            _ = goOn.wait(for: .seconds(60))
            responder.answer(HTTPAnswer(status: 200, text: read(upload, isSummed: false)))
          }
        }
      }
      let client = try RawConnection(port: server.port)
      client.send(announced(size))
      let sent = Locked(0)
      let isDone = Gate()
      _ = WorkerThread("sender") {
        let part = [UInt8](repeating: 7, count: 1 << 20)
        for _ in 0..<24 {
          guard client.send(part) else { break }
          sent.withLock { $0 += 1 }
        }
        isDone.open()
      }
      // What the kernel's buffers take is a few megabytes; the rest cannot leave while nobody reads.
      #expect(!isDone.wait(for: .milliseconds(300)))
      #expect(sent.withLock { $0 } < 20)
      goOn.open()
      #expect(isDone.wait(for: .seconds(60)))
      #expect(client.receiveAnswer().body.hasPrefix("end \(size) "))
    }
  }

  @Test(
    "a body that will never be whole is told to its reader",
    arguments: [
      "Content-Length: 10\r\n\r\nhalf", "Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
    ])
  func cut(request: String) async throws {
    try await onOwnThread {
      let parts = Monitor<[String]>([])
      let server = try receiving(limit: 100) { part in parts.change { $0.append(part) } }
      let client = try RawConnection(port: server.port)
      client.send("POST / HTTP/1.1\r\nHost: h\r\n\(request)")
      client.finishSending()
      parts.wait(for: .seconds(60)) { !$0.isEmpty }
      #expect(parts.peek { $0 }.first?.hasPrefix("cut") == true)
    }
  }

  @Test(
    "an upload over its limit, or malformed, is refused while it comes",
    arguments: [
      ("Content-Length: 101\r\n\r\n", 413), ("Transfer-Encoding: chunked\r\n\r\n65\r\n", 413),
      (
        "Transfer-Encoding: chunked\r\n\r\n32\r\n\(String(repeating: "x", count: 50))\r\n33\r\n",
        413
      ),
      ("Transfer-Encoding: chunked\r\n\r\nxyz\r\n", 400),
    ])
  func refused(request: String, status: Int) async throws {
    try await onOwnThread {
      let server = try receiving(limit: 100)
      let client = try RawConnection(port: server.port)
      client.send("POST / HTTP/1.1\r\nHost: h\r\n\(request)")
      #expect(client.receiveAnswer().status == status)
      #expect(client.isClosedByPeer)
    }
  }

  @Test("who is answered before its end is not read any further")
  func answeredEarly() async throws {
    try await onOwnThread {
      let wasCut = Gate()
      let server = try HTTPServer { _ in
        .stream(limit: 1 << 30) { _, upload, responder in
          _ = WorkerThread("reader") {
            _ = upload.next(within: .seconds(10))
            responder.answer(HTTPAnswer(status: 422, text: "line 1"))
            while true {
              switch upload.next(within: .seconds(10)) {
              case .bytes: continue
              case .cut: return wasCut.open()
              case .end, .nothing: return
              }
            }
          }
        }
      }
      let client = try RawConnection(port: server.port)
      client.send(announced(1 << 30) + "some")
      #expect(client.receiveAnswer().status == 422)
      #expect(wasCut.wait(for: .seconds(60)))
      #expect(client.isClosedByPeer)
    }
  }

  @Test("a server that stops tells the readers of uploads")
  func stopped() async throws {
    try await onOwnThread {
      let parts = Monitor<[String]>([])
      let server = try receiving(limit: 100) { part in parts.change { $0.append(part) } }
      let client = try RawConnection(port: server.port)
      client.send(announced(10) + "half")
      client.send(Array("x".utf8))
      // Another request has been answered: the upload has begun.
      let other = try RawConnection(port: server.port)
      other.send(announced(0))
      #expect(other.receiveAnswer().status == 200)
      server.drain(within: .zero)
      parts.wait(for: .seconds(60)) { $0.count == 2 }
      #expect(parts.peek { $0 }.contains { $0.hasPrefix("cut") })
    }
  }

  private func receiving(
    limit: Int, _ done: @escaping @Sendable (String) -> Void = { _ in }
  ) throws -> HTTPServer {
    try HTTPServer { _ in
      .stream(limit: limit) { _, upload, responder in
        _ = WorkerThread("reader") {
          let said = read(upload)
          done(said)
          responder.answer(HTTPAnswer(status: 200, text: said))
        }
      }
    }
  }
}

private func read(_ upload: HTTPUpload, isSummed: Bool = true) -> String {
  var count = 0
  var sum = UInt64(0)
  while true {
    switch upload.next(within: .seconds(10)) {
    case .bytes(let bytes):
      count += bytes.count
      if isSummed { sum = checksum(bytes, from: sum) }
    case .end: return "end \(count) \(sum)"
    case .cut: return "cut \(count)"
    case .nothing: return "nothing"
    }
  }
}

private func checksum(_ bytes: [UInt8], from start: UInt64 = 0) -> UInt64 {
  bytes.reduce(start) { $0 &* 31 &+ UInt64($1) }
}

private func announced(_ length: Int) -> String {
  "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: \(length)\r\n\r\n"
}
