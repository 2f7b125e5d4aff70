import TestSupport
import Testing

@testable import Postgres

@Suite struct ConnectionTests {
  @Test(
    "a server that is gone is noticed soon, unless the URL says otherwise",
    arguments: [
      ("", "connect_timeout", "5"), ("", "tcp_user_timeout", "10000"),
      ("", "keepalives_idle", "10"),
      ("", "keepalives_interval", "5"), ("", "keepalives_count", "3"),
      ("&connect_timeout=30", "connect_timeout", "30"),
      ("&keepalives_idle=60", "keepalives_idle", "60"),
    ])
  func timeouts(words: String, option: String, value: String) throws {
    let connection = try Connection(try PostgresServer.shared().database() + words)
    #expect(connection.option(option) == value)
    #expect(connection.isAlive)
  }
}
