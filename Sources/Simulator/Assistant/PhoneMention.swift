/// A telephone number in a text, however its digits are set apart.
struct PhoneMention: Sendable {
  let range: Range<Int>
  let e164: String

  static func all(in text: [Unicode.Scalar]) -> [PhoneMention] {
    var found: [PhoneMention] = []
    var place = 0
    while place < text.count {
      guard let mention = PhoneMention(text, at: place) else {
        place += 1
        continue
      }
      found.append(mention)
      place = mention.range.upperBound
    }
    return found
  }

  /// `+39 333…`, `0039…`, or nine digits and more.
  private init?(_ text: [Unicode.Scalar], at start: Int) {
    let isPlus = text[start] == "+"
    guard isPlus || text[start].isDigit, start == 0 || !text[start - 1].isDigit else { return nil }
    var digits = ""
    var (place, end) = (isPlus ? start + 1 : start, start)
    while place < text.count, digits.utf8.count < 17 {
      if text[place].isDigit {
        digits.unicodeScalars.append(text[place])
        end = place + 1
      } else if !" -()./".unicodeScalars.contains(text[place]) || place - end > 1 {
        break
      }
      place += 1
    }
    let isLong = digits.hasPrefix("00")
    if isLong { digits.removeFirst(2) }
    let least = isPlus || isLong ? 7 : 9
    guard (least...15).contains(digits.utf8.count), end > start else { return nil }
    range = start..<end
    e164 = "+" + digits
  }
}
