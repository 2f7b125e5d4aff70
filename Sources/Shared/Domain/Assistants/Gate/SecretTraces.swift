internal import Crypto

/// What a text must not have: secrets of ours, whole or a good part of one, however they are split, turned or encoded. It
/// keeps no more of a secret than what it compares with, and prints nothing.
package struct SecretTraces: Sendable, CustomStringConvertible, CustomReflectable {
  /// Of short ones the whole, in each form.
  private let short: Set<[UInt8]>
  private let lengths: [Int]
  /// Of long ones each part of that length.
  private let parts: Set<ArraySlice<UInt8>>

  package init(_ secrets: some Sequence<Secret>) {
    var short: Set<[UInt8]> = []
    var parts: Set<ArraySlice<UInt8>> = []
    for secret in secrets {
      for form in Self.forms(of: Array(secret.exposed.utf8.prefix(Self.longest))) {
        if form.count < Self.part {
          if form.count >= Self.shortest { short.insert(form) }
        } else {
          for start in 0...(form.count - Self.part) {
            parts.insert(form[start..<(start + Self.part)])
          }
        }
      }
    }
    (self.short, self.parts) = (short, parts)
    lengths = Set(short.map(\.count)).sorted()
  }

  /// Shorter ones stand in many an innocent number.
  private static let shortest = 6
  private static let part = 16
  /// Nothing in the settings is longer but the key of a service account.
  private static let longest = 8192

  package func areFound(in texts: [String]) -> Bool {
    let whole = BareWords(texts.joined(separator: " ")).letters
    let decoded = Self.percentDecoded(texts.joined()).map { BareWords($0).letters }
    return isFound(in: whole) || (decoded.map(isFound) ?? false)
  }

  private func isFound(in letters: [UInt8]) -> Bool {
    if !parts.isEmpty, letters.count >= Self.part {
      for start in 0...(letters.count - Self.part)
      where parts.contains(letters[start..<(start + Self.part)]) { return true }
    }
    for length in lengths where letters.count >= length {
      for start in 0...(letters.count - length)
      where short.contains(Array(letters[start..<(start + length)])) { return true }
    }
    return false
  }

  /// Letters and digits alone, in small letters, as texts are compared.
  private static func forms(of secret: [UInt8]) -> [[UInt8]] {
    let plain = BareWords(String(decoding: secret, as: UTF8.self)).letters
    guard plain.count >= shortest else { return [] }
    var forms = [plain, Array(plain.reversed()), Array(lowerHex(secret).utf8)]
    // In the midst of something else base64 begins at any of three places.
    for skipped in 0..<3 where secret.count > skipped + 3 {
      let aligned = secret.dropFirst(skipped)
      let whole = Array(aligned.prefix(aligned.count / 3 * 3))
      forms.append(BareWords(base64(whole)).letters)
    }
    return forms
  }

  /// nil where there is nothing to decode.
  private static func percentDecoded(_ text: String) -> String? {
    guard text.utf8.contains(UInt8(ascii: "%")) else { return nil }
    var bytes: [UInt8] = []
    let encoded = Array(text.utf8)
    var place = 0
    while place < encoded.count {
      if encoded[place] == UInt8(ascii: "%"), place + 2 < encoded.count,
        let high = hexValue(encoded[place + 1]), let low = hexValue(encoded[place + 2])
      {
        bytes.append(high << 4 | low)
        place += 3
      } else {
        bytes.append(encoded[place])
        place += 1
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  package var description: String { "•••" }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
