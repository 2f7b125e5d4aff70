internal import Time

/// Texts of the settings that stand for amounts.
enum Units {
  static func duration(_ text: String) -> Duration? { Duration(written: text) }

  /// `500KB`, `100MB`, `1GB`, in powers of 1024; or bytes.
  static func size(_ text: String) -> Int? {
    guard let (number, unit) = split(text) else { return nil }
    switch unit {
    case "", "B": return number
    case "KB": return number << 10
    case "MB": return number << 20
    case "GB": return number << 30
    default: return nil
    }
  }

  /// At most nine digits, so that no unit can take the product out of range.
  private static func split(_ text: String) -> (number: Int, unit: Substring)? {
    let digits = text.prefix { "0"..."9" ~= $0 }
    guard (1...9).contains(digits.count), let number = Int(digits) else { return nil }
    return (number, text.dropFirst(digits.count))
  }
}
