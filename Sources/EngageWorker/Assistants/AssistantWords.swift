internal import Domain
internal import JSON
internal import SendStore
internal import Time

extension WaitingForAssistant {
  /// When what is not answered came first and last.
  var span: (first: Timestamp, last: Timestamp) {
    let times = messages.map(\.received)
    return (first: times.min() ?? .distantPast, last: times.max() ?? .distantPast)
  }

  /// What was said, the oldest first, with what is not answered at its end: a provider's times are whole seconds, by which it
  /// could stand before the last answer.
  func history(of timeline: [TimelineItem]) -> [AssistantTurn] {
    let open = Set(messages.map(\.providerID))
    let before = timeline.filter { item in item.providerID.map { !open.contains($0) } ?? true }
    return before.compactMap(\.turn)
      + messages.map {
        .person(words: TimelineItem.told($0.words, $0.content), kind: $0.kind, at: $0.at)
      }
  }

  /// Whether any of it asks for a person.
  func wantsPerson(_ signs: HandOverSigns) -> Bool {
    let words = HandOverWords(signs)
    return messages.contains { message in
      if words.ask(in: message.words) { return true }
      guard !signs.buttons.isEmpty else { return false }
      let pressed = JSONValue(whole: message.content)?["reply"]?["id"]?.string
      return pressed.map(signs.buttons.contains) ?? false
    }
  }
}

extension AssistantPace {
  /// When messages are answered that came within that span.
  func due(_ span: (first: Timestamp, last: Timestamp)) -> Timestamp {
    span.first + due(first: .zero, last: span.last - span.first)
  }
}

extension TimelineItem {
  /// As an assistant is told of it; nil: it says nothing.
  var turn: AssistantTurn? {
    switch what {
    case .inbound(let kind, let words, let original, let content):
      guard original == nil || kind == "edit" else { return nil }
      return .person(words: Self.told(words, content), kind: kind, at: at)
    case .echo(_, let words, _, let content, _):
      return .ours(words: Self.told(words, content), author: .person, at: at)
    case .send(_, let state, _, _, _, let content, let author):
      guard state != .canceled else { return nil }
      return .ours(words: Self.words(of: content), author: .init(author), at: at)
    }
  }

  /// A file in words: its content is none of ours to read.
  static func told(_ words: String, _ content: [UInt8]) -> String {
    guard let media = JSONValue(whole: content)?["media"]?.items?.first else { return words }
    return AssistantTurn.description(
      ofFile: media["filename"]?.string, type: media["contentType"]?.string, link: nil,
      caption: words.isEmpty ? nil : words)
  }

  private static let mostWords = 2000

  /// Of what we sent: its text, else what it is.
  private static func words(of content: SendContent) -> String {
    guard let value = JSONValue(whole: content.json) else { return "" }
    if let body = value["body"]?.string { return String(body.prefix(mostWords)) }
    if let name = value["template_name"]?.string { return "(template \(name))" }
    return String(String(decoding: content.json, as: UTF8.self).prefix(mostWords))
  }
}

extension AssistantTurn.Author {
  /// As a conversation's sends have them.
  fileprivate init(_ author: String?) {
    let author = author ?? ""
    if author.hasPrefix("assistant ") {
      self = .assistant
    } else if author.hasPrefix("agent ") || author == "business app" {
      self = .person
    } else {
      self = .system
    }
  }
}
