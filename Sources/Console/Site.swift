internal import HTTP
internal import Running
internal import Settings

/// All that is served to browsers, by one reading of the settings.
struct Site: Sendable {
  private let places: OwnPlaces
  private let pages: Router
  private let api: Router
  /// What paths of the API begin with. Others of its routes are for systems alone, at their own address.
  private let apiStart: String

  init(
    _ settings: Settings, _ sessions: Sessions, _ door: DoorContext, limit: LogInLimit,
    links: Links, api: ConsoleListener.API
  ) {
    places = sessions.places
    let prefix = settings.publicURL?.path ?? ""
    apiStart = prefix + "/api/"
    let ring = KeyRing(settings.apiKeys)
    var pages = Router(counting: door.metrics)
    Page(.own, prefix: prefix).add(to: &pages)
    Assets.own.add(to: &pages)
    SessionRoutes(
      sessions: sessions, ring: ring, limit: limit, links: links, door: door,
      isDemo: settings.isDemo
    ).add(to: &pages)
    self.pages = pages
    var routes = Router(counting: door.metrics)
    LinkRoutes(sessions: sessions, ring: ring, limit: limit, links: links, door: door)
      .add(to: &routes, under: prefix)
    api(&routes, settings, sessions.finder)
    self.api = routes
  }

  func route(_ request: HTTPRequest) -> RoutedPlan {
    guard places.areCalled(by: request) else { return RoutedPlan(answer: Self.misdirected) }
    return request.path.hasPrefix(apiStart) ? api.route(request) : pages.route(request)
  }

  private static let misdirected = Problem(
    status: 421, title: "Misdirected Request",
    detail: "The console is not called by that name; `console.url` of the settings says how it is."
  ).answer.prepared()
}
