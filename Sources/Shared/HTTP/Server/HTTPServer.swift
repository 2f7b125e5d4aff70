internal import Platform
package import Telemetry

/// An HTTP/1.1 server. When a request's head is there, its door says what becomes of the body; the handler
/// that it names runs on a server thread when the whole request is there. Neither may block; the handler may
/// keep the responder and answer later from elsewhere.
package final class HTTPServer: Sendable {
  package typealias Handler = @Sendable (HTTPRequest, HTTPResponder) -> Void
  /// The request has no body yet.
  package typealias Door = @Sendable (HTTPRequest) -> BodyPlan
  /// The same, by a router that counts.
  package typealias RoutedDoor = @Sendable (HTTPRequest) -> RoutedPlan

  /// The real port, also where 0 was asked for.
  package let port: UInt16
  private let core: ServerCore
  private let acceptor: Acceptor
  private let loops: [ServerLoop]
  private let threads: Locked<[WorkerThread]>

  /// Keeps every body, up to the configuration's limit.
  package convenience init(
    configuration: Configuration = Configuration(), handler: @escaping Handler
  ) throws(HTTPServerError) {
    try self.init(configuration: configuration, door: { _ in .buffer(then: handler) })
  }

  package convenience init(
    configuration: Configuration = Configuration(), door: @escaping Door
  ) throws(HTTPServerError) {
    try self.init(
      configuration: configuration, counting: nil,
      routes: { RoutedPlan(plan: door($0), counts: nil) })
  }

  /// What no route can be found for is counted in the metrics as well.
  package init(
    configuration: Configuration = Configuration(), counting metrics: Metrics?,
    routes: @escaping RoutedDoor
  ) throws(HTTPServerError) {
    raiseDescriptorLimit()
    let tls: TLSContext?
    if let settings = configuration.tls { tls = try TLSContext(settings) } else { tls = nil }
    let socket = try ListeningSocket(address: configuration.address, port: configuration.port)
    port = socket.port
    let core = ServerCore(
      configuration, counting: metrics.map(RouteCounts.ofNoRoute), routes)
    self.core = core
    acceptor = Acceptor(socket)
    var loops: [ServerLoop] = []
    for _ in 0..<max(1, configuration.threads) { loops.append(try ServerLoop(core, tls: tls)) }
    self.loops = loops
    threads = Locked(loops.map { loop in WorkerThread("http") { loop.run() } })
    acceptor.start(core, loops)
  }

  deinit { drain(within: .zero) }

  /// Bytes that requests hold which are still being read, by who sends them.
  package func heldBytes(by caller: BodyPlan.Caller) -> Int {
    loops.reduce(0) { $0 + $1.room.held(by: caller) }
  }

  /// Stops accepting, ends streams, lets requests in flight be answered within that time, answers 503 to
  /// the rest and closes. Blocks; never to be called from a handler. Responders that are still held do
  /// nothing from then on.
  package func drain(within limit: Duration) {
    threads.withLock { threads in
      guard !threads.isEmpty else { return }
      // In this order, so that whoever is refused a connection knows that the others are being closed.
      core.startDraining()
      acceptor.stop()
      for loop in loops { loop.mailbox.post(.drain) }
      let end = ContinuousClock.now + limit
      for loop in loops { _ = loop.emptied.wait(for: ContinuousClock.now.duration(to: end)) }
      for loop in loops { loop.mailbox.post(.stop) }
      for thread in threads { thread.join() }
      threads = []
    }
  }
}
