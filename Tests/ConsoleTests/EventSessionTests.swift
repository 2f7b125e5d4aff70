import Console
import HTTP
import Settings
import TestSupport
import Testing

/// Who listens to what happens by a session hears of it for as long as that lasts.
@Suite(.timeLimit(.minutes(5))) struct EventSessionTests {
  /// As a page of ours that listens.
  private func listen(_ stand: ConsoleStand, _ session: [HTTPHeader]) throws -> RawConnection {
    let connection = try RawConnection(port: stand.console.port)
    let address = stand.console.address.split(separator: "/").last.map(String.init) ?? ""
    let lines = session.map { "\($0.name): \($0.value)\r\n" }.joined()
    connection.send("GET /api/events HTTP/1.1\r\nHost: \(address)\r\n\(lines)\r\n")
    #expect(connection.receive(through: "\r\n\r\n").contains(" 200 "))
    #expect(connection.receive(through: "\n\n\r\n").contains("id: "))
    return connection
  }

  /// Its last chunk, within ten seconds.
  private func ends(_ connection: RawConnection) -> Bool {
    connection.receive(through: "0\r\n\r\n").hasSuffix("0\r\n\r\n")
  }

  @Test("the stream ends with the session: logged out, over, or without its key")
  func ended() async throws {
    let stand = try ConsoleStand(withLog: true)
    let session = try await stand.session("reader-key-long")
    let first = try listen(stand, session)
    #expect(try await stand.call("DELETE", "/session", session).status == 204)
    try await onOwnThread { #expect(ends(first)) }

    let second = try listen(stand, try await stand.session("reader-key-long"))
    let admin = try await stand.session("admin-key-long-enough")
    stand.console.apply(try ConsoleStand.settings(keys: "\"admin-key-long-enough\","))
    try await onOwnThread { #expect(ends(second)) }

    let third = try listen(stand, admin)
    stand.clock.advance(.seconds(12 * 3600))
    try await onOwnThread { #expect(ends(third)) }
  }
}
