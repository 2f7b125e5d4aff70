/// A text beside itself without case, accents and other forms of the same signs: place for place, so that what is found
/// in the one is read in the other.
struct FoldedText: Sendable {
  let plain: [Unicode.Scalar]
  let folded: [Unicode.Scalar]

  init(_ text: String) { self.init(Array(text.unicodeScalars)) }

  init(_ plain: [Unicode.Scalar]) {
    self.plain = plain
    folded = plain.map(Self.fold)
  }

  func text(_ range: Range<Int>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: plain[range.clamped(to: 0..<plain.count)])
    return String(view)
  }

  static func fold(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    if scalar.isASCII {
      return ("A"..."Z").contains(scalar)
        ? Unicode.Scalar(UInt8(scalar.value | 0x20)) : scalar == "\t" ? " " : scalar
    }
    if let known = known[scalar] { return known }
    if (0xFF01...0xFF5E).contains(scalar.value) {
      return fold(Unicode.Scalar(UInt8(scalar.value - 0xFEE0)))
    }
    let properties = scalar.properties
    if properties.numericType == .decimal, let digit = properties.numericValue {
      return Unicode.Scalar(UInt8(0x30 + Int(digit)))
    }
    if properties.generalCategory == .spaceSeparator { return " " }
    let lower = properties.lowercaseMapping.unicodeScalars
    guard lower.count == 1, let first = lower.first, first != scalar else { return scalar }
    return known[first] ?? first
  }

  private static let known: [Unicode.Scalar: Unicode.Scalar] = {
    let rows: [(String, Unicode.Scalar)] = [
      ("àáâãäåāă", "a"), ("èéêëēėę", "e"), ("ìíîïī", "i"), ("òóôõöøō", "o"), ("ùúûüū", "u"),
      ("ñń", "n"), ("çćč", "c"), ("ýÿ", "y"), ("śš", "s"), ("źżž", "z"), ("ёЁ", "е"), ("йЙ", "и"),
      ("أإآٱ", "ا"), ("ى", "ي"), ("ة", "ه"), ("’‘‛´", "'"), ("–—‐‑−", "-"),
      ("　\u{2028}\u{2029}", " "),
    ]
    var known: [Unicode.Scalar: Unicode.Scalar] = [:]
    for (forms, scalar) in rows {
      for form in forms.unicodeScalars {
        known[form] = scalar
        let upper = form.properties.uppercaseMapping.unicodeScalars
        if upper.count == 1, let first = upper.first { known[first] = scalar }
      }
    }
    return known
  }()
}

extension Unicode.Scalar {
  /// Of a script that sets no spaces, or hangs its small words on others: words begin and end anywhere in it.
  var isUnspaced: Bool {
    switch value {
    case 0x0600...0x06FF, 0x3040...0x30FF, 0x3400...0x9FFF, 0xF900...0xFAFF: true
    default: false
    }
  }

  var isOfWord: Bool {
    isASCII
      ? ("a"..."z").contains(self) || ("0"..."9").contains(self) || ("A"..."Z").contains(self)
      : properties.isAlphabetic
  }

  var isDigit: Bool { ("0"..."9").contains(self) }

  /// A sentence is over, so what stands before has no say in what comes after.
  var endsSentence: Bool { ".!?\n。！？؟;".unicodeScalars.contains(self) }

  var isQuote: Bool { "\"'“”„«»‹›「」『』`".unicodeScalars.contains(self) }
}
