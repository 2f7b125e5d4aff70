/// Whether a word with dots in it is the name of a host.
enum HostName {
  /// `isFollowed`: by a path, a port or a question, as no other word is.
  static func isLikely(_ word: Substring, isFollowed: Bool) -> Bool {
    let labels = word.split(separator: ".", omittingEmptySubsequences: false)
    guard labels.count >= 2, !labels.contains(where: \.isEmpty), let last = labels.last else {
      return false
    }
    if isIP(labels) || labels[0] == "www" { return true }
    if abbreviations.contains(String(word)) { return false }
    // The third floor: `3.er`
    if labels.count == 2, labels[0].allSatisfy(\.isNumber), ordinals.contains(String(last)) {
      return false
    }
    if TopLevelDomains.has(String(last)) { return true }
    return isFollowed && last.count >= 2 && last.allSatisfy(\.isLetter)
  }

  private static func isIP(_ labels: [Substring]) -> Bool {
    labels.count == 4 && labels.allSatisfy { UInt8($0) != nil }
  }

  private static let ordinals: Set<String> = ["er", "do", "to"]

  /// As people shorten words.
  private static let abbreviations: Set<String> = [
    "p.es", "n.ro", "sig.na", "sig.ra", "sig.re", "gent.mo", "gent.ma", "gent.mi", "gent.le",
    "ill.mo", "egr.io", "dott.sa", "dott.ssa", "prof.sa", "prof.ssa", "c.so", "v.le", "p.za",
    "p.zza", "p.le", "l.go", "spett.le", "s.to", "s.ta", "avv.to", "u.s", "e.g", "i.e", "d.c",
    "a.c",
  ]
}
