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
    case .upload(let upload, _) where upload.isFull: return false
    case .head, .sizedBody, .chunkedBody, .upload, .lingering: break
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
        connection.began = now
        connection.counts = core.countsOfNone
        connection.isHead = false
        try readHead(bytes, connection)
      case .head:
        var whole = connection.unread
        connection.unread = []
        whole.append(bytes)
        try readHead(whole.span, connection)
      case .sizedBody(let left): try readBody(bytes, left: left, connection)
      case .chunkedBody(let body): try readBody(bytes, body, connection)
      case .upload(let upload, let framing):
        connection.since = now
        try read(bytes, framing, into: upload, connection)
      case .lingering(let budget):
        connection.phase = .lingering(budget: budget - bytes.count)
        if budget < bytes.count { end(connection) }
      case .handled, .answering, .streaming: connection.unread.append(bytes)
      }
    } catch {
      refuse(Refusal.answer(to: error, bodyLimit: connection.bodyLimit), connection)
    }
    book(connection)
  }

  private func readHead(
    _ bytes: Span<UInt8>, _ connection: ServerConnection
  ) throws(RequestHead.Verdict) {
    let configuration = core.configuration
    guard let head = try RequestHead.read(bytes, limit: configuration.maximumHeadSize) else {
      connection.unread = Array(bytes)
      return
    }
    let request = HTTPRequest(head, in: bytes, on: connection)
    connection.isHead = request.method == "HEAD"
    connection.isVersion10 = head.isVersion10
    connection.endsAfterAnswer = head.endsConnection || core.isDraining
    // What follows a chunked body is not trusted to be a request: the proxy in front may have seen the body's
    // end elsewhere.
    if head.isChunked { connection.endsAfterAnswer = true }
    let rest = bytes.extracting(head.end...)
    let routed = core.door(request)
    connection.counts = routed.counts
    switch routed.plan {
    case .answer(let answer): passOver(head, rest, answer, connection)
    case .buffer(let limit, let caller, let handler):
      connection.request = request
      connection.headSize = head.end
      connection.handler = handler
      connection.caller = caller
      try admit(head, rest, upTo: limit ?? configuration.maximumBodySize, connection)
      if head.isChunked {
        try readBody(rest, ChunkedBody(), connection)
      } else {
        try readBody(rest, left: head.contentLength ?? 0, connection)
      }
    case .stream(let limit, let begin):
      try admit(head, rest, upTo: limit, connection)
      let exchange = Exchange(self, connection)
      let upload = HTTPUpload(room: configuration.uploadBuffer, exchange)
      let framing: ServerConnection.Framing =
        head.isChunked ? .chunked(ChunkedBody()) : .sized(left: head.contentLength ?? 0)
      connection.exchange = exchange
      connection.phase = .upload(upload, framing)
      begin(request, upload, HTTPResponder(exchange))
      try read(rest, framing, into: upload, connection)
    }
  }

  /// The body is wanted, as far as it keeps to the limit.
  private func admit(
    _ head: RequestHead, _ rest: Span<UInt8>, upTo limit: Int, _ connection: ServerConnection
  ) throws(RequestHead.Verdict) {
    connection.bodyLimit = limit
    guard head.contentLength ?? 0 <= limit else { throw .bodyTooLarge }
    if head.expectsLeave, rest.isEmpty, head.hasBody { giveLeave(connection) }
  }

  /// An answer before the body. One that has come with its head is skipped, so that the connection can go on;
  /// of another nobody knows how much there will be.
  private func passOver(
    _ head: RequestHead, _ rest: Span<UInt8>, _ answer: HTTPAnswer, _ connection: ServerConnection
  ) {
    let length = head.contentLength ?? 0
    if head.isChunked || length > rest.count {
      connection.endsAfterAnswer = true
    } else if length < rest.count {
      connection.unread = Array(rest.extracting(length...))
    }
    self.answer(answer, connection)
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
    let count = try chunks.take(bytes, into: &connection.body, limit: connection.bodyLimit)
    connection.phase = .chunkedBody(chunks)
    if chunks.isDone { deliver(connection, rest: bytes.extracting(count...)) }
  }

  private func read(
    _ bytes: Span<UInt8>, _ framing: ServerConnection.Framing, into upload: HTTPUpload,
    _ connection: ServerConnection
  ) throws(RequestHead.Verdict) {
    var part: [UInt8] = []
    var count = 0
    let isDone: Bool
    switch framing {
    case .sized(let left):
      count = min(left, bytes.count)
      part.append(bytes.extracting(0..<count))
      isDone = left == count
      connection.phase = .upload(upload, .sized(left: left - count))
    case .chunked(var chunks):
      count = try chunks.take(bytes, into: &part, limit: connection.bodyLimit)
      connection.bodyLimit -= part.count
      isDone = chunks.isDone
      connection.phase = .upload(upload, .chunked(chunks))
    }
    upload.put(part)
    guard isDone else { return }
    upload.end()
    if count < bytes.count { connection.unread = Array(bytes.extracting(count...)) }
    connection.phase = .handled
  }

  private func deliver(_ connection: ServerConnection, rest: Span<UInt8>) {
    guard let head = connection.request.take(), let handler = connection.handler.take() else {
      return
    }
    if !rest.isEmpty { connection.unread = Array(rest) }
    let exchange = Exchange(self, connection)
    connection.exchange = exchange
    connection.phase = .handled
    var body: [UInt8] = []
    swap(&body, &connection.body)
    handler(head.with(body: body), HTTPResponder(exchange))
  }

  /// Whether this small text gets through at once is no matter: a client goes on by itself after a while.
  private func giveLeave(_ connection: ServerConnection) {
    let text: StaticString = "HTTP/1.1 100 Continue\r\n\r\n"
    _ = connection.send(
      UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  private func refuse(_ answer: HTTPAnswer, _ connection: ServerConnection) {
    if case .upload(let upload, _) = connection.phase { upload.cut() }
    connection.exchange?.end()
    connection.exchange = nil
    connection.endsAfterAnswer = true
    connection.forgetRequest()
    self.answer(answer, connection)
  }

  // MARK: Memory

  /// Writes down what the connection holds now; past the loop's share the oldest make room.
  private func book(_ connection: ServerConnection) {
    guard isOpen(connection) else { return }
    let (count, caller) = (connection.heldBytes, connection.caller)
    let (before, under) = connection.booked
    guard count != before || caller != under else { return }
    room.add(-before, to: under)
    room.add(count, to: caller)
    connection.booked = (count, caller)
    if count > 0, room.held(by: caller) > room.limit(of: caller) { makeRoom(among: caller) }
  }

  /// Refuses those that have been coming longest, until there is an eighth of the room for others: finding them
  /// takes a look at all.
  private func makeRoom(among caller: BodyPlan.Caller) {
    guard !isMakingRoom else { return }
    isMakingRoom = true
    defer { isMakingRoom = false }
    let wanted = room.limit(of: caller) / 8 * 7
    let oldest = connections.compactMap { $0 }
      .filter { $0.booked.count > 0 && $0.booked.caller == caller }
      .sorted { $0.since < $1.since }
    for connection in oldest {
      guard room.held(by: caller) > wanted else { return }
      if connection.waitsForRequest {
        refuse(Refusal.noRoom, connection)
        book(connection)
      } else if case .answering = connection.phase {
        // It sends requests and takes no answers.
        end(connection)
      }
    }
  }
}

extension RequestHead {
  fileprivate var hasBody: Bool { isChunked || contentLength ?? 0 > 0 }
}
