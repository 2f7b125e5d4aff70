private import Crypto
package import Domain

/// A webhook as far as Twilio's signature is over it.
package struct TwilioSignature: Sendable {
  /// As Twilio called it: public scheme and host, path and query with their escapes.
  package let url: String
  package let payload: Payload
  /// `X-Twilio-Signature`
  package let header: String
  /// `X-Twilio-Webhooks-Signature-Settings`
  package let settings: String?

  package enum Payload: Sendable {
    /// GET, or nothing in the body.
    case none
    case form(FormFields)
    /// Any other body: its hash is in the query.
    case body([UInt8])
  }

  package init(url: String, payload: Payload, header: String, settings: String? = nil) {
    self.url = url
    self.payload = payload
    self.header = header
    self.settings = settings
  }

  /// Primary and secondary token while they are rotated; shared keys by their ids.
  package func matches(tokens: [Secret], sharedKeys: [String: Secret] = [:]) -> Bool {
    guard hasBodyHash, let (algorithm, keys) = keys(tokens, sharedKeys) else { return false }
    let given = Array(header.utf8)
    let messages = SignedURL(url).spellings.flatMap { url in
      endings.map { Array(url.utf8) + $0 }
    }
    return keys.contains { key in
      messages.contains { message in
        equalInConstantTime(Array(base64(hmac(algorithm, key: key.bytes, message)).utf8), given)
      }
    }
  }

  private func keys(
    _ tokens: [Secret], _ sharedKeys: [String: Secret]
  ) -> (HashAlgorithm, [Secret])? {
    let named = Self.named(settings ?? "")
    switch named["algorithm"] {
    case nil where settings == nil: return (.sha1, tokens.filter { !$0.isEmpty })
    case "HMAC_SHA1": return (.sha1, tokens.filter { !$0.isEmpty })
    case "HMAC_SHA256":
      let key = named["key"].flatMap { sharedKeys[$0] }
      return (.sha256, [key].compactMap(\.self).filter { !$0.isEmpty })
    default: return nil
    }
  }

  /// `key=<id>,algorithm=HMAC_SHA256`
  private static func named(_ settings: String) -> [String: String] {
    let pairs = settings.split(separator: ",").map { part in
      part.split(separator: "=", maxSplits: 1).map { word in
        String(word.drop(while: \.isWhitespace).prefix { !$0.isWhitespace })
      }
    }
    return Dictionary(pairs.filter { $0.count == 2 }.map { ($0[0], $0[1]) }) { first, _ in first }
  }

  /// The signature is over the URL alone then, so only the hash in it ties the body to it.
  private var hasBodyHash: Bool {
    guard case .body(let body) = payload else { return true }
    let query = url.split(separator: "?", maxSplits: 1).dropFirst().first ?? ""
    let stated = query.prefix { $0 != "#" }.split(separator: "&")
      .first { $0.hasPrefix("bodySHA256=") }?.dropFirst("bodySHA256=".count)
    guard let stated else { return false }
    return equalInConstantTime(Array(lowerHex(sha256(body)).utf8), Array(stated.utf8))
  }

  /// Names in the order of their bytes; the values of one name distinct and sorted. Nobody knows what Twilio
  /// itself does with a name that comes twice, so all of its values in their order count as well.
  private var endings: [[UInt8]] {
    guard case .form(let fields) = payload else { return [[]] }
    let sorted = fields.all.sorted { $0.name == $1.name ? $0.value < $1.value : $0.name < $1.name }
    var distinct: [UInt8] = []
    var isRepeated = false
    for (index, field) in sorted.enumerated() {
      let hasSameName = index > 0 && sorted[index - 1].name == field.name
      isRepeated = isRepeated || hasSameName
      if hasSameName, sorted[index - 1].value == field.value { continue }
      distinct += field.name
      distinct += field.value
    }
    guard isRepeated else { return [distinct] }
    let inOrder = fields.all.enumerated().sorted {
      $0.element.name == $1.element.name
        ? $0.offset < $1.offset : $0.element.name < $1.element.name
    }
    return [distinct, inOrder.flatMap { $0.element.name + $0.element.value }]
  }
}

/// The order of bytes, which for UTF-8 is that of code points.
private func < (left: [UInt8], right: [UInt8]) -> Bool {
  for index in 0..<min(left.count, right.count) where left[index] != right[index] {
    return left[index] < right[index]
  }
  return left.count < right.count
}

/// A URL in the spellings that Twilio may have signed: it writes the port or leaves it out as it pleases.
private struct SignedURL {
  private let scheme: Substring
  private let host: Substring
  private let port: Substring?
  private let rest: Substring

  /// The fragment is never sent, so it is not signed either.
  init(_ text: String) {
    let bare = text.prefix { $0 != "#" }
    let schemeEnd = bare.firstIndex(of: ":") ?? bare.startIndex
    scheme = bare[..<schemeEnd]
    let after = bare[schemeEnd...].drop { $0 == ":" || $0 == "/" }
    let authority = after.prefix { $0 != "/" && $0 != "?" }
    rest = after[authority.endIndex...]
    let colon = authority.lastIndex(of: ":")
    let digits = colon.map { authority[authority.index(after: $0)...] }
    // The last colon of `[::1]` is no port's.
    let isPort = digits.map { !$0.isEmpty && $0.allSatisfy { $0.isASCII && $0.isNumber } } ?? false
    port = isPort ? digits : nil
    host = isPort ? authority[..<(colon ?? authority.endIndex)] : authority
  }

  var spellings: [String] {
    let known = port ?? (scheme == "http" ? "80" : "443")
    return ["\(scheme)://\(host)\(rest)", "\(scheme)://\(host):\(known)\(rest)"]
  }
}
