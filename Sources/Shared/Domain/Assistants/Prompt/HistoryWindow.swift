internal import Time

/// The latest part of a conversation that fits into a budget of tokens. All that is unanswered is in it, whatever it takes,
/// up to a bound that no person reaches.
struct HistoryWindow {
  let lines: [PromptMessage]
  /// Messages without an answer that are not in it.
  let leftOut: Int

  static let mostUnanswered = 50

  init(_ history: [AssistantTurn], tokens budget: Int) {
    let answered = (history.lastIndex(where: \.answers).map { $0 + 1 }) ?? 0
    var start = max(answered, history.count - Self.mostUnanswered)
    leftOut = history[answered..<start].count(where: \.isOfContact)
    var lines = history[start...].map(Self.line)
    var tokens = lines.reduce(0) { $0 + $1.tokens }
    var older: [PromptMessage] = []
    if leftOut == 0 {
      while start > 0 {
        let line = Self.line(history[start - 1])
        tokens += line.tokens
        guard tokens <= budget else { break }
        older.append(line)
        start -= 1
      }
    }
    lines = older.reversed() + lines
    self.lines = lines
  }

  private static func line(_ turn: AssistantTurn) -> PromptMessage {
    switch turn {
    case .person(let words, let kind, let time):
      let data = PromptData.line([
        ("at", time.description), ("kind", VisibleText(kind, most: 40).description),
        ("contact wrote", VisibleText(words).description),
      ])
      return PromptMessage(.user, data)
    case .ours(let words, let author, _):
      let words = VisibleText(words).description
      switch author {
      case .assistant: return PromptMessage(.assistant, words)
      case .person: return PromptMessage(.assistant, "(a person of ours wrote) \(words)")
      case .system: return PromptMessage(.assistant, "(sent by itself) \(words)")
      }
    }
  }
}
