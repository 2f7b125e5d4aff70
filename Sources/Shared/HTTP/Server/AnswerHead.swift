internal import Platform
internal import Time

/// The status line and the fields of an answer as they are sent, but for those that hang on the connection
/// and on the time.
struct AnswerHead: Sendable {
  let bytes: [UInt8]
  let hasBody: Bool
  let closes: Bool

  enum Length {
    case known(Int)
    case chunked
    /// Up to the connection's end.
    case open
  }

  /// nil where a header would not be one line.
  init?(status: Int, headers: [HTTPHeader], length: Length) {
    var bytes = Array("HTTP/1.1 \(status) \(Self.reason(status))\r\n".utf8)
    var closes = false
    for header in headers {
      guard header.isSendable else { return nil }
      if equalIgnoringCase(header.name.utf8, "connection".utf8) {
        closes = closes || equalIgnoringCase(header.value.utf8, "close".utf8)
        continue
      }
      bytes += "\(header.name): \(header.value)\r\n".utf8
    }
    hasBody = status >= 200 && status != 204 && status != 304
    switch length {
    case .known(let count) where hasBody: bytes += "Content-Length: \(count)\r\n".utf8
    case .chunked: bytes += "Transfer-Encoding: chunked\r\n".utf8
    case .open: closes = true
    case .known: break
    }
    self.bytes = bytes
    self.closes = closes
  }

  private static func reason(_ status: Int) -> String {
    reasons[status] ?? "Status"
  }

  private static let reasons = [
    200: "OK", 201: "Created", 202: "Accepted", 204: "No Content", 206: "Partial Content",
    207: "Multi-Status", 301: "Moved Permanently", 302: "Found", 303: "See Other",
    304: "Not Modified", 307: "Temporary Redirect", 308: "Permanent Redirect", 400: "Bad Request",
    401: "Unauthorized", 402: "Payment Required", 403: "Forbidden", 404: "Not Found",
    405: "Method Not Allowed", 406: "Not Acceptable", 408: "Request Timeout", 409: "Conflict",
    410: "Gone", 411: "Length Required", 412: "Precondition Failed", 413: "Content Too Large",
    414: "URI Too Long", 415: "Unsupported Media Type", 417: "Expectation Failed",
    421: "Misdirected Request",
    422: "Unprocessable Content", 423: "Locked", 425: "Too Early", 428: "Precondition Required",
    429: "Too Many Requests", 431: "Request Header Fields Too Large", 500: "Internal Server Error",
    501: "Not Implemented", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout",
    505: "HTTP Version Not Supported", 507: "Insufficient Storage",
  ]
}

/// `Date: Sun, 06 Nov 1994 08:49:37 GMT`, made once a second.
struct DateField {
  private(set) var bytes: [UInt8] = []
  private var madeAt = Int64.min

  /// `now` in microseconds of a clock that goes on.
  mutating func refresh(at now: Int64) {
    guard madeAt == .min || now - madeAt >= 1_000_000 else { return }
    madeAt = now
    let date = CalendarTime.now.httpDate
    bytes = Array("Date: \(date)\r\n".utf8)
  }
}
