internal import Crypto

/// The ways in which a text may hide what it says: each reading is what one sees who looks for it.
struct HiddenText {
  /// Without signs that nobody sees.
  let plain: FoldedText
  private let signs: [Unicode.Scalar]

  /// `limit` bounds what is looked at, in signs.
  init(_ text: String, limit: Int = 20_000) {
    signs = Self.unmasked(Self.unescaped(Array(text.unicodeScalars.prefix(limit))))
    plain = FoldedText(signs)
  }

  /// What is written in base64 or hexadecimal digits.
  var decoded: [FoldedText] { Self.decoded(signs).map { FoldedText($0) } }

  /// Letters that are set apart, turned round, moved, or written as digits.
  var others: [FoldedText] {
    [Self.joined(signs), signs.reversed(), signs.map(Self.rotated), signs.map(Self.lettered)]
      .filter { $0 != signs }.map { FoldedText($0) }
  }

  private static func string(_ signs: [Unicode.Scalar]) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: signs)
    return String(view)
  }

  // MARK: Signs that nobody sees

  /// `\u200b`, `\u{200B}`, `[U+200B]`, `&#8203;`, `&#x200b;` and `%20` are the signs that they stand for.
  private static func unescaped(_ signs: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var found: [Unicode.Scalar] = []
    var place = 0
    while place < signs.count {
      if let (scalar, end) = escape(signs, at: place) {
        found.append(scalar)
        place = end
      } else {
        found.append(signs[place])
        place += 1
      }
    }
    return found
  }

  private struct Escape {
    let opening: String
    let radix: Int
    let digits: ClosedRange<Int>
    let closing: String
  }

  private static let escapes = [
    Escape(opening: "\\u{", radix: 16, digits: 1...6, closing: "}"),
    Escape(opening: "\\u", radix: 16, digits: 4...4, closing: ""),
    Escape(opening: "[U+", radix: 16, digits: 4...6, closing: "]"),
    Escape(opening: "<U+", radix: 16, digits: 4...6, closing: ">"),
    Escape(opening: "⟨U+", radix: 16, digits: 4...6, closing: "⟩"),
    Escape(opening: "U+", radix: 16, digits: 4...6, closing: ""),
    Escape(opening: "&#x", radix: 16, digits: 1...6, closing: ";"),
    Escape(opening: "&#", radix: 10, digits: 1...7, closing: ";"),
    Escape(opening: "%", radix: 16, digits: 2...2, closing: ""),
  ].map { ($0, Array($0.opening.unicodeScalars), Array($0.closing.unicodeScalars)) }

  private static func escape(
    _ signs: [Unicode.Scalar], at start: Int
  ) -> (Unicode.Scalar, end: Int)? {
    guard "\\[<⟨U&%".unicodeScalars.contains(signs[start]) else { return nil }
    for (escape, opening, closing) in escapes where signs[start...].starts(with: opening) {
      let first = start + opening.count
      let digits = signs[first...].prefix(escape.digits.upperBound).prefix {
        $0.isASCII && Character($0).isHexDigit
      }
      guard escape.digits.contains(digits.count),
        signs[digits.endIndex...].starts(with: closing),
        let value = UInt32(string(Array(digits)), radix: escape.radix),
        let scalar = Unicode.Scalar(value)
      else { continue }
      return (scalar, digits.endIndex + closing.count)
    }
    return nil
  }

  /// Tags become the letters that they are, what was turned round is turned back, and what is not seen is left out.
  private static func unmasked(_ signs: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var found: [Unicode.Scalar] = []
    var turned: Int?
    for sign in signs {
      switch sign.value {
      case 0x202E, 0x2067: turned = found.count
      case 0x202C, 0x2069:
        if let start = turned { found[start...].reverse() }
        turned = nil
      case 0xE0020...0xE007E: found.append(Unicode.Scalar(UInt8(sign.value - 0xE0000)))
      default:
        let properties = sign.properties
        let isMark = properties.generalCategory == .nonspacingMark
        if !properties.isDefaultIgnorableCodePoint, !isMark { found.append(lookalike(sign)) }
      }
    }
    if let turned { found[turned...].reverse() }
    return disguised(found)
  }

  /// A Latin letter in a circle, in bold or in script is that letter.
  private static func lookalike(_ sign: Unicode.Scalar) -> Unicode.Scalar {
    let letters: [(ClosedRange<UInt32>, UInt8)] = [
      (0x24B6...0x24CF, 0x41), (0x24D0...0x24E9, 0x61), (0x1F170...0x1F189, 0x41),
      (0x1F130...0x1F149, 0x41), (0x1D7CE...0x1D7D7, 0x30),
    ]
    for (range, first) in letters where range.contains(sign.value) {
      return Unicode.Scalar(first + UInt8(sign.value - range.lowerBound))
    }
    if (0x1D400...0x1D6A3).contains(sign.value) {
      let place = UInt8((sign.value - 0x1D400) % 52)
      return Unicode.Scalar(place < 26 ? 0x41 + place : 0x61 + place - 26)
    }
    return sign
  }

  /// Cyrillic and Greek letters inside words of Latin ones.
  private static func disguised(_ signs: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var found = signs
    var start = 0
    for end in 0...signs.count where end == signs.count || !signs[end].isOfWord {
      let word = start..<end
      if signs[word].contains(where: { $0.isASCII && !$0.isDigit }) {
        for place in word { found[place] = latin[signs[place]] ?? signs[place] }
      }
      start = end + 1
    }
    return found
  }

  private static let latin: [Unicode.Scalar: Unicode.Scalar] = [
    "а": "a", "е": "e", "о": "o", "р": "p", "с": "c", "у": "y", "х": "x", "і": "i", "ѕ": "s",
    "ј": "j", "һ": "h", "ԁ": "d", "ԛ": "q", "ԝ": "w", "α": "a", "ο": "o", "ρ": "p", "ι": "i",
    "ν": "v", "τ": "t",
  ]

  // MARK: What is written otherwise

  /// Each run that is base64 or hexadecimal of a text, as that text.
  private static func decoded(_ signs: [Unicode.Scalar]) -> [[Unicode.Scalar]] {
    func isOfRun(_ sign: Unicode.Scalar) -> Bool {
      sign.isASCII && (sign.isOfWord || sign == "+" || sign == "/" || sign == "=")
    }
    var pieces: [[Unicode.Scalar]] = []
    for run in signs.split(whereSeparator: { !isOfRun($0) }) where run.count >= 16 {
      guard pieces.count < 20 else { break }
      let text = string(Array(run))
      let padded = text + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
      for content in [hexBytes(text), bytes(fromBase64: padded)].compactMap(\.self) {
        guard let said = String(validating: content, as: UTF8.self),
          said.unicodeScalars.allSatisfy({ $0.value >= 0x20 || $0 == "\n" })
        else { continue }
        pieces.append(unmasked(Array(said.unicodeScalars)))
      }
    }
    guard pieces.count > 1 else { return pieces }
    return [Array(pieces.joined(separator: [" "]))] + pieces
  }

  private static func hexBytes(_ text: String) -> [UInt8]? {
    let digits = text.compactMap(\.hexDigitValue)
    guard digits.count == text.count, digits.count.isMultiple(of: 2) else { return nil }
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
  }

  /// Letters that stand alone, with spaces, dots or dashes between, are a word; two spaces end it.
  private static func joined(_ signs: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var found: [Unicode.Scalar] = []
    for (place, sign) in signs.enumerated() {
      let isGap = " .-_*".unicodeScalars.contains(sign)
      guard isGap, place > 0, place + 1 < signs.count, stands(alone: place - 1, signs),
        stands(alone: place + 1, signs)
      else {
        found.append(sign)
        continue
      }
    }
    return found
  }

  private static func stands(alone place: Int, _ signs: [Unicode.Scalar]) -> Bool {
    guard signs[place].isOfWord || signs[place] == ":" || signs[place] == "+" else { return false }
    let isFree = place == 0 || !signs[place - 1].isOfWord
    return isFree && (place + 1 == signs.count || !signs[place + 1].isOfWord)
  }

  /// By thirteen places.
  private static func rotated(_ sign: Unicode.Scalar) -> Unicode.Scalar {
    guard sign.isASCII, sign.isOfWord, !sign.isDigit else { return sign }
    let base: UInt8 = sign.value & 0x20 == 0 ? 0x41 : 0x61
    return Unicode.Scalar(base + (UInt8(sign.value) - base + 13) % 26)
  }

  /// Digits and signs in place of letters.
  private static func lettered(_ sign: Unicode.Scalar) -> Unicode.Scalar {
    switch sign {
    case "0": "o"
    case "1", "!": "i"
    case "3": "e"
    case "4", "@": "a"
    case "5", "$": "s"
    case "7": "t"
    default: sign
    }
  }
}
