package import Telemetry

/// Finds the route for a method and a path, which says what becomes of the body. Routes are looked at in the
/// order they were added.
package struct Router: Sendable {
  package typealias Handler = @Sendable (HTTPRequest, RouteParameters, HTTPResponder) -> Void
  /// At the head of a request.
  package typealias Door = @Sendable (HTTPRequest, RouteParameters) -> BodyPlan

  private struct Route: Sendable {
    let method: String
    let path: String
    let pattern: RoutePattern
    let door: Door
    let counts: RouteCounts?
  }

  private var routes: [Route] = []
  private let metrics: Metrics?
  private let countsOfNone: RouteCounts?

  /// With metrics each route is counted by its name.
  package init(counting metrics: Metrics? = nil) {
    self.metrics = metrics
    countsOfNone = metrics.map(RouteCounts.ofNoRoute)
  }

  /// `/api/sends/{id}`: a name in braces stands for one segment that is not empty, `v{version}` for one that begins so.
  /// Any body is a stranger's, and kept up to the limit, or the server's own.
  package mutating func on(
    _ method: String, _ pattern: String, limit: Int? = nil, _ handler: @escaping Handler
  ) {
    at(method, pattern) { _, parameters in
      .buffer(limit: limit) { request, responder in handler(request, parameters, responder) }
    }
  }

  /// The same for a route that decides at the head.
  package mutating func at(_ method: String, _ pattern: String, _ door: @escaping Door) {
    routes.append(
      Route(
        method: method, path: pattern, pattern: RoutePattern(pattern), door: door,
        counts: metrics.map { RouteCounts($0, "\(method) \(pattern)") }))
  }

  /// `POST /api/sends`, each as it was added.
  package var names: [String] { routes.map { "\($0.method) \($0.path)" } }

  /// HEAD goes where GET goes. 404 for a path that no route has, 405 for another method.
  package func plan(_ request: HTTPRequest) -> BodyPlan { route(request).plan }

  /// The same, with what the answer is counted by.
  package func route(_ request: HTTPRequest) -> RoutedPlan {
    let bytes = request.target.pathBytes
    let path = bytes.span
    let segments = PathSegments(bytes)
    let method = request.method == "HEAD" ? "GET" : request.method
    var allowed: [String] = []
    // By place: a route that is not this one is not copied.
    for place in routes.indices where routes[place].pattern.mayMatch(path) {
      guard let parameters = routes[place].pattern.match(segments) else { continue }
      let known = routes[place].method
      if known == method || known == request.method {
        return RoutedPlan(
          plan: routes[place].door(request, parameters), counts: routes[place].counts)
      }
      if !allowed.contains(known) { allowed.append(known) }
    }
    return RoutedPlan(plan: .answer(Self.refusal(allowed: allowed)), counts: countsOfNone)
  }

  private static let notFound = Problem(
    status: 404, title: "Not Found", detail: "Nothing is served at this address."
  ).answer

  private static func refusal(allowed: [String]) -> HTTPAnswer {
    guard !allowed.isEmpty else { return notFound }
    let methods = allowed.contains("GET") ? allowed + ["HEAD"] : allowed
    return Problem(
      status: 405, title: "Method Not Allowed",
      detail: "This address takes \(methods.joined(separator: ", "))."
    )
    .answer(headers: [HTTPHeader("Allow", methods.joined(separator: ", "))])
  }
}
