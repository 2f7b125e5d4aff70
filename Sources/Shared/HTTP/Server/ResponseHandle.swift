internal import CMicroHTTPD

/// Owns one libmicrohttpd response, which the library only reads once it is made.
final class ResponseHandle: @unchecked Sendable {
  // The pointer never changes, and libmicrohttpd counts its references under a lock of its own.
  private let handle: OpaquePointer

  /// nil where a header has a line break in it, or memory is short.
  convenience init?(headers: [HTTPHeader], body: [UInt8]) {
    let made = body.withUnsafeBytes { bytes in
      MHD_create_response_from_buffer(
        bytes.count, UnsafeMutableRawPointer(mutating: bytes.baseAddress), .RESPMEM_MUST_COPY)
    }
    self.init(owning: made, headers: headers)
  }

  /// An answer without an end: its bytes come from `stream` as the connection has room for them.
  convenience init?(headers: [HTTPHeader], stream: HTTPStream) {
    let unknownSize = UInt64.max
    // Released by the last callback, when the response goes; by us if there was no response.
    let context = Unmanaged.passRetained(stream)
    let made = MHD_create_response_from_callback(
      unknownSize, 4096,
      { context, _, buffer, room in
        guard let context, let buffer else { return StreamRead.broken.code }
        let stream = Unmanaged<HTTPStream>.fromOpaque(context).takeUnretainedValue()
        return stream.read(into: UnsafeMutableRawBufferPointer(start: buffer, count: room)).code
      }, context.toOpaque(),
      { context in
        guard let context else { return }
        Unmanaged<HTTPStream>.fromOpaque(context).release()
      })
    if made == nil { context.release() }
    self.init(owning: made, headers: headers)
  }

  private init?(owning made: OpaquePointer?, headers: [HTTPHeader]) {
    guard let made else { return nil }
    handle = made
    for header in headers {
      let added = MHD_add_response_header(made, header.name, header.value)
      guard added == .YES else { return nil }
    }
  }

  deinit { MHD_destroy_response(handle) }

  func queue(status: Int, on connection: OpaquePointer) -> Bool {
    MHD_queue_response(connection, UInt32(clamping: status), handle) == .YES
  }
}
