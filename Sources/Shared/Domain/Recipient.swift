/// Whom a message goes to: a phone number, or the id by which Meta hides one.
package enum Recipient: Hashable, Sendable, CustomStringConvertible {
  case phone(PhoneNumber)
  /// `CC.` and up to 128 letters and digits.
  case businessScoped(String)

  package init(_ text: String, defaultPrefix: DialPrefix = .italy) throws(PhoneNumberFault) {
    if Self.isBusinessScoped(text) {
      self = .businessScoped(text)
    } else {
      self = .phone(try PhoneNumber(text, defaultPrefix: defaultPrefix))
    }
  }

  /// As `description` gave it.
  package init(written text: String) throws(PhoneNumberFault) {
    self =
      Self.isBusinessScoped(text) ? .businessScoped(text) : .phone(try PhoneNumber(written: text))
  }

  package var description: String {
    switch self {
    case .phone(let number): number.e164
    case .businessScoped(let id): id
    }
  }

  package static func isBusinessScoped(_ text: String) -> Bool {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2 || (parts.count == 3 && parts[1] == "ENT"), let last = parts.last else {
      return false
    }
    let isCountry =
      parts[0].utf8.count == 2
      && parts[0].utf8.allSatisfy { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
    return isCountry && (1...128).contains(last.utf8.count)
      && last.utf8.allSatisfy { byte in
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
          || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
          || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
      }
  }
}
