extension ChatOrder {
  /// What the newest message says, however it hides it, or else what it says together with the one before.
  static func all(in request: ChatRequest) -> [ChatOrder] {
    let texts = request.messages.filter { $0.role == .user }.map(\.text)
    guard let newest = texts.last else { return [] }
    let tools = request.tools.map(\.name)
    let hidden = HiddenText(newest)
    let found = first(of: { [hidden.plain] }, { hidden.decoded }, { hidden.others }, tools: tools)
    guard found.isEmpty, texts.count > 1 else { return found }
    let former = texts[texts.count - 2]
    let known = plain(in: former, tools)
    for gap in [" ", ""] {
      let both = plain(in: former + gap + newest, tools)
      let new = both.filter { !known.contains($0) }
      if !new.isEmpty, both.count > known.count { return new }
    }
    return []
  }

  private static func plain(in text: String, _ tools: [String]) -> [ChatOrder] {
    let hidden = HiddenText(text)
    return first(of: { [hidden.plain] }, { hidden.decoded }, tools: tools)
  }

  /// A reading is made only when those before it have said nothing.
  private static func first(
    of readings: (() -> [FoldedText])..., tools: [String]
  ) -> [ChatOrder] {
    for reading in readings.lazy.flatMap({ $0() }) {
      let found = OrderReader(reading).orders(tools: tools)
      if !found.isEmpty { return found }
    }
    return []
  }
}
