internal import Glibc

/// One client's socket and where it stands. Touched by its loop's thread alone.
///
///     head ──▶ body or upload ──▶ handled ──▶ answering ──▶ head …
///                                    └──▶ streaming ──┘ └──▶ lingering
final class ServerConnection: @unchecked Sendable {
  // `Exchange` carries it through other threads, which leave it alone.
  enum Phase {
    case head
    case sizedBody(left: Int)
    case chunkedBody(ChunkedBody)
    /// The body goes to its reader as it comes.
    case upload(HTTPUpload, Framing)
    /// The handler has the request.
    case handled
    case answering
    case streaming(HTTPStream)
    /// Nothing more is sent; what still comes is read over for a while, so that the client gets to read its
    /// answer before it hears that nobody listens.
    case lingering(budget: Int)
  }

  /// Where a body ends.
  enum Framing {
    case sized(left: Int)
    case chunked(ChunkedBody)
  }

  let peer: PeerAddress
  let socket: PlainSocket
  private let tls: TLSSession?

  var phase = Phase.head
  /// There may be bytes in the socket, or its end.
  var isReadable = true
  /// The client has said that nothing more comes after what the socket holds.
  var hasEnded = false
  /// Received, and not consumed yet.
  var unread: [UInt8] = []
  /// What its phase waits for is waited for since then.
  var since: Int64
  /// When the first byte of the present request came, and what its answer is counted by.
  var began: Int64
  var counts: RouteCounts?
  /// Its head, until the body is there.
  var request: HTTPRequest?
  var headSize = 0
  var handler: HTTPServer.Handler?
  var caller = BodyPlan.Caller.stranger
  /// Of the body that is coming: what may still come of an upload, else how long it may be in all.
  var bodyLimit = 0
  var body: [UInt8] = []
  /// What of its memory is in the loop's books, and under which name.
  var booked = (count: 0, caller: BodyPlan.Caller.stranger)
  /// Of the request that is being answered.
  var isHead = false
  var isVersion10 = false
  var exchange: Exchange?
  /// What the socket has not taken yet.
  var unsent: ArraySlice<UInt8> = []
  var endsAfterAnswer = false

  init(_ socket: Int32, _ peer: PeerAddress, tls: TLSSession?, now: Int64) {
    self.socket = PlainSocket(descriptor: socket)
    self.peer = peer
    self.tls = tls
    since = now
    began = now
  }

  var isTLS: Bool { tls != nil }

  /// With no part of a request there.
  var isIdle: Bool {
    if case .head = phase { unread.isEmpty } else { false }
  }

  /// The request is not there in whole.
  var waitsForRequest: Bool {
    switch phase {
    case .head, .sizedBody, .chunkedBody: true
    case .upload, .handled, .answering, .streaming, .lingering: false
    }
  }

  /// Of what has been received and is not with a handler.
  var heldBytes: Int { body.capacity + unread.capacity + (request == nil ? 0 : headSize) }

  func receive(into buffer: UnsafeMutableRawBufferPointer) -> Transferred {
    guard let tls else {
      let received = socket.receive(into: buffer)
      // Less than there was room for: that was all.
      if case .bytes(let count) = received, count < buffer.count, !hasEnded { isReadable = false }
      if case .nothing = received { isReadable = false }
      return received
    }
    let received = tls.receive(into: buffer)
    if case .nothing = received { isReadable = false }
    return received
  }

  func send(_ bytes: UnsafeRawBufferPointer) -> Transferred {
    tls?.send(bytes) ?? socket.send(bytes)
  }

  /// With all that was received of it.
  func forgetRequest() {
    (unread, body) = ([], [])
    (request, handler) = (nil, nil)
  }

  func finishSending() {
    tls?.finish()
    shutdown(socket.descriptor, Int32(SHUT_WR))
  }
}

extension HTTPRequest {
  /// A copy of the head; the body is to come.
  convenience init(_ head: RequestHead, in bytes: Span<UInt8>, on connection: ServerConnection) {
    let method = bytes.extracting(head.method).withUnsafeBufferPointer {
      String(decoding: $0, as: UTF8.self)
    }
    // One copy, of which both are parts.
    let own = Array(bytes.extracting(0..<head.end))
    self.init(
      method: method, target: RequestTarget(bytes: own[head.target]),
      headers: HeaderBlock(bytes: own, places: head.fields), body: [], peer: connection.peer,
      isTLS: connection.isTLS)
  }
}
