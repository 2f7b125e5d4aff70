/// Finds the handler for a method and a path. Routes are looked at in the order they were added.
package struct Router: Sendable {
  package typealias Handler = @Sendable (HTTPRequest, RouteParameters, HTTPResponder) -> Void

  private struct Route: Sendable {
    let method: String
    let path: String
    let pattern: RoutePattern
    let handler: Handler
  }

  private var routes: [Route] = []

  package init() {}

  /// `/api/sends/{id}`: a name in braces stands for one segment that is not empty.
  package mutating func on(_ method: String, _ pattern: String, _ handler: @escaping Handler) {
    routes.append(
      Route(method: method, path: pattern, pattern: RoutePattern(pattern), handler: handler))
  }

  /// `POST /api/sends`, each as it was added.
  package var names: [String] { routes.map { "\($0.method) \($0.path)" } }

  /// HEAD goes where GET goes. 404 for a path that no route has, 405 for another method.
  package func handle(_ request: HTTPRequest, _ responder: HTTPResponder) {
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
        return routes[place].handler(request, parameters, responder)
      }
      if !allowed.contains(known) { allowed.append(known) }
    }
    responder.answer(Self.refusal(allowed: allowed))
  }

  private static func refusal(allowed: [String]) -> HTTPAnswer {
    guard !allowed.isEmpty else { return Problem(status: 404, title: "Not Found").answer }
    let methods = allowed.contains("GET") ? allowed + ["HEAD"] : allowed
    return Problem(status: 405, title: "Method Not Allowed")
      .answer(headers: [HTTPHeader("Allow", methods.joined(separator: ", "))])
  }
}
