/// Finds the words of orders in one pass over a text.
struct Lexicon: Sendable {
  struct Match: Sendable {
    let word: ChatWord
    let range: Range<Int>
  }

  private struct Entry: Sendable {
    let word: ChatWord
    let phrase: [Unicode.Scalar]
    /// Any ending.
    let isOpen: Bool
  }

  /// By their first sign: those of ASCII at its number.
  private var ascii = [[Entry]](repeating: [], count: 128)
  private var others: [Unicode.Scalar: [Entry]] = [:]

  static let orders = Lexicon(ChatWord.lists)

  init(_ lists: [(ChatWord, String)]) {
    for (word, list) in lists {
      for item in list.split(whereSeparator: { $0 == "|" || $0 == "\n" }) {
        let isOpen = item.last == "*"
        let phrase = FoldedText(String(isOpen ? item.dropLast() : item)).folded
        guard let first = phrase.first else { continue }
        let entry = Entry(word: word, phrase: phrase, isOpen: isOpen)
        if first.isASCII {
          ascii[Int(first.value)].append(entry)
        } else {
          others[first, default: []].append(entry)
        }
      }
    }
  }

  private func entries(of first: Unicode.Scalar) -> [Entry] {
    first.isASCII ? ascii[Int(first.value)] : others[first] ?? []
  }

  /// In their order. Of one place the longest counts, with every meaning that it has.
  func matches(in text: [Unicode.Scalar]) -> [Match] {
    var found: [Match] = []
    for place in text.indices {
      guard Self.begins(text, at: place) else { continue }
      let here = entries(of: text[place]).compactMap { entry in
        Self.end(of: entry, in: text, at: place).map { Match(word: entry.word, range: place..<$0) }
      }
      guard !here.isEmpty else { continue }
      let longest = here.lazy.map(\.range.upperBound).max()
      found += here.filter { $0.range.upperBound == longest }
    }
    return found
  }

  private static func begins(_ text: [Unicode.Scalar], at place: Int) -> Bool {
    place == 0 || text[place].isUnspaced || !text[place].isOfWord || !text[place - 1].isOfWord
      || text[place - 1].isUnspaced
  }

  /// A space of the phrase stands for any gap.
  private static func end(of entry: Entry, in text: [Unicode.Scalar], at start: Int) -> Int? {
    var place = start
    for scalar in entry.phrase {
      guard place < text.count else { return nil }
      if scalar == " " {
        let gap = text[place...].prefix { $0 == " " || $0 == "\n" || $0 == "_" || $0 == "-" }
        guard !gap.isEmpty else { return nil }
        place += gap.count
      } else {
        guard text[place] == scalar else { return nil }
        place += 1
      }
    }
    let isFree = entry.phrase.last.map { $0.isUnspaced || !$0.isOfWord } ?? true
    if entry.isOpen {
      place += text[place...].prefix { $0.isOfWord && !$0.isUnspaced }.count
    } else if !isFree, place < text.count, text[place].isOfWord, !text[place].isUnspaced {
      return nil
    }
    return place
  }
}
