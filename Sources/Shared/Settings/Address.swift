/// Where to listen: `host:port`; an IPv6 host stands in brackets.
package struct Address: Hashable, Sendable, CustomStringConvertible {
  package let host: String
  package let port: UInt16

  package init(host: String, port: UInt16) {
    self.host = host
    self.port = port
  }

  package init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...])
    else { return nil }
    var host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = host.dropFirst().dropLast()
    } else if host.contains(":") {
      return nil
    }
    guard !host.isEmpty, host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") })
    else { return nil }
    self.init(host: String(host), port: port)
  }

  package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// An http or https address of somebody's, without credentials in it.
package struct WebAddress: Hashable, Sendable, CustomStringConvertible {
  package let scheme: String
  /// Host and port as they stand.
  package let authority: String
  /// From the first slash on, without one at its end; may be empty.
  package let path: String

  package init?(_ text: String) {
    guard let colon = text.firstRange(of: "://") else { return nil }
    scheme = text[..<colon.lowerBound].lowercased()
    let rest = text[colon.upperBound...]
    let slash = rest.firstIndex(of: "/") ?? rest.endIndex
    authority = String(rest[..<slash])
    var path = rest[slash...]
    while path.hasSuffix("/") { path = path.dropLast() }
    self.path = String(path)
    let isPlain = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    guard scheme == "http" || scheme == "https", isPlain, !authority.isEmpty,
      !authority.contains("@"), !authority.contains("?"), !authority.contains("#"),
      !path.contains("?"), !path.contains("#")
    else { return nil }
  }

  /// Twilio has a host for each of its parts; what stands in for it, such as a proxy, is one for all.
  package func host(_ name: String) -> WebAddress {
    guard self == .twilio else { return self }
    return WebAddress("\(scheme)://\(name).twilio.com") ?? self
  }

  package var description: String { "\(scheme)://\(authority)\(path)" }
}

extension WebAddress {
  /// What never leaves this machine may be told in the clear.
  var isLoopback: Bool {
    let host = authority.prefix { $0 != ":" }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return host == "localhost" || authority == "[::1]" || authority.hasPrefix("[::1]:")
      || parts.count == 4 && parts.first == "127" && parts.allSatisfy { UInt8($0) != nil }
  }
}
