/// What becomes of a request's body: said by its route when the head is there, before any of the body is kept.
package enum BodyPlan: Sendable {
  /// Who asks, as far as the head can tell.
  package enum Caller: Sendable {
    /// Nobody has vouched for it: all that strangers send shares one bounded room.
    case stranger
    /// The head has a credential that was found to be right.
    case known
  }

  /// Kept in memory up to that many bytes, or the server's own limit; a longer one is answered 413. The handler
  /// gets it in whole.
  case buffer(limit: Int? = nil, from: Caller = .stranger, then: HTTPServer.Handler)
  /// Handed on while it comes, up to that many bytes in all. What is called runs on a server thread: it gives
  /// the upload to a thread of its own, which may answer at any time.
  case stream(limit: Int, to: @Sendable (HTTPRequest, HTTPUpload, HTTPResponder) -> Void)
  /// At once; the body is not read.
  case answer(HTTPAnswer)
}

/// A plan with what its answer is counted by.
package struct RoutedPlan: Sendable {
  package let plan: BodyPlan
  let counts: RouteCounts?

  /// What no route is counted for.
  package init(answer: HTTPAnswer) { (plan, counts) = (.answer(answer), nil) }

  init(plan: BodyPlan, counts: RouteCounts?) { (self.plan, self.counts) = (plan, counts) }
}
