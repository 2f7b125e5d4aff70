internal import CMicroHTTPD
internal import Platform
internal import Synchronization
internal import Time

/// What libmicrohttpd's threads share. The daemon holds one reference from start to stop.
final class ServerCore: Sendable {
  let configuration: HTTPServer.Configuration
  let handler: HTTPServer.Handler
  let roster = Roster()
  private let draining = Atomic(false)
  private let stopping = Atomic(false)
  private let inFlight = Atomic(0)
  private let idle = Gate()

  init(_ configuration: HTTPServer.Configuration, _ handler: @escaping HTTPServer.Handler) {
    self.configuration = configuration
    self.handler = handler
  }

  /// No further request is wanted on any connection.
  var isDraining: Bool { draining.load(ordering: .acquiring) }
  /// No exchange may be suspended any more.
  var isStopping: Bool { stopping.load(ordering: .acquiring) }

  /// On the roster before the look at `isDraining`: a drain that begins meanwhile finds it there.
  func add(_ connection: ServerConnection) {
    roster.add(connection)
    if isDraining { connection.stopReadingIfIdle() }
  }

  func begin(on connection: ServerConnection, target: UnsafePointer<CChar>?) -> Exchange {
    inFlight.add(1, ordering: .sequentiallyConsistent)
    let exchange = Exchange(core: self, connection: connection, target: target)
    connection.begin(exchange)
    return exchange
  }

  func complete(_ exchange: Exchange) {
    exchange.completed()
    exchange.connection.answered()
    let rest = inFlight.subtract(1, ordering: .sequentiallyConsistent).newValue
    guard isDraining else { return }
    exchange.connection.stopReadingIfIdle()
    if rest == 0 { idle.open() }
  }

  func startDraining() { draining.store(true, ordering: .sequentiallyConsistent) }

  /// Returns when every exchange is over or the time is.
  func drain(within limit: Duration) {
    for connection in roster.all {
      connection.exchange?.finishStream()
      connection.stopReadingIfIdle()
    }
    guard inFlight.load(ordering: .sequentiallyConsistent) > 0 else { return }
    _ = idle.wait(for: limit)
  }

  /// Answers all that is still open. An exchange that is not on the roster's list yet finds `isStopping`
  /// when it would suspend: both look at it under the connection's lock or the exchange's.
  func abandonExchanges() {
    stopping.store(true, ordering: .sequentiallyConsistent)
    for connection in roster.all {
      connection.exchange?.abandon()
      connection.cut()
    }
  }

  /// At the limit the connection that has been idle longest gives way. False when all are busy.
  func makeRoom() -> Bool {
    guard roster.count >= configuration.maximumConnections else { return true }
    let idle = roster.all.compactMap { connection in
      connection.idleSince.map { (since: $0, connection: connection) }
    }
    guard let longest = idle.min(by: { $0.since < $1.since }) else { return false }
    longest.connection.cut()
    return true
  }

  /// Cuts connections that have been sending one request, or nothing, for too long.
  func cutLateConnections(at now: Int64) {
    let patience = configuration.idleTimeout + configuration.requestTimeout
    let began = now - patience.microseconds
    for connection in roster.all {
      if let since = connection.idleSince, since < began { connection.cut() }
    }
  }
}
