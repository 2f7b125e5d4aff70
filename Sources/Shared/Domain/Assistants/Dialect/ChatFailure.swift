internal import JSON
internal import Time

/// An answer that says why there is none. Only the endpoint's code for it is told: its words may quote the question.
struct ChatFailure {
  private let response: AssistantResponse
  private let question: AssistantQuestion
  private let code: String?

  init(_ response: AssistantResponse, _ question: AssistantQuestion) {
    (self.response, self.question) = (response, question)
    code = Self.code(response.body)
  }

  var answer: AssistantAnswer {
    if code == "content_filter" {
      return .unusable(
        UnusableReply("was kept back by the endpoint's content filter"),
        TokenUse(input: question.tokens, output: 0, isEstimated: true))
    }
    // No money is left there, which no wait changes.
    if code == "insufficient_quota" { return .refused(reason) }
    switch response.status {
    case 408, 425, 429, 500...599: return .away(reason, retryAfter: retryAfter)
    default: return .refused(reason)
    }
  }

  private var reason: String {
    "the endpoint answered \(response.status)" + (code.map { " (\($0))" } ?? "")
  }

  /// In one word; anything else is passed over.
  private static func code(_ body: [UInt8]) -> String? {
    guard body.count <= ChatCompletions.bodyLimit, let root = JSONValue(whole: body) else {
      return nil
    }
    let error = root["error"]
    return [error?["code"]?.string, error?["type"]?.string].compactMap(\.self).first { word in
      (1...64).contains(word.utf8.count)
        && word.utf8.allSatisfy { byte in
          (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || byte == UInt8(ascii: "_")
        }
    }
  }

  private static let longestWait = 3600

  /// Milliseconds, seconds or a date; an hour at most.
  private var retryAfter: Duration? {
    if let milliseconds = response.header("retry-after-ms").flatMap(Int.init) {
      return milliseconds > 0 ? .milliseconds(min(milliseconds, Self.longestWait * 1000)) : nil
    }
    guard let text = response.header("retry-after") else { return nil }
    if let seconds = Double(text), seconds > 0 {
      return .milliseconds(Int64((min(seconds, Double(Self.longestWait)) * 1000).rounded(.up)))
    }
    guard let date = Timestamp(rfc2822: text), date > response.at else { return nil }
    return min(date - response.at, .seconds(Self.longestWait))
  }
}
