internal import CCurl
internal import Time

/// Owns one libcurl easy handle and the header list it points to. Used again for call after call by the
/// one thread of its client.
final class EasyHandle {
  let pointer: UnsafeMutableRawPointer
  private var headers: UnsafeMutablePointer<curl_slist>?

  /// What is the same for every call. nil without memory.
  init?(_ configuration: HTTPClient.Configuration) {
    guard let made = curl_easy_init() else { return nil }
    pointer = made
    set(CURLOPT_NOSIGNAL, 1)
    set(CURLOPT_FOLLOWLOCATION, 0)
    set(CURLOPT_HTTP09_ALLOWED, 0)
    set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
    set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
    set(CURLOPT_PATH_AS_IS, 1)
    set(CURLOPT_PROTOCOLS_STR, "http,https")
    // Set and empty: the environment's proxies are not asked.
    set(CURLOPT_PROXY, "")
    set(CURLOPT_USERAGENT, configuration.userAgent)
    if let file = configuration.authoritiesFile { set(CURLOPT_CAINFO, file) }
    postrider_curl_receiver(pointer, CURLOPT_WRITEFUNCTION, TransferCallbacks.body)
    postrider_curl_receiver(pointer, CURLOPT_HEADERFUNCTION, TransferCallbacks.header)
    postrider_curl_gate(pointer, TransferCallbacks.gate)
  }

  deinit {
    curl_easy_cleanup(pointer)
    curl_slist_free_all(headers)
  }

  /// Whether libcurl takes the call as it is. `context` is what the callbacks get.
  func prepare(_ call: HTTPCall, context: UnsafeMutableRawPointer) -> Bool {
    for option in [
      CURLOPT_PRIVATE, CURLOPT_WRITEDATA, CURLOPT_HEADERDATA, CURLOPT_PREREQDATA,
    ] { postrider_curl_context(pointer, option, context) }
    set(CURLOPT_CONNECTTIMEOUT_MS, limit(call.connectTimeout))
    set(CURLOPT_TIMEOUT_MS, limit(call.totalTimeout))
    // Less than a byte a second; 0 is no limit.
    let silence = call.stream.map { max(1, Int($0.silence.components.seconds)) } ?? 0
    set(CURLOPT_LOW_SPEED_LIMIT, silence > 0 ? 1 : 0)
    set(CURLOPT_LOW_SPEED_TIME, silence)
    guard isToken(call.method), setHeaders(of: call) else { return false }
    setMethod(call)
    return postrider_curl_text(pointer, CURLOPT_URL, call.url) == CURLE_OK
  }

  /// At least 1: 0 would be no limit at all.
  private func limit(_ time: Duration) -> Int { max(1, Int(time.millisecondsRoundedUp)) }

  private func setMethod(_ call: HTTPCall) {
    // GET resets what the call before has left.
    set(CURLOPT_HTTPGET, 1)
    postrider_curl_text(pointer, CURLOPT_CUSTOMREQUEST, nil)
    if call.method == "HEAD" {
      set(CURLOPT_NOBODY, 1)
      return
    }
    let hasBody = !call.body.isEmpty || call.method == "POST"
    if hasBody { setBody(call.body) }
    if call.method != (hasBody ? "POST" : "GET") { set(CURLOPT_CUSTOMREQUEST, call.method) }
  }

  private func setBody(_ body: [UInt8]) {
    postrider_curl_large(pointer, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
    // An empty array may have no address, and libcurl would then wait for a read callback.
    (body.isEmpty ? [0] : body).withUnsafeBytes { bytes in
      _ = postrider_curl_bytes(pointer, CURLOPT_COPYPOSTFIELDS, bytes.baseAddress)
    }
  }

  private func setHeaders(of call: HTTPCall) -> Bool {
    guard call.headers.allSatisfy(\.isSendable) else { return false }
    curl_slist_free_all(headers)
    headers = nil
    // With nothing behind the colon libcurl leaves out what it would add by itself.
    append("Expect:")
    if call.headers.first(named: "content-type") == nil { append("Content-Type:") }
    for header in call.headers {
      append(header.value.isEmpty ? "\(header.name);" : "\(header.name): \(header.value)")
    }
    return postrider_curl_headers(pointer, headers) == CURLE_OK
  }

  private func append(_ line: String) {
    headers = curl_slist_append(headers, line) ?? headers
  }

  private func set(_ option: CURLoption, _ value: Int) {
    postrider_curl_long(pointer, option, value)
  }

  private func set(_ option: CURLoption, _ value: String) {
    postrider_curl_text(pointer, option, value)
  }
}
