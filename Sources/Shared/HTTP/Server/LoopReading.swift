internal import Glibc

/// How a loop takes requests in.
extension ServerLoop {
  /// Reads on as long as there is something to read and a request to read it for.
  func advance(_ connection: ServerConnection) {
    while connection.isReadable, receive(connection) {}
  }

  /// The same behind an answer: the next request may have come with the one before.
  func takeNext(_ connection: ServerConnection) {
    if !connection.unread.isEmpty {
      let bytes = connection.unread
      connection.unread = []
      consume(bytes.span, connection)
    }
    advance(connection)
  }

  /// False where nothing more is to be read for now.
  private func receive(_ connection: ServerConnection) -> Bool {
    switch connection.phase {
    case .handled, .answering, .streaming: return false
    case .head, .sizedBody, .chunkedBody, .lingering: break
    }
    switch connection.receive(into: input) {
    case .bytes(let count):
      let bytes = UnsafeRawBufferPointer(rebasing: input[..<count])
        .assumingMemoryBound(to: UInt8.self)
      consume(bytes.span, connection)
      return true
    case .nothing: return false
    case .end, .failed:
      end(connection)
      return false
    }
  }

  private func consume(_ bytes: Span<UInt8>, _ connection: ServerConnection) {
    do throws(RequestHead.Verdict) {
      switch connection.phase {
      case .head where connection.unread.isEmpty:
        connection.since = now
        connection.isHead = false
        try readHead(bytes, connection)
      case .head:
        var whole = connection.unread
        connection.unread = []
        whole.append(bytes)
        try readHead(whole.span, connection)
      case .sizedBody(let left): try readBody(bytes, left: left, connection)
      case .chunkedBody(let body): try readBody(bytes, body, connection)
      case .lingering(let budget):
        connection.phase = .lingering(budget: budget - bytes.count)
        if budget < bytes.count { end(connection) }
      case .handled, .answering, .streaming: connection.unread.append(bytes)
      }
    } catch {
      refuse(error, connection)
    }
  }

  private func readHead(
    _ bytes: Span<UInt8>, _ connection: ServerConnection
  ) throws(RequestHead.Verdict) {
    let configuration = core.configuration
    guard let head = try RequestHead.read(bytes, limit: configuration.maximumHeadSize) else {
      connection.unread = Array(bytes)
      return
    }
    let length = head.contentLength ?? 0
    guard length <= configuration.maximumBodySize else { throw .bodyTooLarge }
    let request = ReceivedRequest(head, in: bytes)
    connection.isHead = request.method == "HEAD"
    connection.isVersion10 = head.isVersion10
    connection.request = request
    connection.endsAfterAnswer = head.endsConnection || core.isDraining
    let rest = bytes.extracting(head.end...)
    if head.expectsLeave, rest.isEmpty, length > 0 || head.isChunked { giveLeave(connection) }
    if head.isChunked {
      // What follows a chunked body is not trusted to be a request: the proxy in front may have seen the
      // body's end elsewhere.
      connection.endsAfterAnswer = true
      try readBody(rest, ChunkedBody(), connection)
    } else {
      try readBody(rest, left: length, connection)
    }
  }

  private func readBody(
    _ bytes: Span<UInt8>, left: Int, _ connection: ServerConnection
  ) throws(RequestHead.Verdict) {
    let count = min(left, bytes.count)
    connection.body.append(bytes.extracting(0..<count))
    connection.phase = .sizedBody(left: left - count)
    if left == count { deliver(connection, rest: bytes.extracting(count...)) }
  }

  private func readBody(
    _ bytes: Span<UInt8>, _ chunks: ChunkedBody, _ connection: ServerConnection
  ) throws(RequestHead.Verdict) {
    var chunks = chunks
    let count = try chunks.take(
      bytes, into: &connection.body, limit: core.configuration.maximumBodySize)
    connection.phase = .chunkedBody(chunks)
    if chunks.isDone { deliver(connection, rest: bytes.extracting(count...)) }
  }

  private func deliver(_ connection: ServerConnection, rest: Span<UInt8>) {
    guard let received = connection.request.take() else { return }
    if !rest.isEmpty { connection.unread = Array(rest) }
    let exchange = Exchange(self, connection)
    connection.exchange = exchange
    connection.phase = .handled
    var body: [UInt8] = []
    swap(&body, &connection.body)
    let request = HTTPRequest(
      method: received.method, target: received.target, headers: received.headers, body: body,
      peer: connection.peer, isTLS: connection.isTLS)
    core.handler(request, HTTPResponder(exchange))
  }

  /// Whether this small text gets through at once is no matter: a client goes on by itself after a while.
  private func giveLeave(_ connection: ServerConnection) {
    let text: StaticString = "HTTP/1.1 100 Continue\r\n\r\n"
    _ = connection.send(
      UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  private func refuse(_ verdict: RequestHead.Verdict, _ connection: ServerConnection) {
    (connection.unread, connection.body) = ([], [])
    connection.request = nil
    answer(Refusal.answer(to: verdict), connection)
  }
}
