internal import Crypto
package import HTTP
internal import Platform
package import Running
package import Settings
internal import Time

/// The address that people's browsers reach: pages, sessions, and the API by these.
package final class ConsoleListener: Sendable {
  /// Adds the API's routes, for keys and for the sessions that are found.
  package typealias API = @Sendable (inout Router, Settings, @escaping SessionFinder) -> Void

  private let server: HTTPServer
  private let site: Locked<Site?>
  private let makeSite: @Sendable (Settings) -> Site

  package init(
    _ settings: Settings, _ console: ConsoleSettings, _ door: DoorContext, api: @escaping API
  ) throws {
    var configuration = HTTPServer.Configuration()
    configuration.address = console.listen.host
    configuration.port = console.listen.port
    configuration.maximumConnections = 1000
    configuration.fields = SafeFields.all
    let site = Locked<Site?>(nil)
    self.site = site
    let server = try HTTPServer(configuration: configuration, counting: door.metrics) { request in
      site.withLock { $0 }?.route(request) ?? RoutedPlan(answer: .tryLater)
    }
    self.server = server
    let places = OwnPlaces(console, port: server.port)
    let (ownKey, ended, limit, links) = (
      randomBytes(32), EndedSessions(), LogInLimit(), Links()
    )
    makeSite = { settings in
      let cookie = SessionCookie(settings, at: places, else: ownKey)
      let sessions = Sessions(settings, cookie, at: places, ended, now: door.now)
      return Site(settings, sessions, door, limit: limit, links: links, api: api)
    }
    address = places.origin
    apply(settings)
  }

  package var port: UInt16 { server.port }

  /// Where people go: `http://127.0.0.1:8088`.
  package let address: String

  /// Requests that come from now on are served by these settings; a session whose key is gone ends with them.
  package func apply(_ settings: Settings) {
    let new = makeSite(settings)
    site.withLock { $0 = new }
  }

  /// Answers what is under way, then closes.
  package func drain(within limit: Duration) { server.drain(within: limit) }
}
