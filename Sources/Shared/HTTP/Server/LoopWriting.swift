internal import Glibc

/// How a loop sends answers.
extension ServerLoop {
  /// An exchange has its answer, or more of its stream.
  func proceed(_ exchange: Exchange) {
    let connection = exchange.connection
    guard connection.exchange === exchange else {
      // The connection is gone.
      if case .stream(let stream, _, _) = exchange.answer { stream.connectionEnded() }
      return
    }
    if case .streaming(let stream) = connection.phase { return pump(stream, connection) }
    switch exchange.answer {
    // Or an upload's reader has caught up.
    case nil: advance(connection)
    case .cut: end(connection)
    case .whole(let answer):
      leaveUpload(connection)
      self.answer(answer, connection)
    case .stream(let stream, let status, let headers):
      leaveUpload(connection)
      begin(stream, status: status, headers, exchange)
    }
  }

  /// An answer came before the body's end: the rest is not wanted.
  private func leaveUpload(_ connection: ServerConnection) {
    guard case .upload(let upload, _) = connection.phase else { return }
    upload.cut()
    connection.endsAfterAnswer = true
  }

  func answer(_ answer: HTTPAnswer, _ connection: ServerConnection) {
    guard let head = answer.head() else { return self.answer(Refusal.unanswered, connection) }
    tally(answer.status, connection)
    put(head, connection)
    if head.hasBody, !connection.isHead { output += answer.body }
    connection.phase = .answering
    send(connection)
  }

  private func tally(_ status: Int, _ connection: ServerConnection) {
    guard let counts = connection.counts else { return }
    answered.add(counts, status, microseconds: now - connection.began)
  }

  /// As much as the socket takes now; the rest when there is room again.
  private func send(_ connection: ServerConnection) {
    let sent = output.withUnsafeBytes { connection.send($0) }
    switch sent {
    case .bytes(let count) where count == output.count: answered(connection)
    case .bytes(let count): keep(output[count...], connection)
    case .nothing: keep(output[...], connection)
    case .end, .failed: end(connection)
    }
  }

  private func keep(_ rest: ArraySlice<UInt8>, _ connection: ServerConnection) {
    connection.since = now
    // A copy: the loop's own array is used again.
    connection.unsent = ArraySlice(Array(rest))
    flush(connection)
  }

  /// The socket has room.
  func flush(_ connection: ServerConnection) {
    while !connection.unsent.isEmpty {
      switch connection.unsent.withUnsafeBytes({ connection.send($0) }) {
      case .bytes(let count):
        connection.unsent = connection.unsent.dropFirst(count)
        connection.since = now
        if connection.unsent.isEmpty { return answered(connection) }
      case .nothing: return
      case .end, .failed: return end(connection)
      }
    }
  }

  /// All that was to be sent has been.
  private func answered(_ connection: ServerConnection) {
    connection.unsent = []
    if case .streaming(let stream) = connection.phase { return pump(stream, connection) }
    connection.exchange = nil
    connection.caller = .stranger
    connection.since = now
    if connection.endsAfterAnswer || core.isDraining {
      connection.finishSending()
      connection.phase = .lingering(budget: Self.lingeringBytes)
      advance(connection)
    } else {
      connection.phase = .head
      takeNext(connection)
    }
  }

  // MARK: Streams

  private func begin(
    _ stream: HTTPStream, status: Int, _ headers: [HTTPHeader], _ exchange: Exchange
  ) {
    let connection = exchange.connection
    let isVersion10 = connection.isVersion10
    let head = AnswerHead(
      status: status, headers: headers, length: isVersion10 ? .open : .chunked)
    guard let head else {
      stream.connectionEnded()
      return answer(Refusal.unanswered, connection)
    }
    tally(status, connection)
    put(head, connection)
    connection.phase = .streaming(stream)
    stream.begin(exchange)
    if core.isDraining { stream.finish() }
    if connection.isHead { stream.finish() }
    send(connection)
  }

  /// Sends what the stream has, once the socket has taken what it had before.
  private func pump(_ stream: HTTPStream, _ connection: ServerConnection) {
    guard connection.unsent.isEmpty else {
      if stream.isBroken { end(connection) }
      return
    }
    let isChunked = !connection.isVersion10
    let hasBody = !connection.isHead
    output.removeAll(keepingCapacity: true)
    switch stream.take() {
    case .nothing: return
    case .broken: return end(connection)
    case .bytes where !hasBody: break
    case .bytes(let bytes):
      if isChunked { output += "\(String(bytes.count, radix: 16))\r\n".utf8 }
      output += bytes
      if isChunked { output += [UInt8(ascii: "\r"), UInt8(ascii: "\n")] }
    case .end:
      stream.connectionEnded()
      connection.phase = .answering
      if isChunked, hasBody { output += "0\r\n\r\n".utf8 }
    }
    send(connection)
  }

  private func put(_ head: AnswerHead, _ connection: ServerConnection) {
    if head.closes || core.isDraining { connection.endsAfterAnswer = true }
    output.removeAll(keepingCapacity: true)
    output += head.bytes
    output += core.fields
    output += date.bytes
    if connection.endsAfterAnswer { output += "Connection: close\r\n".utf8 }
    output += [UInt8(ascii: "\r"), UInt8(ascii: "\n")]
  }
}
