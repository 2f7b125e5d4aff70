/// Answers that the server gives by itself.
enum Refusal {
  static func answer(to verdict: RequestHead.Verdict, bodyLimit: Int) -> HTTPAnswer {
    switch verdict {
    case .ambiguous: ambiguous
    case .bodyTooLarge: bodyTooLarge(bodyLimit)
    case .headTooLarge: headTooLarge
    case .targetTooLong: targetTooLong
    case .unknownExpectation: unknownExpectation
    case .unknownVersion: unknownVersion
    }
  }

  static let ambiguous = closing(
    Problem(
      status: 400, title: "Bad Request",
      detail:
        "The request's framing is ambiguous: check Content-Length, Transfer-Encoding and line ends."
    ))
  static func bodyTooLarge(_ limit: Int) -> HTTPAnswer {
    closing(
      Problem(
        status: 413, title: "Content Too Large",
        detail: "The body has more than the \(limit) bytes allowed here."))
  }
  static let headTooLarge = closing(
    Problem(
      status: 431, title: "Request Header Fields Too Large",
      detail: "The request line and headers together are too long."))
  static let targetTooLong = closing(
    Problem(status: 414, title: "URI Too Long", detail: "The request's target is too long."))
  static let unknownExpectation = closing(
    Problem(
      status: 417, title: "Expectation Failed", detail: "Only Expect: 100-continue is supported."))
  static let unknownVersion = closing(
    Problem(
      status: 505, title: "HTTP Version Not Supported", detail: "Use HTTP/1.1."))
  static let stopping = closing(
    Problem(status: 503, title: "Service Unavailable", detail: "The server is stopping."))
  static let noRoom = Problem(
    status: 503, title: "Service Unavailable",
    detail: "Too many requests are being read at once, and this one took longest; try again."
  ).answer(headers: [HTTPHeader("Connection", "close"), HTTPHeader("Retry-After", "2")]).prepared()
  /// The handler let go of a request without an answer, or its answer could not be sent.
  static let unanswered = Problem(
    status: 500, title: "Internal Server Error",
    detail: "The request failed here; the log says why."
  ).answer.prepared()

  private static func closing(_ problem: Problem) -> HTTPAnswer {
    problem.answer(headers: [HTTPHeader("Connection", "close")]).prepared()
  }
}
