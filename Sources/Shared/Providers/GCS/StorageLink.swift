internal import Forms
private import Crypto
package import Domain
package import Time

/// A link to an object of Google Cloud Storage that anybody may fetch for a while: V4 signatures, made here
/// without asking anybody.
package struct StorageLink: Hashable, Sendable {
  package var file: StoredFile
  package var host: Host
  package var expires: Duration
  /// Seen by the fetcher in place of what the object says.
  package var contentType: String?
  package var disposition: String?
  package var generation: Int64?
  /// Headers that the fetcher must send; providers send none.
  package var headers: [String: String]

  package enum Host: Hashable, Sendable {
    /// `storage.googleapis.com/bucket/object`
    case path
    /// `bucket.storage.googleapis.com/object`
    case virtual
    /// Scheme and host of somebody's own, before `/object`.
    case own(String)
  }

  package enum Fault: Error, Hashable, CustomStringConvertible {
    case noName
    case expiry

    package var description: String {
      switch self {
      case .noName: "a signed link needs a bucket and a file"
      case .expiry: "a signed link is good for 1 second to 7 days"
      }
    }
  }

  package init(
    _ file: StoredFile, host: Host = .path, expires: Duration = .seconds(24 * 3600),
    contentType: String? = nil, disposition: String? = nil, generation: Int64? = nil,
    headers: [String: String] = [:]
  ) {
    self.file = file
    self.host = host
    self.expires = expires
    self.contentType = contentType
    self.disposition = disposition
    self.generation = generation
    self.headers = headers
  }

  package func signed(by account: ServiceAccount, at time: Timestamp) throws(Fault) -> String {
    guard !file.bucket.isEmpty, !file.file.isEmpty else { throw .noName }
    guard (1...604_800).contains(expires.components.seconds) else { throw .expiry }
    let stamp = Self.stamp(time)
    let scope = "\(stamp.prefix(8))/auto/storage/goog4_request"
    let query = query(account, stamp, scope)
    let request = canonicalRequest(query)
    let toSign = [
      "GOOG4-RSA-SHA256", stamp, scope, lowerHex(sha256(Array(request.utf8))),
    ].joined(separator: "\n")
    let signature = lowerHex(account.key.signature(of: Array(toSign.utf8)))
    return "\(origin)\(path)?\(query)&X-Goog-Signature=\(signature)"
  }

  private func query(_ account: ServiceAccount, _ stamp: String, _ scope: String) -> String {
    var pairs = [
      ("X-Goog-Algorithm", "GOOG4-RSA-SHA256"),
      ("X-Goog-Credential", "\(account.clientEmail)/\(scope)"), ("X-Goog-Date", stamp),
      ("X-Goog-Expires", String(expires.components.seconds)),
      ("X-Goog-SignedHeaders", signedHeaders.map(\.name).joined(separator: ";")),
    ]
    if let generation { pairs.append(("generation", String(generation))) }
    if let disposition { pairs.append(("response-content-disposition", disposition)) }
    if let contentType { pairs.append(("response-content-type", contentType)) }
    return String(decoding: FormPair.encoded(pairs.sorted { $0.0 < $1.0 }), as: UTF8.self)
  }

  private func canonicalRequest(_ query: String) -> String {
    let headers = signedHeaders.map { "\($0.name):\($0.value)\n" }.joined()
    let names = signedHeaders.map(\.name).joined(separator: ";")
    return ["GET", path, query, headers, names, "UNSIGNED-PAYLOAD"].joined(separator: "\n")
  }

  private var signedHeaders: [(name: String, value: String)] {
    var all = ["host": String(origin[origin.index(afterScheme: "://")...])]
    for (name, value) in headers {
      all[name.lowercased()] = value.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
    return all.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  private var origin: String {
    switch host {
    case .path: "https://storage.googleapis.com"
    case .virtual: "https://\(file.bucket).storage.googleapis.com"
    case .own(let origin): origin
    }
  }

  private var path: String {
    let name = String(decoding: percentEncoded(file.file, keeping: "/"), as: UTF8.self)
    guard host == .path else { return "/\(name)" }
    return "/\(String(decoding: percentEncoded(file.bucket), as: UTF8.self))/\(name)"
  }

  /// `YYYYMMDDTHHMMSSZ`
  private static func stamp(_ time: Timestamp) -> String {
    let seconds = time.description.prefix { $0 != "." }
    return seconds.filter { $0 != "-" && $0 != ":" } + "Z"
  }
}

extension String {
  fileprivate func index(afterScheme mark: String) -> Index {
    var place = startIndex
    while place < endIndex, !self[place...].hasPrefix(mark) { place = index(after: place) }
    return place < endIndex ? index(place, offsetBy: mark.count) : startIndex
  }
}
