internal import CMicroHTTPD
internal import Platform

/// An HTTP/1.1 server on libmicrohttpd. The handler runs on a server thread when the whole request is
/// there; it must not block, and it may keep the responder and answer later from elsewhere.
package final class HTTPServer: Sendable {
  package typealias Handler = @Sendable (HTTPRequest, HTTPResponder) -> Void

  /// The real port, also where 0 was asked for.
  package let port: UInt16
  private let core: ServerCore
  private let acceptor: Acceptor
  private let daemon: Locked<Daemon?>
  private let reaping = Gate()
  private let reaper: WorkerThread

  package init(
    configuration: Configuration = Configuration(), handler: @escaping Handler
  ) throws(HTTPServerError) {
    raiseDescriptorLimit()
    let socket = try ListeningSocket(address: configuration.address, port: configuration.port)
    port = socket.port
    let core = ServerCore(configuration, handler)
    self.core = core
    acceptor = Acceptor(socket)
    let daemon = try Daemon(core: core)
    self.daemon = Locked(daemon)
    acceptor.start(makeRoom: core.makeRoom) { daemon.add($0, from: $1, $2) }
    let reaping = reaping
    let interval = min(.seconds(1), configuration.requestTimeout / 4)
    reaper = WorkerThread("http-reaper") {
      while !reaping.wait(for: interval) { core.cutLateConnections(at: bootMicroseconds()) }
    }
  }

  deinit { drain(within: .zero) }

  /// Stops accepting, ends streams, lets requests in flight be answered within that time, answers 503 to
  /// the rest and closes. Blocks; never to be called from a handler. Responders that are still held do
  /// nothing from then on.
  package func drain(within limit: Duration) {
    daemon.withLock { daemon in
      guard let running = daemon else { return }
      // In this order, so that whoever is refused a connection knows that the others are being closed.
      core.startDraining()
      acceptor.stop()
      core.drain(within: limit)
      reaping.open()
      reaper.join()
      core.abandonExchanges()
      running.stop()
      daemon = nil
    }
  }
}
