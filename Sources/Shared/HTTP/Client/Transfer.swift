internal import CCurl
internal import Platform
internal import Time

/// One call on its way. Touched only by its client's thread.
final class Transfer {
  let call: HTTPCall
  let handle: EasyHandle
  /// Where it stands in the loop's list.
  var place = 0
  /// Microseconds since boot.
  let deadline: Int64
  private let maximumAnswerSize: Int
  private let completion: HTTPClient.Completion
  private var gatePassedAt: RunningTime?
  private var refusal: NotSentReason?
  private var wouldRepeat = false
  private var isTooLarge = false
  private var isHeadWhole = false
  private var headers: [HTTPHeader] = []
  private var body: [UInt8] = []

  init(_ submission: Submission, handle: EasyHandle, maximumAnswerSize: Int) {
    call = submission.call
    completion = submission.completion
    self.handle = handle
    self.maximumAnswerSize = maximumAnswerSize
    deadline = bootMicroseconds() + submission.call.totalTimeout.microseconds
  }

  func complete(_ outcome: HTTPOutcome) { completion(outcome) }

  /// libcurl is about to write the request. It asks a second time when the connection died under it and
  /// it means to repeat the request on another.
  func passGate(to address: String?) -> Bool {
    guard gatePassedAt == nil else {
      wouldRepeat = true
      return false
    }
    guard !call.isPublicOnly || address.map({ !PrivateAddress.contains($0) }) ?? false else {
      refusal = .privateAddress
      return false
    }
    guard call.gate?() ?? .pass == .pass else {
      refusal = .refusedAtGate
      return false
    }
    gatePassedAt = .now
    return true
  }

  /// Header lines come one by one; a status line starts anew (100 Continue comes before the answer).
  func receive(headerLine: UnsafeRawBufferPointer) {
    if headerLine.starts(with: "HTTP/".utf8) {
      headers = []
      isHeadWhole = false
    } else if headerLine.first == UInt8(ascii: "\r") || headerLine.first == UInt8(ascii: "\n") {
      isHeadWhole = true
    } else if let colon = headerLine.firstIndex(of: UInt8(ascii: ":")) {
      let name = String(decoding: headerLine[..<colon], as: UTF8.self)
      let value = String(decoding: trimmed(headerLine[(colon + 1)...]), as: UTF8.self)
      headers.append(HTTPHeader(name, value))
    }
  }

  func receive(body part: UnsafeRawBufferPointer) -> Bool {
    if let stream = call.stream, 200..<300 ~= status { return stream.take(Array(part)) }
    isTooLarge = body.count + part.count > maximumAnswerSize
    guard !isTooLarge else { return false }
    body.append(contentsOf: part)
    return true
  }

  func cancelledOutcome() -> HTTPOutcome {
    gatePassedAt.map { .unknown(.cancelled, gatePassedAt: $0) } ?? .notSent(.cancelled)
  }

  func outcome(of code: CURLcode) -> HTTPOutcome {
    guard let gatePassedAt else { return .notSent(refusal ?? notSent(code)) }
    guard code == CURLE_OK else {
      return .unknown(unknown(code), gatePassedAt: gatePassedAt)
    }
    // libcurl takes a connection that ends among the header fields for the end of the answer.
    guard isHeadWhole else { return .unknown(.cut, gatePassedAt: gatePassedAt) }
    return .answered(
      HTTPAnswerReceived(
        status: status, headers: headers, body: body, gatePassedAt: gatePassedAt,
        timings: HTTPAnswerReceived.Timings(of: handle)))
  }

  private var status: Int {
    postrider_curl_get_long(handle.pointer, CURLINFO_RESPONSE_CODE)
  }

  private func notSent(_ code: CURLcode) -> NotSentReason {
    switch code {
    case CURLE_COULDNT_RESOLVE_HOST: .nameNotResolved
    case CURLE_COULDNT_CONNECT: .connectFailed
    case CURLE_OPERATION_TIMEDOUT: hasStarted ? .connectTimedOut : .noConnectionFree
    case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM,
      CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR:
      .tlsFailed
    case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL: .invalidCall
    default: .other(Int(code.rawValue))
    }
  }

  private func unknown(_ code: CURLcode) -> UnknownReason {
    if wouldRepeat { return .repetitionRefused }
    if isTooLarge { return .answerTooLarge }
    switch code {
    case CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_PARTIAL_FILE:
      return .cut
    case CURLE_OPERATION_TIMEDOUT: return .timedOut
    case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING:
      return .garbage
    default: return .other(Int(code.rawValue))
    }
  }

  /// Waiting for a free connection, libcurl has not even looked the name up.
  var hasStarted: Bool {
    postrider_curl_get_large(handle.pointer, CURLINFO_NAMELOOKUP_TIME_T) > 0
  }

  private func trimmed(_ bytes: Slice<UnsafeRawBufferPointer>) -> Slice<UnsafeRawBufferPointer> {
    var rest = bytes
    while let first = rest.first, first <= 0x20 { rest = rest.dropFirst() }
    while let last = rest.last, last <= 0x20 { rest = rest.dropLast() }
    return rest
  }
}

extension HTTPAnswerReceived.Timings {
  fileprivate init(of handle: EasyHandle) {
    func time(_ info: CURLINFO) -> Duration {
      .microseconds(postrider_curl_get_large(handle.pointer, info))
    }
    connected = max(time(CURLINFO_CONNECT_TIME_T), time(CURLINFO_APPCONNECT_TIME_T))
    firstByte = time(CURLINFO_STARTTRANSFER_TIME_T)
    total = time(CURLINFO_TOTAL_TIME_T)
    isConnectionReused = postrider_curl_get_long(handle.pointer, CURLINFO_NUM_CONNECTS) == 0
  }
}
