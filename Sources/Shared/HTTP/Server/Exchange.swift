internal import CMicroHTTPD
internal import Glibc
internal import Platform

/// One request and its answer. libmicrohttpd holds one reference from the request line until the
/// exchange is completed; a responder holds another.
///
///     head ──▶ body ──▶ handled ──▶ completed
///                          │  ▲
///              suspended ──┘  └── answered
final class Exchange: @unchecked Sendable {
  // `phase`, `head`, `target` and `body` are touched only by the one thread that libmicrohttpd runs this
  // connection on; everything that other threads reach is inside `reply`.
  private enum Phase { case head, body, handled }

  let connection: ServerConnection
  let streamBuffer: Int
  // Used on the server's threads only. A responder that somebody keeps must not keep the server.
  private unowned let core: ServerCore
  private let targetBytes: [UInt8]
  private let targetStart: UnsafePointer<CChar>?
  private var phase = Phase.head
  private var isChunked = false
  private var method = ""
  private var headers = HeaderBlock.empty
  private var body: [UInt8] = []
  private var overflow = 0
  private let reply = Locked(Reply())

  /// Other threads resume the connection inside the lock: the server's thread needs that lock before it
  /// can complete the exchange, so the connection cannot go away under them.
  private struct Reply: @unchecked Sendable {
    var answer: Answer?
    var suspended: OpaquePointer?
    var isOver = false
  }

  enum Answer {
    case whole(HTTPAnswer)
    case stream(HTTPStream, status: Int, headers: [HTTPHeader])
    case cut
  }

  init(core: ServerCore, connection: ServerConnection, target: UnsafePointer<CChar>?) {
    self.core = core
    streamBuffer = core.configuration.streamBuffer
    self.connection = connection
    targetStart = target
    targetBytes = target.map { bytes(cString: $0) } ?? []
  }

  /// The first answer wins; tells whether this one was it.
  @discardableResult
  func answer(_ answer: Answer) -> Bool {
    reply.withLock { reply in
      guard reply.answer == nil, !reply.isOver else { return false }
      reply.answer = answer
      guard let suspended = reply.suspended else { return true }
      reply.suspended = nil
      MHD_resume_connection(suspended)
      return true
    }
  }

  /// libmicrohttpd asks us to go on: with the head, with each part of the body, at the body's end, and
  /// after each resumption.
  func advance(_ call: AccessCall) -> Bool {
    switch phase {
    case .head: return readHead(call)
    case .body:
      if call.hasUpload { return takeBody(call) }
      deliver()
      return sendReply(call.connection)
    case .handled: return sendReply(call.connection)
    }
  }

  /// Called once, on the connection's thread. Nothing of the connection may be used after it.
  func completed() {
    let answer = reply.withLock { reply in
      reply.isOver = true
      return reply.answer
    }
    if case .stream(let stream, _, _) = answer { stream.connectionEnded() }
  }

  /// Nothing is promised to a stream's reader about when it ends.
  func finishStream() {
    let answer = reply.withLock { $0.answer }
    if case .stream(let stream, _, _) = answer { stream.finish() }
  }

  /// Answers for whoever has not, and leaves no connection suspended.
  func abandon() {
    answer(.whole(Refusal.stopping))
    finishStream()
  }

  private func readHead(_ call: AccessCall) -> Bool {
    phase = .body
    do throws(RequestHead.Verdict) {
      let head = try call.head(
        target: targetStart, copied: targetBytes, limit: core.configuration.maximumHeadSize)
      let length = head.contentLength ?? 0
      guard length <= core.configuration.maximumBodySize else { throw .bodyTooLarge }
      isChunked = head.isChunked
      method = call.methodText
      headers = call.headers(head)
      return true
    } catch {
      return refuse(error, call.connection)
    }
  }

  /// Queued at once, before the body: libmicrohttpd then drops what follows and closes.
  private func refuse(_ verdict: RequestHead.Verdict, _ connection: OpaquePointer) -> Bool {
    phase = .handled
    answer(.whole(Refusal.answer(to: verdict)))
    return sendReply(connection)
  }

  private func takeBody(_ call: AccessCall) -> Bool {
    let upload = call.takeUpload()
    guard overflow == 0, body.count + upload.count <= core.configuration.maximumBodySize else {
      body = []
      overflow += upload.count
      // libmicrohttpd takes no answer in the middle of a body. A caller who ends soon is told why; one
      // who goes on for ever is cut.
      return overflow <= core.configuration.maximumBodySize
    }
    body.append(contentsOf: upload)
    return true
  }

  private func deliver() {
    phase = .handled
    connection.received()
    guard overflow == 0 else {
      answer(.whole(Refusal.answer(to: .bodyTooLarge)))
      return
    }
    let request = HTTPRequest(
      method: method, target: RequestTarget(bytes: targetBytes), headers: headers, body: body,
      peer: connection.peer, isTLS: core.configuration.tls != nil)
    body = []
    core.handler(request, HTTPResponder(self))
  }

  /// Suspends where there is no answer yet: no thread waits for it.
  private func sendReply(_ connection: OpaquePointer) -> Bool {
    let ready: Answer? = reply.withLock { reply in
      if reply.answer == nil, core.isStopping { reply.answer = .whole(Refusal.stopping) }
      if reply.answer == nil {
        MHD_suspend_connection(connection)
        reply.suspended = connection
      }
      return reply.answer
    }
    switch ready {
    case nil: return true
    // libmicrohttpd closes the connection of a request that its handler refuses.
    case .cut: return false
    case .whole(let answer): return send(answer, on: connection)
    case .stream(let stream, let status, let headers):
      stream.connected(connection, self.connection)
      // One that begins too late for `drain` to find it would be suspended for ever.
      if core.isDraining { stream.finish() }
      let response = ResponseHandle(headers: adapted(headers), stream: stream)
      return response?.queue(status: status, on: connection) ?? false
    }
  }

  private func send(_ answer: HTTPAnswer, on connection: OpaquePointer) -> Bool {
    if !isChunked, !core.isDraining, let shared = answer.shared {
      return shared.queue(status: answer.status, on: connection)
    }
    let response = ResponseHandle(headers: adapted(answer.headers), body: answer.body)
    guard let response else { return sendFault(on: connection) }
    return response.queue(status: answer.status, on: connection)
  }

  /// libmicrohttpd is lax about the line ends between chunks, so nothing that follows a chunked body on
  /// its connection can be trusted to be a request.
  private func adapted(_ headers: [HTTPHeader]) -> [HTTPHeader] {
    guard isChunked || core.isDraining else { return headers }
    return headers + [HTTPHeader("Connection", "close")]
  }

  /// A header with a line break in it is not sent, and neither is an answer that misses one.
  private func sendFault(on connection: OpaquePointer) -> Bool {
    Refusal.unanswered.shared?.queue(status: Refusal.unanswered.status, on: connection) ?? false
  }
}

func bytes(cString: UnsafePointer<CChar>) -> [UInt8] {
  Array(UnsafeRawBufferPointer(start: cString, count: strlen(cString)))
}
