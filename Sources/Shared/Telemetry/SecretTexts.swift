/// Finds secrets in a text. There may be thousands, so each is looked for by its first bytes.
struct SecretTexts: Sendable {
  /// The longest of each beginning first.
  private var secrets: [UInt64: [[UInt8]]] = [:]

  /// What is shorter would be taken out of ordinary words.
  private static let least = 6
  private static let headMask: UInt64 = 0xFFFF_FFFF_FFFF

  mutating func add(_ more: [String]) {
    for text in more {
      let secret = Array(text.utf8)
      guard secret.count >= Self.least else { continue }
      let head = Self.head(secret[0..<Self.least])
      guard secrets[head]?.contains(secret) != true else { continue }
      secrets[head, default: []].append(secret)
      secrets[head]?.sort { $0.count > $1.count }
    }
  }

  private static func head(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// With a mark in the place of each.
  func clean(_ text: String) -> String {
    let bytes = Array(text.utf8)
    guard !secrets.isEmpty, bytes.count >= Self.least else { return text }
    var cleaned: [UInt8] = []
    // Where what is not in `cleaned` yet begins.
    var start = 0
    var place = 0
    var head = Self.head(bytes[0..<(Self.least - 1)])
    while place + Self.least <= bytes.count {
      head = (head << 8 | UInt64(bytes[place + Self.least - 1])) & Self.headMask
      guard let found = secrets[head]?.first(where: { bytes[place...].starts(with: $0) }) else {
        place += 1
        continue
      }
      cleaned += bytes[start..<place]
      cleaned += Array("•••".utf8)
      place += found.count
      start = place
      guard place + Self.least <= bytes.count else { break }
      head = Self.head(bytes[place..<(place + Self.least - 1)])
    }
    return start == 0 ? text : String(decoding: cleaned + bytes[start...], as: UTF8.self)
  }
}
