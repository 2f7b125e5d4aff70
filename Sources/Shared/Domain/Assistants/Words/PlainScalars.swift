/// Letters and digits that are written in another way than usual, such as ｆｕｌｌ ｗｉｄｔｈ, 𝐛𝐨𝐥𝐝 or ⓒⓘⓡⓒⓛⓔⓓ.
enum PlainScalars {
  /// What a reader, a browser or WhatsApp takes it for; itself where it is usual.
  static func plain(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    let value = scalar.value
    if value < 0x80 { return scalar }
    if (0xFF01...0xFF5E).contains(value) { return ascii(value - 0xFEE0) ?? scalar }
    if let found = ranges.lazy.compactMap({ $0.letter(of: value) }).first { return found }
    if let sign = signs[scalar] { return sign }
    if let digit = digit(scalar) { return digit }
    return scalar
  }

  /// Of any script, in a circle or above the line: as 0 to 9.
  static func digit(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
    guard let number = scalar.properties.numericValue, (0...9).contains(number),
      number == number.rounded(), scalar.properties.numericType != .numeric
    else { return nil }
    return ascii(0x30 + UInt32(number))
  }

  /// The Latin letter that one of another script looks like.
  static func lookAlike(_ scalar: Unicode.Scalar) -> Unicode.Scalar { twins[scalar] ?? scalar }

  private static func ascii(_ value: UInt32) -> Unicode.Scalar? { Unicode.Scalar(value) }

  /// An alphabet that stands elsewhere once more, or several times in a row.
  private struct Alphabet {
    let place: ClosedRange<UInt32>
    let letters: [Unicode.Scalar]

    init(_ place: ClosedRange<UInt32>, _ letters: String) {
      (self.place, self.letters) = (place, Array(letters.unicodeScalars))
    }

    func letter(of value: UInt32) -> Unicode.Scalar? {
      guard place.contains(value) else { return nil }
      return letters[Int(value - place.lowerBound) % letters.count]
    }
  }

  private static let small = "abcdefghijklmnopqrstuvwxyz"
  private static let large = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

  private static let ranges = [
    Alphabet(0x1D400...0x1D6A3, large + small), Alphabet(0x1D7CE...0x1D7FF, "0123456789"),
    Alphabet(0x24B6...0x24CF, large), Alphabet(0x24D0...0x24E9, small),
    Alphabet(0x249C...0x24B5, small), Alphabet(0x1F110...0x1F129, large),
    Alphabet(0x1F130...0x1F149, large), Alphabet(0x1F150...0x1F169, large),
    Alphabet(0x1F170...0x1F189, large), Alphabet(0x1F1E6...0x1F1FF, large),
  ]

  private static let signs: [Unicode.Scalar: Unicode.Scalar] = [
    "。": ".", "｡": ".", "․": ".", "﹒": ".", "⁄": "/", "∕": "/", "⧸": "/", "﹕": ":", "∶": ":",
    "﹫": "@", "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "−": "-", "﹣": "-", "➕": "+",
    "﹢": "+", "⁺": "+",
  ]

  private static let twins: [Unicode.Scalar: Unicode.Scalar] = {
    let pairs = [
      ("аеорсухіјѕһԁԛԝкмтвнпгԍցոսօ", "aeopcyxijshdqwkmtbhnrggnuo"),
      ("АВЕКМНОРСТХУІЈЅ", "abekmhopctxyijs"), ("οναρτκυιεηωχγ", "ovaptkuienwxy"),
      ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "abezhikmnoptyx"), ("ıɑɡɩʟɪℓ", "iagilil"),
    ]
    var twins: [Unicode.Scalar: Unicode.Scalar] = [:]
    for (others, latin) in pairs {
      for (other, letter) in zip(others.unicodeScalars, latin.unicodeScalars) {
        twins[other] = letter
      }
    }
    return twins
  }()
}
