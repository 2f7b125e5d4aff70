internal import JSON

/// What a model wrote: the JSON that it was asked for, bare or fenced, or words.
struct AnswerText {
  private let words: Substring

  init(_ text: String) throws(UnusableReply) {
    var words = Self.trimmed(text[...])
    // Some models think aloud first.
    if words.hasPrefix("<think>") {
      guard let end = words.firstRange(of: "</think>") else {
        throw UnusableReply("is nothing but thoughts")
      }
      words = Self.trimmed(words[end.upperBound...])
    }
    guard !words.isEmpty else { throw UnusableReply("is empty") }
    self.words = words
  }

  func reply(on channel: Sender.Channel) throws(UnusableReply) -> AssistantReply {
    guard let json = try Self.isJSON(words) ? words : fenced else {
      return AssistantReply([try AssistantMessage(text: String(words), on: channel)])
    }
    guard let value = JSONValue(whole: Array(json.utf8)) else {
      throw UnusableReply("is no readable JSON")
    }
    return try AssistantReply(value, on: channel)
  }

  private static let fence = "```"

  /// nil where nothing is fenced. Words around it are not for anybody's eyes.
  private var fenced: Substring? {
    get throws(UnusableReply) {
      guard let start = words.firstRange(of: Self.fence) else { return nil }
      let rest = words[start.upperBound...]
      guard let end = rest.firstRange(of: Self.fence) else {
        throw UnusableReply("has a fence without an end")
      }
      let inside = rest[..<end.lowerBound]
      let marked = Self.trimmed(inside.drop { $0.isLetter })
      guard Self.isJSON(marked) else { throw UnusableReply("has code in it") }
      return marked
    }
  }

  private static func isJSON(_ text: Substring) -> Bool { text.first == "{" || text.first == "[" }

  private static func trimmed(_ text: Substring) -> Substring {
    var text = text.drop(while: \.isWhitespace)
    while text.last?.isWhitespace ?? false { text.removeLast() }
    return text
  }
}
