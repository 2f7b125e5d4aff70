internal import CMicroHTTPD
internal import Glibc

/// The arguments of one call of the access handler. Valid during that call only.
struct AccessCall {
  let connection: OpaquePointer
  let method: UnsafePointer<CChar>
  let version: UnsafePointer<CChar>
  let upload: UnsafePointer<CChar>?
  let uploadSize: UnsafeMutablePointer<Int>

  var hasUpload: Bool { uploadSize.pointee > 0 }
  var methodText: String { String(cString: method) }

  /// A copy, of what `head` has judged.
  func headers(_ head: RequestHead) -> HeaderBlock {
    HeaderBlock(bytes: Array(fields), places: head.places)
  }

  func takeUpload() -> UnsafeRawBufferPointer {
    defer { uploadSize.pointee = 0 }
    return UnsafeRawBufferPointer(start: upload, count: uploadSize.pointee)
  }

  /// libmicrohttpd 0.9.75 leaves the head in its buffer as it came, with a zero for each byte that ended
  /// a name, a value or a line: CRLF is two zeros, a bare line feed one. So the layout tells what its
  /// parser let pass.
  func head(
    target: UnsafePointer<CChar>?, copied: [UInt8], limit: Int
  ) throws(RequestHead.Verdict) -> RequestHead {
    let size = postrider_mhd_header_size(connection)
    guard size <= limit else { throw .headTooLarge }
    guard size >= lineLength + 2, isLineStrict(target: target, copied: copied) else {
      throw .ambiguous
    }
    let counted = MHD_get_connection_values(connection, .HEADER_KIND, nil, nil)
    let head = try RequestHead(block: fields, countedFields: Int(counted))
    guard !(head.isChunked && isVersion10) else { throw .ambiguous }
    return head
  }

  /// Which has no chunks: a proxy of that age would pass them on as they are.
  private var isVersion10: Bool { version[7] == CChar(UInt8(ascii: "0")) }

  /// One space between method, target and version, and CRLF behind them. The target is read from its
  /// copy: in the buffer its query is gone by now.
  private func isLineStrict(target: UnsafePointer<CChar>?, copied: [UInt8]) -> Bool {
    let methodLength = strlen(method)
    let token = UnsafeRawBufferPointer(start: method, count: methodLength)
      .assumingMemoryBound(to: UInt8.self)
    guard let target, !copied.isEmpty, isToken(token), target == method + methodLength + 1 else {
      return false
    }
    return version == target + copied.count + 1 && version[8] == 0 && version[9] == 0
      && !copied.contains(where: isControl)
  }

  private func isControl(_ byte: UInt8) -> Bool { byte <= 0x20 || byte == 0x7F }

  /// `METHOD target HTTP/1.1` and its line end.
  private var lineLength: Int { version - method + 10 }

  private var fields: UnsafeBufferPointer<UInt8> {
    let count = max(0, postrider_mhd_header_size(connection) - lineLength)
    return UnsafeRawBufferPointer(start: version + 10, count: count)
      .assumingMemoryBound(to: UInt8.self)
  }
}
