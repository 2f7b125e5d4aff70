private import Crypto

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

  /// The address as it was called counts first; another spelling of it only where that does not match.
  package func matches(_ keys: Keys) -> Bool {
    guard hasBodyHash else { return false }
    let keys = keys.chosen(by: settings)
    guard !keys.isEmpty else { return false }
    let (given, endings, code) = (
      Array(url.utf8.prefix { $0 != Self.fragment }), endings, Array(header.utf8)
    )
    return endings.contains { isSigned(given + $0, keys, code) }
      || SignedURL(String(decoding: given, as: UTF8.self)).spellings.contains { url in
        endings.contains { isSigned(Array(url.utf8) + $0, keys, code) }
      }
  }

  private func isSigned(_ message: [UInt8], _ keys: [HMACKey], _ given: [UInt8]) -> Bool {
    keys.contains { equalInConstantTime(Array(base64($0.code(of: message)).utf8), given) }
  }

  /// A fragment is never sent, so it is not signed either.
  private static let fragment = UInt8(ascii: "#")

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
    let inOrder = fields.sorted
    let isRepeated = zip(inOrder, inOrder.dropFirst()).contains { $0.name == $1.name }
    guard isRepeated else { return [Self.joined(inOrder)] }
    return [Self.joined(Self.distinct(inOrder)), Self.joined(inOrder)]
  }

  private static func joined(_ fields: [FormFields.Field]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(fields.reduce(0) { $0 + $1.name.count + $1.value.count })
    for field in fields {
      bytes.append(contentsOf: field.name)
      bytes.append(contentsOf: field.value)
    }
    return bytes
  }

  private static func distinct(_ fields: [FormFields.Field]) -> [FormFields.Field] {
    let sorted = fields.sorted {
      $0.name == $1.name ? $0.value.precedes($1.value) : $0.name.precedes($1.name)
    }
    return sorted.indices.filter { place in
      place == 0 || sorted[place - 1].name != sorted[place].name
        || sorted[place - 1].value != sorted[place].value
    }.map { sorted[$0] }
  }
}

/// A URL in the spellings that Twilio may have signed: it writes the port or leaves it out as it pleases.
private struct SignedURL {
  private let scheme: Substring
  private let host: Substring
  private let port: Substring?
  private let rest: Substring

  init(_ text: String) {
    let schemeEnd = text.utf8.firstIndex(of: UInt8(ascii: ":")) ?? text.startIndex
    scheme = text[..<schemeEnd]
    let after = text[schemeEnd...].drop { $0 == ":" || $0 == "/" }
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
