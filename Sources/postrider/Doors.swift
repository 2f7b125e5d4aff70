internal import API
internal import Console
internal import Ingest
internal import Running
internal import Settings
internal import Telemetry

/// The addresses that others reach: one for providers and systems, one for people. Both serve the same API.
struct Doors {
  private let listener: IngestListener
  private let console: ConsoleListener?

  init(_ settings: Settings, _ door: DoorContext, _ admin: AdminRoutes) throws {
    let api = APIRoutes(door)
    listener = try IngestListener(settings, door, admin, with: [api])
    door.log.info("listening", ["address": "\(settings.listen.host):\(listener.port)"])
    console = try settings.console.map { console in
      try ConsoleListener(settings, console, door) { router, settings, session in
        api.add(to: &router, settings, session: session)
      }
    }
    if let console { door.log.info("the console is open", ["address": console.address]) }
  }

  func apply(_ settings: Settings) {
    listener.apply(settings)
    console?.apply(settings)
  }

  /// Answers what is under way, then closes: first what needs the API, which the listener closes.
  func drain(within limit: Duration) {
    console?.drain(within: min(limit, .seconds(5)))
    listener.drain(within: limit)
  }
}
