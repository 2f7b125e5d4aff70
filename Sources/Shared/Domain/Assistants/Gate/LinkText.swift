/// A text as those read it who want to go where it leads: small letters, usual signs, nothing hidden, and dots that are
/// spelt out put back.
enum LinkText {
  static func plain(_ text: String) -> String {
    let scalars = Array(text.unicodeScalars)
    var plain = String.UnicodeScalarView()
    for place in scalars.indices where !HiddenCharacters.isHidden(at: place, of: scalars) {
      plain.append(PlainScalars.plain(scalars[place]))
    }
    var words = Array(String(plain).lowercased().utf8)
    for one in spelt { words = one.putBack(in: words) }
    return String(decoding: words, as: UTF8.self)
  }

  /// Looked for by bytes, which takes a fraction of the time that characters do.
  private struct Spelt {
    let letters: [UInt8]
    let sign: [UInt8]

    init(_ letters: String, _ sign: String) {
      (self.letters, self.sign) = (Array(letters.utf8), Array(sign.utf8))
    }

    func putBack(in words: [UInt8]) -> [UInt8] {
      guard var found = place(in: words, from: 0) else { return words }
      var (changed, start) = ([UInt8](), 0)
      while true {
        changed += words[start..<found]
        changed += sign
        start = found + letters.count
        guard let next = place(in: words, from: start) else { break }
        found = next
      }
      return changed + words[start...]
    }

    private func place(in words: [UInt8], from start: Int) -> Int? {
      guard words.count - start >= letters.count else { return nil }
      return words[start...(words.count - letters.count)].indices.first { place in
        words[place] == letters[0] && words[place...].starts(with: letters)
      }
    }
  }

  private static let spelt: [Spelt] = {
    var spelt: [Spelt] = []
    for (open, close) in [("(", ")"), ("[", "]"), ("{", "}")] {
      for (names, sign) in [
        (["dot", "punto", "point", "punkt", "ponto", "."], "."),
        (["at", "chiocciola", "arroba", "@"], "@"),
      ] {
        for name in names {
          spelt.append(Spelt(" \(open)\(name)\(close) ", sign))
          spelt.append(Spelt("\(open)\(name)\(close)", sign))
        }
      }
    }
    for name in ["dot", "punto", "point", "punkt"] {
      for domain in ["com", "net", "org", "info"] {
        spelt.append(Spelt(" \(name) \(domain)", ".\(domain)"))
      }
    }
    return spelt
  }()
}
