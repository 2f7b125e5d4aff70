internal import CMicroHTTPD
internal import Glibc

/// libmicrohttpd's daemon: its threads and its connections.
struct Daemon: @unchecked Sendable {
  // libmicrohttpd locks what `add` touches; `stop` is called when nothing else is any more.
  private let handle: OpaquePointer
  private let context: Unmanaged<ServerCore>

  init(core: ServerCore) throws(HTTPServerError) {
    // Released in `stop`, after the last callback; here if nothing starts.
    let context = Unmanaged.passRetained(core)
    var options = DaemonOptions(core.configuration)
    let started = options.withItems { items in
      postrider_mhd_start(
        core.configuration.tls == nil ? 0 : 1, Callbacks.access,
        Callbacks.requestLine, Callbacks.leaveEscapes, Callbacks.completed, Callbacks.connection,
        context.toOpaque(), items)
    }
    guard let started else {
      context.release()
      throw .cannotStart
    }
    handle = started
    self.context = context
  }

  /// Takes over the socket; closes it when a limit is reached.
  func add(_ socket: Int32, from peer: UnsafePointer<sockaddr>, _ length: socklen_t) {
    MHD_add_connection(handle, socket, peer, length)
  }

  /// No connection may be suspended any more.
  func stop() {
    MHD_stop_daemon(handle)
    context.release()
  }
}

private enum Callbacks {
  static let requestLine: postrider_mhd_uri_callback = { context, target, connection in
    guard let core = core(context), let connection,
      let socket = postrider_mhd_socket_context(connection)
    else { return nil }
    let client = Unmanaged<ServerConnection>.fromOpaque(socket).takeUnretainedValue()
    let exchange = core.begin(on: client, target: target)
    hideQuery(target)
    // Released by `completed`, which libmicrohttpd calls once for each request line it has shown us.
    return Unmanaged.passRetained(exchange).toOpaque()
  }

  static let access: MHD_AccessHandlerCallback = {
    _, connection, _, method, version, upload, uploadSize, exchange in
    guard let connection, let method, let version, let uploadSize, let pointer = exchange?.pointee
    else { return .NO }
    let call = AccessCall(
      connection: connection, method: method, version: version, upload: upload,
      uploadSize: uploadSize)
    let current = Unmanaged<Exchange>.fromOpaque(pointer).takeUnretainedValue()
    return current.advance(call) ? .YES : .NO
  }

  static let completed: MHD_RequestCompletedCallback = { context, _, exchange, _ in
    guard let core = core(context), let pointer = exchange?.pointee else { return }
    exchange?.pointee = nil
    core.complete(Unmanaged<Exchange>.fromOpaque(pointer).takeRetainedValue())
  }

  static let connection: MHD_NotifyConnectionCallback = { context, connection, socket, event in
    guard let core = core(context), let connection, let socket else { return }
    if event == .CONNECTION_NOTIFY_STARTED {
      let client = ServerConnection(connection)
      core.add(client)
      // Released below, when the connection closes.
      socket.pointee = Unmanaged.passRetained(client).toOpaque()
    } else if let pointer = socket.pointee {
      let client = Unmanaged<ServerConnection>.fromOpaque(pointer).takeRetainedValue()
      client.closed()
      core.roster.remove(client)
    }
  }

  /// The target is ours to decode, or to leave alone.
  static let leaveEscapes: postrider_mhd_unescape_callback = { _, _, text in
    text.map { strlen($0) } ?? 0
  }

  private static func core(_ context: UnsafeMutableRawPointer?) -> ServerCore? {
    context.map { Unmanaged<ServerCore>.fromOpaque($0).takeUnretainedValue() }
  }

  /// libmicrohttpd would split the query into a list that nobody reads, and which fills the connection's
  /// memory when there are many arguments. The bytes have been copied; its buffer is its own to change.
  private static func hideQuery(_ target: UnsafePointer<CChar>?) {
    guard let target, let mark = strchr(target, Int32(UInt8(ascii: "?"))), mark[1] != 0 else {
      return
    }
    mark[1] = 0
  }
}
