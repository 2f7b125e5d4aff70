internal import Foundation
internal import Platform
internal import Time
package import HTTP
package import Service

/// The address that providers and callers reach.
package final class IngestListener: Sendable {
  private let server: HTTPServer
  private let router: Locked<Router>
  private let makeRouter: @Sendable (Settings) -> Router
  private let spool: Spool
  private let marks: Marks
  private let events: EventRoutes
  private let waiting: WaitDesk

  package struct Unreadable: Error, CustomStringConvertible {
    package let description: String
  }

  /// Webhooks that the log does not take within `patience` are kept in the spool; so are those that come
  /// before it is open. What else needs the log is answered 503 meanwhile. `instance` is this one's name in
  /// its marks; no two that run at a time may share one.
  package init(
    _ settings: Settings, _ admin: AdminRoutes, _ slot: LogSlot, _ stores: StoreSlot, log: Log,
    metrics: Metrics, patience: Duration = .seconds(2), instance: String? = nil,
    marksEvery markInterval: Duration = .seconds(1), heartbeat: Duration = .seconds(15),
    limits: HTTPServer.Configuration? = nil
  ) throws {
    let spool = try Spool(
      settings.spool, before: slot, patience: patience, log: log, metrics: metrics)
    self.spool = spool
    let events = EventRoutes(slot, log: log, heartbeat: heartbeat, limit: Self.listeners)
    self.events = events
    let waiting = WaitDesk(stores, log: log)
    self.waiting = waiting
    let known = KeyDesk(stores, metrics: metrics)
    let makeRouter: @Sendable (Settings) -> Router = { settings in
      var router = Router()
      admin.add(to: &router, isOwn: false)
      Self.addRoutes(
        to: &router, settings, slot, stores, spool, events, waiting, known, log, metrics)
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
    server = try HTTPServer(configuration: configuration) { request in
      router.withLock { $0 }.plan(request)
    }
    marks = Marks(
      of: try instance ?? InstanceName.kept(beside: settings.spool.path), every: markInterval,
      behind: spool, to: slot, metrics: metrics,
      now: Self.now)
  }

  package var port: UInt16 { server.port }

  /// `POST /api/sends`: all that is served here.
  package var routes: [String] { router.withLock { $0 }.names }

  /// Requests that come from now on are served by these settings; those under way end as they began.
  package func takeUp(_ settings: Settings) {
    let new = makeRouter(settings)
    router.withLock { $0 = new }
  }

  /// Answers what is under way, then closes.
  package func drain(within limit: Duration) {
    events.close()
    waiting.close()
    server.drain(within: limit)
    marks.close(within: .seconds(5))
    spool.close(within: .seconds(6))
  }

  /// Of the stream of events, at a time.
  package static let listeners = 128

  package static let limits: HTTPServer.Configuration = {
    var limits = HTTPServer.Configuration()
    limits.threads = 2
    return limits
  }()

  private static let now: @Sendable () -> Timestamp = {
    Timestamp(microseconds: wallMicroseconds())
  }

  private static func addRoutes(
    to router: inout Router, _ settings: Settings, _ slot: LogSlot, _ stores: StoreSlot,
    _ spool: Spool, _ events: EventRoutes, _ waiting: WaitDesk, _ known: KeyDesk, _ log: Log,
    _ metrics: Metrics
  ) {
    let address = PublicAddress(settings.publicURL, trusting: settings.trustedProxies)
    let senders = SenderBook(settings)
    let keys = KeyRing(settings.apiKeys)
    let throttle = LineThrottle(now: Self.now)
    let loop = IngestLoop(
      append: { spool.append($0, done: $1) }, counts: WebhookCounts(metrics), log: log,
      throttle: throttle, now: Self.now)
    let desk = WebhookDesk(
      senders: senders, address: address, verifySignatures: settings.verifySignatures, now: Self.now
    )
    let admission = Admission(settings, keys, now: Self.now)
    SendRoutes(
      admission: admission, senders: settings.senders, usual: settings.defaultSender,
      hasBuckets: settings.gcs != nil, slot: slot,
      batches: BatchDesk(), known: known,
      counts: SendCounts(metrics), log: log, throttle: throttle, now: Self.now
    ).add(to: &router, under: address.prefix)
    let requests = KeyedRequests(admission, StoreDesk(stores, log: log), settings.senders)
    LaneRoutes(requests: requests, log: log).add(to: &router, under: address.prefix)
    DoubtRoutes(requests: requests, log: log).add(to: &router, under: address.prefix)
    SendQueries(requests: requests, waiting: waiting).add(to: &router, under: address.prefix)
    events.add(to: &router, under: address.prefix, requests)
    RelayRoute(settings, loop, desk, slot, metrics)?.add(to: &router, under: address.prefix)
    WebhookRoutes(loop: loop, desk: desk, keys: keys).add(to: &router, under: address.prefix)
  }

  private static func content(of file: String) throws -> String {
    guard let data = FileManager.default.contents(atPath: file) else {
      throw Unreadable(description: "tls: \(file) cannot be read")
    }
    return String(decoding: data, as: UTF8.self)
  }
}
