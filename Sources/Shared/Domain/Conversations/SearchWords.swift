/// What somebody looks for: words in small letters without accents. The last one may be only begun.
package struct SearchWords: Hashable, Sendable {
  package let words: [String]

  private static let most = 8

  package init(_ text: String) {
    words = text.folded.split { !$0.isLetter && !$0.isNumber }.prefix(Self.most).map {
      String($0.prefix(64))
    }
  }
}

extension String {
  /// Small letters without the accents of Latin ones.
  package var folded: String {
    if utf8.allSatisfy({ $0 < 0x80 }) { return lowercased() }
    return String(lowercased().map { Self.bare[$0] ?? $0 })
  }

  private static let bare: [Character: Character] = {
    let accents: [(Character, String)] = [
      ("a", "àáâãäå"), ("e", "èéêë"), ("i", "ìíîï"), ("o", "òóôõöø"), ("u", "ùúûü"), ("y", "ýÿ"),
      ("c", "ç"), ("n", "ñ"),
    ]
    return Dictionary(
      uniqueKeysWithValues: accents.flatMap { bare, all in all.map { ($0, bare) } })
  }()
}
