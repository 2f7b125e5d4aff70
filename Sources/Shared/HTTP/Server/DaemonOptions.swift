internal import CMicroHTTPD
internal import Time

/// libmicrohttpd's option list, and the texts it points to while the daemon starts.
struct DaemonOptions {
  private var items: [MHD_OptionItem] = []
  private let tls: HTTPServer.TLS?

  init(_ configuration: HTTPServer.Configuration) {
    tls = configuration.tls
    // A head has to fit twice: as it came, and as the list of its fields. No more: libmicrohttpd fills
    // all of it with zeros after each request.
    add(.CONNECTION_MEMORY_LIMIT, max(8 << 10, configuration.maximumHeadSize * 2))
    // Each of its threads gets its share; the limit itself is kept where connections are accepted.
    add(.CONNECTION_LIMIT, configuration.maximumConnections * 2 + 64)
    add(.CONNECTION_TIMEOUT, Self.wholeSeconds(configuration.idleTimeout))
    if configuration.maximumConnectionsPerAddress > 0 {
      add(.PER_IP_CONNECTION_LIMIT, configuration.maximumConnectionsPerAddress)
    }
    if configuration.threads > 1 { add(.THREAD_POOL_SIZE, configuration.threads) }
  }

  mutating func withItems<Result>(
    _ body: (UnsafeMutablePointer<MHD_OptionItem>?) -> Result
  ) -> Result {
    let end = MHD_OptionItem(option: .END, value: 0, ptr_value: nil)
    guard let tls else {
      var all = items + [end]
      return body(&all)
    }
    return tls.certificateChain.withCString { chain in
      tls.privateKey.withCString { key in
        var all = items + [text(.HTTPS_MEM_CERT, chain)]
        all += [text(.HTTPS_MEM_KEY, key), end]
        return body(&all)
      }
    }
  }

  /// Rounded up: 0 would be no limit at all.
  private static func wholeSeconds(_ time: Duration) -> Int {
    max(1, Int((time.microseconds + 999_999) / 1_000_000))
  }

  private mutating func add(_ option: MHD_OPTION, _ value: Int) {
    items.append(MHD_OptionItem(option: option, value: value, ptr_value: nil))
  }

  private func text(_ option: MHD_OPTION, _ text: UnsafePointer<CChar>) -> MHD_OptionItem {
    MHD_OptionItem(option: option, value: 0, ptr_value: UnsafeMutableRawPointer(mutating: text))
  }
}
