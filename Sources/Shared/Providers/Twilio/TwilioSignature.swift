private import Crypto
private import Forms

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
    // A fragment is never sent, so it is not signed either.
    let given = url.utf8.contains(UInt8(ascii: "#")) ? String(url.prefix { $0 != "#" }) : url
    let orders = orders
    return orders.contains { isSigned(given, $0, keys) }
      || SignedURL(given).spellings.contains { url in
        orders.contains { isSigned(url, $0, keys) }
      }
  }

  private func isSigned(_ url: String, _ order: [DecodedForm.Pair], _ keys: [HMACKey]) -> Bool {
    let message = message(url, order)
    return keys.contains { equalInConstantTime(base64($0.code(of: message)), header) }
  }

  /// The fields' names and values, one behind the other behind the URL.
  private func message(_ url: String, _ order: [DecodedForm.Pair]) -> [UInt8] {
    guard case .form(let fields) = payload else { return Array(url.utf8) }
    var message: [UInt8] = []
    message.reserveCapacity(url.utf8.count + fields.bytes.count)
    message.append(contentsOf: url.utf8)
    for pair in order {
      message.append(contentsOf: fields.bytes[pair.name])
      message.append(contentsOf: fields.bytes[pair.value])
    }
    return message
  }

  /// The signature is over the URL alone then, so only the hash in it ties the body to it.
  private var hasBodyHash: Bool {
    guard case .body(let body) = payload else { return true }
    let query = url.split(separator: "?", maxSplits: 1).dropFirst().first ?? ""
    let stated = query.prefix { $0 != "#" }.split(separator: "&")
      .first { $0.hasPrefix("bodySHA256=") }?.dropFirst("bodySHA256=".count)
    guard let stated else { return false }
    return equalInConstantTime(lowerHex(sha256(body)), String(stated))
  }

  /// Names in the order of their bytes; the values of one name distinct and sorted. Nobody knows what Twilio
  /// itself does with a name that comes twice, so all of its values in their order count as well.
  private var orders: [[DecodedForm.Pair]] {
    guard case .form(let fields) = payload else { return [[]] }
    return fields.hasRepeatedName ? [fields.distinct, fields.sorted] : [fields.sorted]
  }
}

extension FormFields {
  fileprivate var hasRepeatedName: Bool {
    sorted.indices.dropFirst().contains { isSame(sorted[$0].name, sorted[$0 - 1].name) }
  }

  fileprivate var distinct: [DecodedForm.Pair] {
    let inOrder = sorted.sorted {
      isSame($0.name, $1.name) ? isBefore($0.value, $1.value) : isBefore($0.name, $1.name)
    }
    return inOrder.indices.filter { place in
      place == 0 || !isSame(inOrder[place].name, inOrder[place - 1].name)
        || !isSame(inOrder[place].value, inOrder[place - 1].value)
    }.map { inOrder[$0] }
  }

  private func isBefore(_ left: Range<Int>, _ right: Range<Int>) -> Bool {
    precedes(bytes.span.extracting(left), bytes.span.extracting(right))
  }

  private func isSame(_ left: Range<Int>, _ right: Range<Int>) -> Bool {
    let (left, right) = (bytes.span.extracting(left), bytes.span.extracting(right))
    return left.count == right.count && left.indices.allSatisfy { left[$0] == right[$0] }
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
