/// Whether a contact asks for a person. What they want must be said: to write of people, operators and agents is not enough.
package struct HandOverWords: Hashable, Sendable {
  /// Of the tenant, each as its words.
  private let own: [[String]]

  package init(_ own: [String] = []) {
    self.own = own.map { BareWords($0).words }.filter { !$0.isEmpty }
  }

  package init(_ signs: HandOverSigns) {
    self.init(signs.words.sorted { $0.key < $1.key }.flatMap(\.value))
  }

  /// Nobody asks later than that.
  private static let mostText = 2000

  package func ask(in text: String) -> Bool {
    let words = BareWords(String(text.unicodeScalars.prefix(Self.mostText))).words
    if own.contains(where: { words.hasRun($0) != nil }) { return true }
    return HandOverPhrases.all.contains { $0.ask(in: words) }
  }
}

extension [String] {
  /// Where these stand in a row first.
  func hasRun(_ run: [String]) -> Int? {
    guard !run.isEmpty, count >= run.count else { return nil }
    return (0...(count - run.count)).first { has(run, at: $0) }
  }

  func has(_ run: [String], at place: Int) -> Bool {
    place + run.count <= count && run.indices.allSatisfy { self[place + $0] == run[$0] }
  }
}
