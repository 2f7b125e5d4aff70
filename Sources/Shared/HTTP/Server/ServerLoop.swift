internal import CSystem
internal import Glibc
internal import Platform
internal import Time

/// One thread of the server with its share of the connections. Nothing here blocks but the wait for what
/// happens next.
final class ServerLoop: @unchecked Sendable {
  // Everything but `mailbox`, `emptied`, `core` and `room` is touched by the loop's own thread alone.
  let core: ServerCore
  let mailbox: LoopMailbox
  /// Opened when the last connection has ended while the server drains.
  let emptied = Gate()
  private let epoll: Int32
  private let tls: TLSContext?
  private let interval: Duration
  let room: BodyRoom
  var isMakingRoom = false
  /// By descriptor.
  private(set) var connections: [ServerConnection?] = []
  private var count = 0
  private var letters: [LoopMailbox.Letter] = []
  private var isStopping = false
  private var choresAt: Int64 = 0
  private(set) var now = bootMicroseconds()
  let input = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
  /// An answer is put together here.
  var output: [UInt8] = []
  var date = DateField()
  var answered = AnswerTally()

  init(_ core: ServerCore, tls: TLSContext?) throws(HTTPServerError) {
    self.core = core
    self.tls = tls
    let configuration = core.configuration
    room = BodyRoom(configuration)
    interval = min(
      .seconds(1), configuration.idleTimeout / 4, configuration.requestTimeout / 4)
    mailbox = try LoopMailbox()
    epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
    guard epoll >= 0,
      postrider_epoll_add(epoll, mailbox.descriptor, EPOLLIN.rawValue | EPOLLET.rawValue) == 0
    else { throw .cannotStart }
  }

  deinit {
    if epoll >= 0 { close(epoll) }
    input.deallocate()
  }

  /// Until it is told to stop.
  func run() {
    blockBrokenPipeSignal()
    var events = [epoll_event](repeating: epoll_event(), count: 256)
    while !isStopping {
      let patience = mailbox.fallAsleep() ? patience : 0
      let found = epoll_wait(epoll, &events, Int32(events.count), patience)
      now = bootMicroseconds()
      date.refresh(at: now)
      for event in events.prefix(Int(max(0, found))) { act(on: event) }
      readLetters()
      if now >= choresAt { cutLateConnections() }
      answered.count()
    }
  }

  /// Milliseconds for epoll; without connections nobody can be late.
  private var patience: Int32 {
    guard count > 0 else { return -1 }
    return Int32(clamping: max(0, choresAt - now + 999) / 1000)
  }

  // MARK: Letters

  private func readLetters() {
    mailbox.take(into: &letters)
    for letter in letters { read(letter) }
    letters.removeAll(keepingCapacity: true)
  }

  private func read(_ letter: LoopMailbox.Letter) {
    switch letter {
    case .news(let exchange): proceed(exchange)
    case .connection(let socket, let peer): add(socket, peer)
    case .makeRoom(let done): done(makeRoom())
    case .drain: drain()
    case .stop: stop()
    }
  }

  private func add(_ socket: Int32, _ peer: PeerAddress) {
    let session = tls?.session(on: socket)
    let events = EPOLLIN.rawValue | EPOLLOUT.rawValue | EPOLLRDHUP.rawValue | EPOLLET.rawValue
    guard tls == nil || session != nil, postrider_epoll_add(epoll, socket, events) == 0 else {
      close(socket)
      return core.connectionEnded(peer)
    }
    let connection = ServerConnection(socket, peer, tls: session, now: now)
    let place = Int(socket)
    while connections.count <= place { connections.append(nil) }
    connections[place] = connection
    count += 1
    advance(connection)
    if core.isDraining, connection.isIdle { end(connection) }
  }

  /// At the limit whoever has been waiting longest for its request gives way; of very many a few at once, as
  /// finding them takes a look at all.
  private func makeRoom() -> Bool {
    let waiting = connections.compactMap { $0 }.filter(\.waitsForRequest)
      .sorted { $0.since < $1.since }
    for connection in waiting.prefix(max(1, waiting.count / 256)) { end(connection) }
    return !waiting.isEmpty
  }

  /// What has arrived is still read and answered.
  private func drain() {
    for connection in connections {
      guard let connection else { continue }
      if case .streaming(let stream) = connection.phase { stream.finish() }
      guard connection.isIdle else { continue }
      connection.isReadable = true
      advance(connection)
      if connection.isIdle, isOpen(connection) { end(connection) }
    }
    if count == 0 { emptied.open() }
  }

  private func stop() {
    mailbox.close()
    isStopping = true
    var last: [LoopMailbox.Letter] = []
    mailbox.take(into: &last)
    for letter in last { read(letter) }
    for connection in connections {
      guard let connection else { continue }
      switch connection.phase {
      case .handled, .upload:
        if let exchange = connection.exchange, exchange.end() {
          if case .upload(let upload, _) = connection.phase { upload.cut() }
          answer(Refusal.stopping, connection)
        }
      case .head, .sizedBody, .chunkedBody, .answering, .streaming, .lingering: break
      }
      end(connection)
    }
  }

  // MARK: Sockets

  private func act(on event: epoll_event) {
    let descriptor = Int(event.data.fd)
    // Ended by an event before this one.
    guard descriptor < connections.count, let connection = connections[descriptor] else { return }
    if event.events & EPOLLRDHUP.rawValue != 0 { connection.hasEnded = true }
    if event.events & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0 { return end(connection) }
    if event.events & EPOLLIN.rawValue != 0 || connection.isTLS { connection.isReadable = true }
    if event.events & EPOLLOUT.rawValue != 0 { flush(connection) }
    advance(connection)
  }

  func isOpen(_ connection: ServerConnection) -> Bool {
    connections[Int(connection.socket.descriptor)] === connection
  }

  /// Whatever was under way is over.
  func end(_ connection: ServerConnection) {
    guard isOpen(connection) else { return }
    connections[Int(connection.socket.descriptor)] = nil
    count -= 1
    if case .streaming(let stream) = connection.phase { stream.connectionEnded() }
    if case .upload(let upload, _) = connection.phase { upload.cut() }
    connection.phase = .lingering(budget: 0)
    connection.forgetRequest()
    room.add(-connection.booked.count, to: connection.booked.caller)
    connection.booked.count = 0
    connection.exchange?.end()
    connection.exchange = nil
    connection.isReadable = false
    close(connection.socket.descriptor)
    core.connectionEnded(connection.peer)
    if core.isDraining, count == 0 { emptied.open() }
  }

  private func cutLateConnections() {
    choresAt = now + interval.microseconds
    let idle = core.configuration.idleTimeout.microseconds
    let request = core.configuration.requestTimeout.microseconds
    for connection in connections {
      guard let connection else { continue }
      let limit: Int64
      switch connection.phase {
      case .head where connection.isIdle: limit = idle
      case .head, .sizedBody, .chunkedBody: limit = request
      case .upload(let upload, _):
        if upload.isFull { continue }
        limit = idle
      case .handled: continue
      case .answering: limit = idle
      case .streaming:
        if connection.unsent.isEmpty { continue }
        limit = idle
      case .lingering: limit = core.isDraining ? Self.lingeringAtEnd : Self.lingering
      }
      if now - connection.since > limit { end(connection) }
    }
  }

  /// A connection that is closed while bytes come in takes the answer with it: so what a slow client still sends
  /// of a body that was refused is read for this long, and up to this much.
  private static let lingering: Int64 = 10_000_000
  private static let lingeringAtEnd: Int64 = 2_000_000
  static let lingeringBytes = 32 << 20
}
