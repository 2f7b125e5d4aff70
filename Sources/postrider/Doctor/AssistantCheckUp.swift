internal import Domain
internal import HTTP
internal import Settings

/// The endpoints of assistants: whether they can be reached and take our keys. Nothing is asked that costs.
struct AssistantCheckUp {
  private let assistants: [Assistant]

  init(_ settings: Settings) { assistants = settings.inboxes.assistants }

  var findings: [Finding] {
    guard !assistants.isEmpty else { return [] }
    let client: HTTPClient
    do throws(HTTPClientError) { client = try HTTPClient() } catch {
      return [.unknown("assistants", error.description)]
    }
    defer { client.close() }
    return assistants.map { finding($0, client) }
  }

  private func finding(_ assistant: Assistant, _ client: HTTPClient) -> Finding {
    let about = "assistant \(assistant.name)"
    let inquiry = assistant.dialect.inquiry(assistant)
    var call = HTTPCall(url: inquiry.url)
    if let key = inquiry.key { call.headers = [HTTPHeader(key.name, key.value.exposed)] }
    call.totalTimeout = .seconds(10)
    switch client.ask(call) {
    case .answered(let answer) where answer.status == 401 || answer.status == 403:
      return .bad(
        about, "its endpoint refuses our key: \(answer.status)",
        "put a valid apiKey into its settings")
    case .answered(let answer) where answer.status >= 500:
      return .warning(about, "its endpoint is in trouble: \(answer.status)")
    // An endpoint that does not list its models says so, and is there.
    case .answered: return .good(about, "its endpoint answers")
    case .notSent(let reason):
      return .bad(
        about, "its endpoint cannot be reached: \(reason.words)",
        "look at its url, at the network and a proxy in between")
    case .unknown(let reason, _):
      return .unknown(about, "its endpoint gave no answer: \(reason)")
    }
  }
}
