/// What an assistant was told in confidence: so many words or so many letters in a row of it are not said to anybody, unless
/// they stand in what it may tell as well. Kept as numbers, which are made anew for many an answer; that two texts have
/// the same one keeps an answer back that could have gone, and never lets one go.
package struct ToldTraces: Sendable {
  private let runs: Set<UInt64>
  private let parts: Set<UInt64>
  /// Where in `letters` the runs with the same first letters stand.
  private let heads: [UInt64: [Range<Int>]]
  private let letters: [UInt8]

  static let words = 8
  /// In bytes, so that a script with more to say in a letter needs fewer of them.
  static let length = 60
  /// Fewer letters stand in many an innocent sentence.
  private static let head = 20

  package init(_ told: String, except known: [String] = []) {
    let (told, known) = (BareWords(told), known.map { BareWords($0) })
    let marks = Self.runs(told.words)
    letters = told.letters
    var (runs, parts) = (Set(marks), Set(Self.parts(letters)))
    for known in known {
      runs.subtract(Self.runs(known.words))
      parts.subtract(Self.parts(known.letters))
    }
    (self.runs, self.parts) = (runs, parts)
    heads = Self.heads(told.words, marks, in: letters, of: runs)
  }

  private static func heads(
    _ words: [String], _ marks: [UInt64], in letters: [UInt8], of runs: Set<UInt64>
  ) -> [UInt64: [Range<Int>]] {
    var (heads, seen) = ([UInt64: [Range<Int>]](), Set<UInt64>())
    var starts = [0]
    for word in words { starts.append(starts[starts.count - 1] + word.utf8.count) }
    for (place, mark) in marks.enumerated() where runs.contains(mark) {
      let run = starts[place]..<starts[place + Self.words]
      guard run.count >= head, seen.insert(mark).inserted else { continue }
      let first = letters[run.lowerBound..<(run.lowerBound + head)]
      for mark in RollingMark.windows(of: first, head) { heads[mark, default: []].append(run) }
    }
    return heads
  }

  /// In all that is said at once: nothing is hidden by being split, spelt, turned or encoded.
  func areFound(in texts: [String]) -> Bool {
    let said = BareWords(texts.joined(separator: " "))
    return Self.runs(said.words).contains(where: runs.contains)
      || Undisguised.letters(of: texts).contains(where: isFound)
  }

  private func isFound(in said: [UInt8]) -> Bool {
    if Self.parts(said).contains(where: parts.contains) { return true }
    guard !heads.isEmpty else { return false }
    return RollingMark.windows(of: said, Self.head).enumerated().contains { start, mark in
      (heads[mark] ?? []).contains { said[start...].starts(with: letters[$0]) }
    }
  }

  private static func runs(_ words: [String]) -> [UInt64] {
    RollingMark.windows(
      of: words.map { UInt64(truncatingIfNeeded: $0.hashValue) }, Self.words)
  }

  private static func parts(_ letters: [UInt8]) -> [UInt64] {
    RollingMark.windows(of: letters, length)
  }
}

/// A number for each so many values in a row: the same for the same ones.
enum RollingMark {
  private static let base: UInt64 = 0x9E37_79B9_7F4A_7C15

  static func windows<Values: RandomAccessCollection>(
    of values: Values, _ length: Int
  ) -> [UInt64] where Values.Element: FixedWidthInteger & UnsignedInteger {
    guard values.count >= length else { return [] }
    var leaving: UInt64 = 1
    for _ in 0..<length { leaving &*= base }
    var (marks, mark, tail) = ([UInt64](), UInt64(0), values.startIndex)
    marks.reserveCapacity(values.count - length + 1)
    for (place, value) in values.enumerated() {
      mark = mark &* base &+ UInt64(truncatingIfNeeded: value) &+ 1
      if place >= length {
        mark &-= leaving &* (UInt64(truncatingIfNeeded: values[tail]) &+ 1)
        tail = values.index(after: tail)
      }
      if place >= length - 1 { marks.append(mark) }
    }
    return marks
  }
}
