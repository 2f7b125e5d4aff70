/// How one asks for a person in a language. A verb and then whom it is about make a wish, unless it is denied or the word
/// goes on to be another thing.
struct HandOverPhrases: Sendable {
  /// That say one wants to talk: with anybody.
  private let talking: [[String]]
  /// That say one wants something: it must be plainly a person.
  private let wanting: [[String]]
  /// Plainly somebody who works for us.
  private let staff: [[String]]
  /// Anybody.
  private let anybody: [[String]]
  /// May stand before them.
  private let fillers: Set<String>
  /// Just before a verb: the opposite is meant.
  private let denials: Set<String>
  /// Near a denial: it is not they who do not want.
  private let abilities: Set<String>
  /// After them: another thing is meant.
  private let others: Set<String>
  /// Whom it is about, and then the verb.
  private let turned: [[String]]
  /// Phrases that ask by themselves.
  private let whole: [[String]]
  /// The words of a whole message, without fillers.
  private let alone: Set<[String]>

  init(
    talking: String, wanting: String, staff: String, anybody: String, fillers: String,
    denials: String, abilities: String, others: String, whole: String, alone: String,
    turned: String = ""
  ) {
    func phrases(_ text: String) -> [[String]] {
      text.split { $0 == "," || $0 == "\n" }.map { BareWords(String($0)).words }
        .filter { !$0.isEmpty }
    }
    self.talking = phrases(talking)
    self.wanting = phrases(wanting)
    self.staff = phrases(staff)
    self.anybody = phrases(anybody)
    self.whole = phrases(whole)
    self.turned = phrases(turned)
    self.fillers = Set(phrases(fillers).joined())
    self.denials = Set(phrases(denials).joined())
    self.abilities = Set(phrases(abilities).joined())
    self.others = Set(phrases(others).joined())
    self.alone = Set(phrases(alone) + phrases(staff))
  }

  func ask(in words: [String]) -> Bool {
    let bare = words.filter { !fillers.contains($0) }
    if alone.contains(bare) || alone.contains(words) { return true }
    if whole.contains(where: { words.hasRun($0) != nil }) { return true }
    return words.indices.contains { place in
      !isDenied(place, in: words)
        && (turned.contains { words.has($0, at: place) }
          || asks(talking, for: staff + anybody, at: place, in: words)
          || asks(wanting, for: staff, at: place, in: words))
    }
  }

  private func asks(
    _ verbs: [[String]], for whom: [[String]], at place: Int, in words: [String]
  ) -> Bool {
    verbs.contains { verb in
      guard words.has(verb, at: place) else { return false }
      var next = place + verb.count
      while next < words.count {
        if whom.contains(where: { isMeant($0, at: next, in: words) }) { return true }
        guard fillers.contains(words[next]) else { return false }
        next += 1
      }
      return false
    }
  }

  private func isMeant(_ whom: [String], at place: Int, in words: [String]) -> Bool {
    let end = place + whom.count
    return words.has(whom, at: place) && !(end < words.count && others.contains(words[end]))
  }

  private static let reach = 4

  /// Who cannot find a person is looking for one: `why can't I talk to a human`.
  private func isDenied(_ place: Int, in words: [String]) -> Bool {
    let before = words[max(0, place - Self.reach)..<place]
    return before.contains(where: denials.contains) && !before.contains(where: abilities.contains)
  }

  static let all = [english, italian, spanish, german, french, portuguese]
}
