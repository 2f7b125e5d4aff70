/// Finds in one reading of a text what it tells an AI to do.
struct OrderReader {
  private typealias Match = Lexicon.Match

  private let text: FoldedText
  private let words: [Match]
  private let disguise: ChatOrder.Disguise
  private let numbers: [PhoneMention]

  private static let far = 120

  init(_ text: FoldedText) {
    self.text = text
    words = Lexicon.orders.matches(in: text.folded)
    numbers = PhoneMention.all(in: text.folded)
    disguise =
      words.lazy.compactMap { if case .disguise(let kind) = $0.word { kind } else { nil } }.first
      ?? .plain
  }

  /// `tools` are those that may be called.
  func orders(tools: [String]) -> [ChatOrder] {
    var found = numbers.compactMap { order(about: $0, tools) }
    if isTold(.instructions) { found.append(.instructions(disguise)) }
    if isTold(.key) { found.append(.key(disguise)) }
    if let link { found.append(link) }
    if let name = objectName { found.append(.object(name)) }
    if let count { found.append(count) }
    if has(.handOver) { found.append(.handOver) }
    if has(.silence) { found.append(.silence) }
    if found.isEmpty, let words = sayWords { found.append(.say(words)) }
    if let language { found.append(.language(language)) }
    return found
  }

  private func has(_ word: ChatWord) -> Bool { words.contains { $0.word == word } }

  private func all(_ word: ChatWord) -> [Range<Int>] {
    words.filter { $0.word == word }.map(\.range)
  }

  // MARK: Who governs what

  private func isOneSentence(_ range: Range<Int>) -> Bool {
    !text.folded[range].contains { $0.endsSentence }
  }

  /// The nearest verb of those before it, or else behind it. One that says to ignore it governs it too.
  private func governor(
    of place: Range<Int>, _ verbs: [ChatWord], acrossSentences: Bool = false
  ) -> ChatWord? {
    let known = words.filter { match in
      (verbs.contains(match.word) || match.word == .aside) && !match.range.overlaps(place)
    }
    let before = known.last { match in
      match.range.upperBound <= place.lowerBound
        && place.lowerBound - match.range.upperBound <= Self.far
        && (acrossSentences || isOneSentence(match.range.upperBound..<place.lowerBound))
    }
    let after = known.first { match in
      match.range.lowerBound >= place.upperBound
        && match.range.lowerBound - place.upperBound <= Self.far / 2
        && (acrossSentences || isOneSentence(place.upperBound..<match.range.lowerBound))
    }
    return (before ?? after)?.word
  }

  private func isGoverned(_ place: Range<Int>, by verbs: [ChatWord]) -> Bool {
    governor(of: place, verbs).map { $0 != .aside } ?? false
  }

  private func isTold(_ noun: ChatWord) -> Bool {
    all(noun).contains { isGoverned($0, by: [.show, .send]) }
  }

  // MARK: Somebody else's number

  private func order(about number: PhoneMention, _ tools: [String]) -> ChatOrder? {
    let named = tools.first { mentions($0) }
    if has(.tool) { return .tool(named ?? wordBehindTool, about: number.e164) }
    let governor = governor(of: number.range, [.send], acrossSentences: true)
    if let named, governor == nil { return .tool(named, about: number.e164) }
    guard governor == .send else { return nil }
    return .write(to: number.e164, text: toldText(behind: number.range))
  }

  private func mentions(_ tool: String) -> Bool {
    Lexicon([(.tool, tool)]).matches(in: text.folded).first != nil
  }

  private var wordBehindTool: String? {
    all(.tool).compactMap { name(behind: $0.upperBound) }.first
  }

  /// What is to be written: behind a colon or in quotes, or else all the rest, or what stood in quotes before.
  private func toldText(behind place: Range<Int>) -> String {
    let rest = place.upperBound..<text.plain.count
    if let colon = text.folded[rest].firstIndex(where: { $0 == ":" || $0 == "：" }) {
      let told = line(from: colon + 1)
      if !told.isEmpty { return told }
    }
    if let quoted = quoted(in: rest) ?? quoted(in: 0..<place.lowerBound) { return quoted }
    let told = line(from: place.upperBound)
    return told.isEmpty ? "Hello" : told
  }

  private func line(from start: Int) -> String {
    guard start < text.plain.count else { return "" }
    let end = text.plain[start...].firstIndex { $0 == "\n" } ?? text.plain.count
    return trimmed(start..<min(end, start + 500))
  }

  private func trimmed(_ range: Range<Int>) -> String {
    var range = range
    func isRim(_ scalar: Unicode.Scalar) -> Bool {
      scalar == " " || scalar.isQuote || "{}[](),:\\*".unicodeScalars.contains(scalar)
    }
    while let last = range.last, isRim(text.plain[last]) { range = range.dropLast() }
    while let first = range.first, isRim(text.plain[first]) { range = range.dropFirst() }
    return text.text(range)
  }

  private func quoted(in range: Range<Int>) -> String? {
    guard let open = text.plain[range].firstIndex(where: { $0.isQuote }),
      let close = text.plain[(open + 1)..<range.upperBound].firstIndex(where: { $0.isQuote }),
      close > open + 1
    else { return nil }
    return text.text((open + 1)..<min(close, open + 500))
  }

  // MARK: The rest

  private var link: ChatOrder? {
    let url = url
    let isTold = isTold(.link) || url.map { isGoverned($0, by: [.send, .show]) } ?? false
    guard isTold else { return nil }
    return .link(url.map { text.text($0) })
  }

  private var url: Range<Int>? {
    for mark in ["http://", "https://", "www."] {
      let wanted = Array(mark.unicodeScalars)
      let start = text.folded.indices.first { place in
        text.folded[place] == wanted[0] && text.folded[place...].starts(with: wanted)
      }
      guard let start else { continue }
      let rest = text.plain[start...]
      let end = rest.firstIndex {
        $0 == " " || $0 == "\n" || $0.isQuote || ")>,]".unicodeScalars.contains($0)
      }
      return start..<(end ?? text.plain.count)
    }
    return nil
  }

  private var objectName: String? {
    all(.object).lazy.filter { isGoverned($0, by: [.send, .show]) }
      .compactMap { name(behind: $0.upperBound) }.first
  }

  /// The next word that is a name: letters, digits, `_`, `-` and `.`.
  private func name(behind start: Int) -> String? {
    let fillers: Set<String> = [
      "called", "named", "with", "the", "name", "chiamato", "llamado", "namens",
    ]
    var place = start
    while place < min(text.plain.count, start + 60) {
      let rest = text.plain[place...]
      guard let first = rest.firstIndex(where: { $0.isOfWord }) else { return nil }
      guard isOneSentence(place..<first) else { return nil }
      let isUnspaced = text.plain[first].isUnspaced
      let end =
        text.plain[first...].firstIndex { sign in
          sign.isOfWord ? sign.isUnspaced != isUnspaced : !"_-.".unicodeScalars.contains(sign)
        } ?? text.plain.count
      var word = text.text(first..<end)
      while word.hasSuffix(".") { word.removeLast() }
      if !fillers.contains(word.lowercased()) { return word }
      place = end
    }
    return nil
  }

  private var count: ChatOrder? {
    guard let verb = all(.count).first, let (most, end) = integer(from: verb.upperBound, within: 5)
    else { return nil }
    let messages = all(.messages).first { $0.lowerBound >= end }
    let parts = messages.flatMap { word in integer(from: end, within: word.lowerBound - end)?.value
    }
    let last = min(max(1, most), 1000)
    return .count(to: last, messages: min(max(1, parts ?? last), last))
  }

  private func integer(from start: Int, within reach: Int) -> (value: Int, end: Int)? {
    let end = min(text.folded.count, start + max(0, reach) + 1)
    guard start < end, let first = text.folded[start..<end].firstIndex(where: { $0.isDigit }) else {
      return nil
    }
    let digits = text.folded[first...].prefix { $0.isDigit }
    var view = String.UnicodeScalarView()
    view.append(contentsOf: digits)
    return Int(String(view)).map { (value: $0, end: digits.endIndex) }
  }

  private var sayWords: String? {
    for verb in all(.say) {
      let rest = verb.upperBound..<text.plain.count
      let next = text.plain[rest].first { $0 != " " }
      let isFirst =
        text.folded[..<verb.lowerBound].last { $0 != " " }.map { $0.endsSentence || $0 == "," }
        ?? true
      if let next, next == ":" || next == "：" || next.isQuote || isFirst {
        let told = quoted(in: rest) ?? line(from: verb.upperBound)
        if !told.isEmpty { return told }
      }
      // In Japanese the words come first.
      if text.plain[verb.lowerBound].isUnspaced, let told = quoted(in: 0..<verb.lowerBound) {
        return told
      }
    }
    return nil
  }

  private var language: String? {
    words.lazy.compactMap { match -> String? in
      guard case .language(let code) = match.word,
        isGoverned(match.range, by: [.answer, .send, .show, .say])
      else { return nil }
      return code
    }.first
  }
}
