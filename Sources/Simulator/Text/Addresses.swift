/// Two letters and 32 hexadecimal digits.
func isSid(_ text: String, _ prefix: String) -> Bool {
  text.utf8.count == 34 && text.hasPrefix(prefix)
    && text.utf8.dropFirst(2).allSatisfy { nibble($0) != nil }
}

/// `+` and 7 to 15 digits, the first of them not 0.
func isE164(_ text: String) -> Bool {
  let bytes = text.utf8
  guard bytes.first == UInt8(ascii: "+"), (8...16).contains(bytes.count) else { return false }
  let digits = bytes.dropFirst()
  return digits.first != UInt8(ascii: "0") && digits.allSatisfy(isDigit)
}

/// `CC.` and up to 128 letters and digits.
func isUserID(_ text: some StringProtocol) -> Bool {
  let parts = text.split(separator: ".", omittingEmptySubsequences: false)
  guard parts.count >= 2, let last = parts.last, (1...128).contains(last.utf8.count),
    parts[0].utf8.count == 2, parts[0].utf8.allSatisfy({ (0x41...0x5A).contains($0) })
  else { return false }
  return last.utf8.allSatisfy { isDigit($0) || (0x41...0x5A).contains($0 & ~0x20) }
}

func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

func nibble(_ byte: UInt8) -> UInt8? {
  switch byte {
  case 0x30...0x39: byte - 0x30
  case 0x61...0x66: byte - 0x57
  case 0x41...0x46: byte - 0x37
  default: nil
  }
}

/// An absolute URL of http or https, as far as the providers look at it.
func isWebURL(_ text: String) -> Bool {
  let start = text.hasPrefix("https://") ? 8 : text.hasPrefix("http://") ? 7 : 0
  guard start > 0, text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else { return false }
  return !hostAndPort(of: text, from: start).isEmpty
}

/// Empty where there is none.
func hostAndPort(of url: String, from start: Int) -> Substring {
  url.dropFirst(start).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
}
