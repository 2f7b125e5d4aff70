internal import HTTP

/// What tells calls of our own pages from those that another site's page makes with a session that is not its own: it
/// cannot set our header without being asked first, and nothing here says yes to that; what writes names its origin.
enum OwnCalls {
  static let header = "X-Postrider"

  /// nil where it is ours.
  static func refusal(of request: HTTPRequest, at places: OwnPlaces) -> Problem? {
    guard request.headers.first(header) == "1" else {
      return forbidden("A session counts only with the header \(header): 1.")
    }
    let origins = request.headers.all("Origin")
    let reads = request.method == "GET" || request.method == "HEAD"
    guard origins.allSatisfy({ places.has(origin: $0) }), reads || !origins.isEmpty else {
      return forbidden("A session counts only for calls of the console's own pages.")
    }
    if let site = request.headers.first("Sec-Fetch-Site"), site != "same-origin" {
      return forbidden("A session counts only for calls of the console's own pages.")
    }
    return nil
  }

  private static func forbidden(_ detail: String) -> Problem {
    Problem(status: 403, title: "Forbidden", detail: detail)
  }
}
