private import Foundation
private import Postgres
private import Synchronization

/// A PostgreSQL server of the tests' own, in a temporary folder, reached by a socket in it. It ends with the
/// tests, however they end: a shell beside it waits for the pipe to this process to close.
package final class PostgresServer: Sendable {
  private let folder: String
  private let lifeline = Pipe()
  private let databases = Atomic(0)

  package struct Failed: Error, CustomStringConvertible {
    package let description: String
  }

  private static let started = Result { try PostgresServer(options: forgetful) }

  /// Nothing waits for a disk, and nobody follows.
  private static let forgetful =
    "-c fsync=off -c full_page_writes=off -c wal_level=minimal -c max_wal_senders=0 -c max_wal_size=128MB"

  package static func shared() throws -> PostgresServer { try started.get() }

  private static let startedDurable = Result {
    try PostgresServer(
      options: "-c shared_buffers=512MB -c max_wal_size=4GB", making: initdb,
      in: NSTemporaryDirectory())
  }

  /// One of a test's own, which can be copied and ended.
  package static func own() throws -> PostgresServer {
    try PostgresServer(options: "-c fsync=off")
  }

  /// One that keeps what it says, for measurements.
  package static func durable() throws -> PostgresServer { try startedDurable.get() }

  private convenience init(options: String) throws {
    try self.init(options: options, making: Self.initdb)
  }

  /// A replica of another server, fed through that port.
  package convenience init(following port: UInt16) throws {
    let copy = """
      $as_user \(Self.tools)/pg_basebackup -D "$1/data" -h 127.0.0.1 -p \(port) -U postgres -R -c fast \
        >"$1/log" 2>&1 || exit 1
      """
    try self.init(options: "-c fsync=off", making: copy)
  }

  private init(
    options: String, making: String, in root: String = TemporaryFolder.root
  ) throws {
    folder = root + "postrider-pg-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let server = Process()
    server.executableURL = URL(fileURLWithPath: "/bin/sh")
    server.arguments = ["-c", Self.script(making), "sh", folder, options]
    server.standardInput = lifeline
    try server.run()
    try run(
      """
      for i in $(seq 3000); do
        \(Self.tools)/pg_isready -q -h "$1" && exit 0
        kill -0 $2 || exit 1
        sleep 0.02
      done
      exit 1
      """, String(server.processIdentifier))
  }

  /// A connection string of a fresh, empty database.
  package func database() throws -> String {
    let name = "test\(databases.add(1, ordering: .relaxed).newValue)"
    try Connection(url("postgres") + Self.patience).execute("CREATE DATABASE \(name)")
    return url(name)
  }

  private func url(_ name: some StringProtocol) -> String {
    "postgresql://postgres@/\(name)?host=\(folder)"
  }

  /// Behind a connection string: a machine that is busy may take long to let somebody in.
  static let patience = "&connect_timeout=60"

  /// Ends it as a crash would.
  package func kill() { lifeline.fileHandleForWriting.closeFile() }

  /// Makes a replica the server that writes.
  package func promote() throws {
    try run(
      "\(Self.tools)/psql -qh \"$1\" -U postgres -c \"SELECT pg_promote(true, $2)\" >/dev/null",
      "30")
  }

  /// The same database as that connection string names, on this server.
  package func same(_ url: String) -> String {
    self.url(url.prefix { $0 != "?" }.split(separator: "/").last ?? "")
  }

  /// Where clients of this machine reach it.
  package var socket: String { folder + "/.s.PGSQL.5432" }

  /// The same database as that connection string names, through a proxy.
  package static func through(_ proxy: FaultProxy, _ url: String) -> String {
    let name = url.prefix { $0 != "?" }.split(separator: "/").last ?? ""
    return "postgresql://postgres@127.0.0.1:\(proxy.port)/\(name)?sslmode=disable"
  }

  private func run(_ script: String, _ argument: String) throws {
    let shell = Process()
    shell.executableURL = URL(fileURLWithPath: "/bin/sh")
    shell.arguments = ["-c", script, "sh", folder, argument]
    try shell.run()
    shell.waitUntilExit()
    guard shell.terminationStatus == 0 else {
      throw Failed(description: "PostgreSQL did not do: \(script)")
    }
  }

  private static let tools = "$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)"

  /// initdb refuses root, so root becomes `postgres` for it.
  private static let initdb = """
    $as_user \(tools)/initdb -D "$1/data" -A trust -U postgres --no-sync >"$1/log" 2>&1 || exit 1
    """

  private static func script(_ making: String) -> String {
    """
    as_user=""
    if [ "$(id -u)" = 0 ]; then
      chown postgres "$1"
      as_user="setpriv --reuid postgres --regid postgres --init-groups"
    fi
    \(making)
    $as_user \(tools)/postgres -D "$1/data" -k "$1" -h "" $2 -c max_connections=200 \
      >>"$1/log" 2>&1 </dev/null &
    server=$!
    cat >/dev/null
    kill -QUIT $server
    wait $server
    rm -rf "$1"
    """
  }
}
