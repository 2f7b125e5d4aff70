extension PhoneNumber {
  /// The other form under which the same person may write: a Brazilian or Argentine mobile without its
  /// 9, a Mexican one with the old 1. What is stored is never rewritten; an incoming number is looked up
  /// as it is first, then in these forms.
  package var variants: [PhoneNumber] {
    let number = String(digits)
    var found: [String] = []
    if number.hasPrefix("55"), number.utf8.count == 13 {
      let area = number.prefix(4)
      let rest = number.dropFirst(4)
      let isMobileWithoutNine = rest.dropFirst().first.map { !"2345".contains($0) } ?? false
      if rest.first == "9", isMobileWithoutNine { found.append("\(area)\(rest.dropFirst())") }
    } else if number.hasPrefix("55"), number.utf8.count == 12 {
      let rest = number.dropFirst(4)
      if let first = rest.first, !"2345".contains(first) {
        found.append("\(number.prefix(4))9\(rest)")
      }
    } else if number.hasPrefix("521"), number.utf8.count == 13 {
      found.append("52" + number.dropFirst(3))
    } else if number.hasPrefix("52"), number.utf8.count == 12 {
      found.append("521" + number.dropFirst(2))
    } else if number.hasPrefix("549"), number.utf8.count == 13 {
      found.append("54" + number.dropFirst(3))
    }
    return found.compactMap { Self(known: "+" + $0) }
  }

  private init?(known e164: String) {
    guard (9...16).contains(e164.utf8.count) else { return nil }
    self.e164 = e164
  }
}
