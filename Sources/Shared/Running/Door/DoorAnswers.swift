package import Events
package import HTTP

extension HTTPAnswer {
  package static let tryLater = Problem(
    status: 503, title: "Service Unavailable", detail: "The log cannot take it now; try again."
  ).answer(headers: [HTTPHeader("Retry-After", "2")]).prepared()

  package static let noStore = Problem(
    status: 503, title: "Service Unavailable", detail: "The store cannot answer now; try again."
  ).answer(headers: [HTTPHeader("Retry-After", "2")]).prepared()

  package static let notFound = Problem(
    status: 404, title: "Not Found",
    detail: "There is no such thing, or it belongs to another tenant."
  ).answer
}

extension Traceparent {
  /// The caller's trace goes on here; what is none is replaced.
  package static func of(_ request: HTTPRequest) -> Traceparent {
    request.headers.first("traceparent").flatMap { Traceparent($0) }?.child() ?? .random()
  }
}
