internal import CCurl

/// libcurl's callbacks for one transfer; their context is the transfer, unretained: the loop holds it as
/// long as libcurl has its handle.
enum TransferCallbacks {
  static let gate: curl_prereq_callback = { context, address, _, _, _ in
    guard let transfer = transfer(context),
      transfer.passGate(to: address.map { String(cString: $0) })
    else {
      return CURL_PREREQFUNC_ABORT
    }
    return CURL_PREREQFUNC_OK
  }

  static let header: curl_write_callback = { bytes, size, count, context in
    let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
    transfer(context)?.receive(headerLine: line)
    return line.count
  }

  /// Fewer bytes than there were end the transfer.
  static let body: curl_write_callback = { bytes, size, count, context in
    let part = UnsafeRawBufferPointer(start: bytes, count: size * count)
    let isTaken = transfer(context)?.receive(body: part) ?? false
    return isTaken ? part.count : 0
  }

  private static func transfer(_ context: UnsafeMutableRawPointer?) -> Transfer? {
    context.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
  }
}
