package import Running
package import Settings
internal import Platform
internal import Time
package import HTTP

/// The address that providers and callers reach.
package final class IngestListener: Sendable {
  private let server: HTTPServer
  private let router: Locked<Router>
  private let makeRouter: @Sendable (Settings) -> Router
  private let spool: Spool
  private let marks: Marks
  private let raw: RawKeeper
  private let others: [any DoorRoutes]

  package struct Unreadable: Error, CustomStringConvertible {
    package let description: String
  }

  /// Webhooks that the log does not take within `patience` are kept in the spool; so are those that come
  /// before it is open. What else needs the log is answered 503 meanwhile. `others` are served at the same
  /// address. `instance` is this one's name in its marks; no two that run at a time may share one.
  package init(
    _ settings: Settings, _ door: DoorContext, _ admin: AdminRoutes,
    with others: [any DoorRoutes] = [], patience: Duration = .seconds(2), instance: String? = nil,
    marksEvery markInterval: Duration = .seconds(1), limits: HTTPServer.Configuration? = nil
  ) throws {
    let spool = try Spool(
      settings.spool, before: door.eventLog, patience: patience, log: door.log,
      metrics: door.metrics)
    self.spool = spool
    let raw = RawKeeper(door)
    self.raw = raw
    self.others = others
    let makeRouter: @Sendable (Settings) -> Router = { settings in
      var router = Router(counting: door.metrics)
      admin.add(to: &router, isOwn: false)
      for routes in others { routes.add(to: &router, settings) }
      raw.apply(settings)
      Self.addWebhooks(to: &router, settings, door, spool, raw)
      return router
    }
    self.makeRouter = makeRouter
    let router = Locked(makeRouter(settings))
    self.router = router
    var configuration = limits ?? Self.limits
    configuration.strangersRoom = settings.strangersRoom
    configuration.address = settings.listen.host
    configuration.port = settings.listen.port
    configuration.tls = try settings.tls.map { files in
      HTTPServer.TLS(
        certificateChain: try Self.content(of: files.certificate),
        privateKey: try Self.content(of: files.key))
    }
    server = try HTTPServer(configuration: configuration, counting: door.metrics) { request in
      router.withLock { $0 }.route(request)
    }
    marks = Marks(
      of: try instance ?? InstanceName.kept(beside: settings.spool.path), every: markInterval,
      behind: spool, to: door)
  }

  package var port: UInt16 { server.port }

  /// `POST /api/sends`: all that is served here.
  package var routes: [String] { router.withLock { $0 }.names }

  /// Requests that come from now on are served by these settings; those under way end as they began.
  package func apply(_ settings: Settings) {
    let new = makeRouter(settings)
    router.withLock { $0 = new }
  }

  /// Answers what is under way, then closes.
  package func drain(within limit: Duration) {
    for routes in others { routes.close() }
    server.drain(within: limit)
    marks.close(within: .seconds(5))
    spool.close(within: .seconds(6))
    raw.close(within: .seconds(5))
  }

  package static let limits: HTTPServer.Configuration = {
    var limits = HTTPServer.Configuration()
    limits.threads = 2
    return limits
  }()

  private static func addWebhooks(
    to router: inout Router, _ settings: Settings, _ door: DoorContext, _ spool: Spool,
    _ raw: RawKeeper
  ) {
    let address = PublicAddress(settings.publicURL, trusting: settings.trustedProxies)
    let loop = IngestLoop(append: { spool.append($0, done: $1) }, door, raw)
    let desk = WebhookRules(
      senders: SenderBook(settings), address: address, verifySignatures: settings.verifySignatures,
      now: door.now)
    door.replay.fill(WebhookReplay(loop, desk))
    RelayRoute(settings, loop, desk, door)?.add(to: &router, under: address.prefix)
    WebhookRoutes(loop: loop, desk: desk, keys: KeyRing(settings.apiKeys))
      .add(to: &router, under: address.prefix)
  }

  private static func content(of file: String) throws -> String {
    guard let bytes = Platform.content(ofFile: file) else {
      throw Unreadable(description: "tls: \(file) cannot be read")
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
