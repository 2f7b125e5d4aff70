/// What an assistant was told in confidence: so many words or so many letters in a row of it are not said to anybody, unless
/// they stand in what it may tell as well.
struct ToldTraces: Sendable {
  private let runs: Set<[String]>
  private let letters: Set<ArraySlice<UInt8>>
  /// The letters of each run, by the first of them.
  private let heads: [ArraySlice<UInt8>: [[UInt8]]]

  static let words = 8
  /// In bytes, so that a script with more to say in a letter needs fewer of them.
  static let length = 60
  /// Fewer letters stand in many an innocent sentence.
  private static let head = 20

  init(_ told: String, except known: [String] = []) {
    let (told, known) = (BareWords(told), known.map { BareWords($0) })
    var runs = Set(Self.runs(told.words))
    var letters = Set(Self.parts(told.letters))
    for known in known {
      runs.subtract(Self.runs(known.words))
      letters.subtract(Self.parts(known.letters))
    }
    (self.runs, self.letters) = (runs, letters)
    let spelt = runs.map { $0.flatMap { Array($0.utf8) } }.filter { $0.count >= Self.head }
    heads = Dictionary(grouping: spelt) { $0.prefix(Self.head) }
  }

  /// In all that is said at once: nothing is hidden by being split, spelt, turned or encoded.
  func areFound(in texts: [String]) -> Bool {
    let said = BareWords(texts.joined(separator: " "))
    return Self.runs(said.words).contains(where: runs.contains)
      || Undisguised.letters(of: texts).contains(where: isFound)
  }

  private func isFound(in said: [UInt8]) -> Bool {
    if Self.parts(said).contains(where: letters.contains) { return true }
    guard said.count >= Self.head else { return false }
    return (0...(said.count - Self.head)).contains { start in
      (heads[said[start..<(start + Self.head)]] ?? []).contains { said[start...].starts(with: $0) }
    }
  }

  private static func runs(_ words: [String]) -> [[String]] {
    guard words.count >= Self.words else { return [] }
    return (0...(words.count - Self.words)).map { Array(words[$0..<($0 + Self.words)]) }
  }

  private static func parts(_ letters: [UInt8]) -> [ArraySlice<UInt8>] {
    guard letters.count >= length else { return [] }
    return (0...(letters.count - length)).map { letters[$0..<($0 + length)] }
  }
}
