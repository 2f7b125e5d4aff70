import Events
import Domain
import Glibc
import HTTP
import Ingest
import Platform
import TestSupport
import Testing

@Suite struct ListenerTests {
  /// What is held on to keeps some thirty threads.
  @Test("a door that is closed is let go")
  func gone() async throws {
    func opened() throws -> () -> IngestListener? {
      let stand = try IngestStand()
      stand.stop()
      return { [weak listener = stand.listener] in listener }
    }
    let left = try opened()
    #expect(left() == nil)
  }

  @Test("thousands of idle connections do not stop a webhook")
  func idle() async throws {
    let stand = try IngestStand()
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    // Each has an end here and an end there, and other tests run beside this one.
    let count = min(10_000, Int(limit.rlim_cur) / 4)
    let idle = try (0..<count).map { _ in try RawConnection(port: stand.listener.port) }
    #expect(try await SpoolTests.post(stand, 1) == 200)
    #expect(idle.count >= 1000)
    withExtendedLifetime(idle) {}
  }

  @Test(
    "a request that does not come to its end is cut, and others go on",
    arguments: [
      "POST /in/whatsapp/crm/acme HTTP/1.1\r\nHost: h\r\nContent-Le",
      "POST /in/whatsapp/crm/acme HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\nX-Twilio-Signature: x\r\n\r\nAccountSid=",
    ])
  func halfSent(request: String) async throws {
    var limits = IngestListener.limits
    limits.idleTimeout = .milliseconds(100)
    limits.requestTimeout = .milliseconds(100)
    let stand = try IngestStand(limits: limits)
    let slow = try RawConnection(port: stand.listener.port)
    slow.send(request)
    #expect(try await SpoolTests.post(stand, 1) == 200)
    #expect(slow.isClosedByPeer)
    #expect(try stand.records(.callbacks).count == 1)
  }

  @Test(
    "a request that two could read in two ways is refused, and nothing of it is taken",
    arguments: [
      "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
      "Content-Length: 5\r\nContent-Length: 6\r\n",
      "Content-Length: +5\r\n", "Transfer-Encoding: gzip, chunked\r\n", "Host: other\r\n",
    ])
  func ambiguous(fields: String) throws {
    let stand = try IngestStand("verifySignatures: false,")
    let connection = try RawConnection(port: stand.listener.port)
    connection.send(
      "POST /in/api/whatsapp/webhook HTTP/1.1\r\nHost: h\r\n\(fields)\r\n0\r\n\r\n")
    let answer = connection.receiveAnswer()
    #expect(answer.status == 400)
    #expect(answer.header("connection")?.lowercased() == "close")
    #expect(connection.isClosedByPeer)
    #expect(stand.count("postrider_webhooks_total{provider=\"meta\",outcome=\"taken\"}") == 0)
  }
}
