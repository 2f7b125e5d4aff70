/// A text as those read it who want to go where it leads: small letters, usual signs, nothing hidden, and dots that are
/// spelt out put back.
enum LinkText {
  static func plain(_ text: String) -> String {
    let scalars = Array(text.unicodeScalars)
    var plain = String.UnicodeScalarView()
    for place in scalars.indices where !HiddenCharacters.isHidden(at: place, of: scalars) {
      plain.append(PlainScalars.plain(scalars[place]))
    }
    var words = String(plain).lowercased()
    for (spelt, sign) in spelt where words.contains(spelt) {
      words = words.replacing(spelt, with: sign)
    }
    return words
  }

  private static let spelt: [(String, String)] = {
    var spelt: [(String, String)] = []
    for (open, close) in [("(", ")"), ("[", "]"), ("{", "}")] {
      for (names, sign) in [
        (["dot", "punto", "point", "punkt", "ponto", "."], "."),
        (["at", "chiocciola", "arroba", "@"], "@"),
      ] {
        for name in names {
          spelt.append((" \(open)\(name)\(close) ", sign))
          spelt.append(("\(open)\(name)\(close)", sign))
        }
      }
    }
    for name in ["dot", "punto", "point", "punkt"] {
      for domain in ["com", "net", "org", "info"] {
        spelt.append((" \(name) \(domain)", ".\(domain)"))
      }
    }
    return spelt
  }()
}
