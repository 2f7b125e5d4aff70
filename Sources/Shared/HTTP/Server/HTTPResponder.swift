/// The right to answer one request, once, from any thread, now or later. Let go of without an answer, it
/// answers 500.
package final class HTTPResponder: Sendable {
  private let exchange: Exchange

  init(_ exchange: Exchange) { self.exchange = exchange }

  deinit { exchange.answer(.whole(Refusal.unanswered)) }

  /// A second answer is ignored.
  package func answer(_ answer: HTTPAnswer) { exchange.answer(.whole(answer)) }

  /// Closes the connection without an answer.
  package func cut() { exchange.answer(.cut) }

  /// An answer whose body is sent as it comes, for instance server-sent events. `onClose` is called once,
  /// on a server thread, when the connection is done with it for whatever reason: finished, gone, too
  /// slow, stopping.
  package func stream(
    status: Int = 200, headers: [HTTPHeader] = [], onClose: @escaping @Sendable () -> Void = {}
  ) -> HTTPStream {
    let stream = HTTPStream(limit: exchange.streamBuffer, onClose: onClose)
    if !exchange.answer(.stream(stream, status: status, headers: headers)) {
      stream.connectionEnded()
    }
    return stream
  }
}
