internal import Crypto

/// The caller's own name for a send, as it stands in the request. A UUID is kept as its bits, any other
/// text as a hash: the simulator asks only whether two are the same.
struct SendTag: Hashable, Sendable {
  let high: UInt64
  let low: UInt64

  init(_ text: some StringProtocol) {
    if let uuid = Self.uuid(text) {
      (high, low) = uuid
    } else {
      let hash = sha256(Array(text.utf8))
      (high, low) = (Self.word(hash[0..<8]), Self.word(hash[8..<16]))
    }
  }

  private static func uuid(_ text: some StringProtocol) -> (UInt64, UInt64)? {
    guard text.utf8.count == 36 else { return nil }
    var (high, low, digits): (UInt64, UInt64, Int) = (0, 0, 0)
    for (index, byte) in text.utf8.enumerated() {
      if [8, 13, 18, 23].contains(index) {
        guard byte == UInt8(ascii: "-") else { return nil }
        continue
      }
      guard let value = nibble(byte) else { return nil }
      if digits < 16 { high = high << 4 | UInt64(value) } else { low = low << 4 | UInt64(value) }
      digits += 1
    }
    return (high, low)
  }

  private static func word(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reduce(0) { $0 << 8 | UInt64($1) }
  }
}

/// Which try of which send a request says it is.
struct Claim: Sendable {
  let send: SendTag
  let attempt: Int

  /// `send=…&attempt=…` in the query of a StatusCallback.
  init?(callbackURL: String) {
    guard let mark = callbackURL.firstIndex(of: "?") else { return nil }
    var (send, attempt): (Substring?, Int?) = (nil, nil)
    let query = callbackURL[callbackURL.index(after: mark)...].prefix { $0 != "#" }
    for pair in query.split(separator: "&") {
      if pair.hasPrefix("send=") { send = pair.dropFirst(5) }
      if pair.hasPrefix("attempt=") { attempt = Int(pair.dropFirst(8)) }
    }
    guard let send, !send.isEmpty, let attempt else { return nil }
    self.init(send: SendTag(send), attempt: attempt)
  }

  /// `<send>.<attempt>`.
  init?(opaque: String) {
    guard let dot = opaque.lastIndex(of: "."),
      let attempt = Int(opaque[opaque.index(after: dot)...])
    else { return nil }
    self.init(send: SendTag(opaque[..<dot]), attempt: attempt)
  }

  private init(send: SendTag, attempt: Int) {
    self.send = send
    self.attempt = attempt
  }
}
