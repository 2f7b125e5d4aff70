internal import Glibc

/// One client's socket and where it stands. Touched by its loop's thread alone.
///
///     head ──▶ body ──▶ handled ──▶ answering ──▶ head …
///                          └──▶ streaming ──┘ └──▶ lingering
final class ServerConnection: @unchecked Sendable {
  // `Exchange` carries it through other threads, which leave it alone.
  enum Phase {
    case head
    case sizedBody(left: Int)
    case chunkedBody(ChunkedBody)
    /// The handler has the request.
    case handled
    case answering
    case streaming(HTTPStream)
    /// Nothing more is sent; what still comes is read over for a while, so that the client gets to read its
    /// answer before it hears that nobody listens.
    case lingering(budget: Int)
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
  var request: ReceivedRequest?
  var body: [UInt8] = []
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
    case .handled, .answering, .streaming, .lingering: false
    }
  }

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

  func finishSending() {
    tls?.finish()
    shutdown(socket.descriptor, Int32(SHUT_WR))
  }
}

/// A request's head, copied.
struct ReceivedRequest {
  let method: String
  let target: RequestTarget
  let headers: HeaderBlock

  init(_ head: RequestHead, in bytes: Span<UInt8>) {
    method = bytes.extracting(head.method).withUnsafeBufferPointer {
      String(decoding: $0, as: UTF8.self)
    }
    // One copy, of which both are parts.
    let own = Array(bytes.extracting(0..<head.end))
    target = RequestTarget(bytes: own[head.target])
    headers = HeaderBlock(bytes: own, places: head.fields)
  }
}
