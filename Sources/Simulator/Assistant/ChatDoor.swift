internal import HTTP
internal import JSON
internal import Time

/// `POST /v1/chat/completions`: asked, it does what the newest message says.
extension World {
  static func isChat(_ path: [Substring]) -> Bool { path == ["v1", "chat", "completions"] }

  mutating func chatRequest(_ request: HTTPRequest, _ responder: Asker, at now: Int64) {
    guard let assistant = settings.assistant else {
      return reply(ChatDoor.absent, to: responder)
    }
    let number = chats.begin()
    guard request.method == "POST" else {
      return reply(ChatDoor.error(405, "Only POST requests are accepted."), to: responder)
    }
    guard request.headers.first("authorization") == "Bearer \(assistant.key)" else {
      chats.noteUnauthorized()
      return reply(ChatDoor.unauthorized, to: responder)
    }
    do throws(ChatRefusal) {
      let question = try ChatRequest(request.body)
      answer(question, number, assistant, responder, at: now)
    } catch {
      chats.noteMalformed()
      reply(ChatDoor.error(400, error.text, place: error.place), to: responder)
    }
  }

  private mutating func reply(_ answer: HTTPAnswer, to responder: Asker) {
    effects.append(.reply(Reply(responder: responder, manner: .answer(answer))))
  }

  private mutating func answer(
    _ question: ChatRequest, _ number: Int, _ assistant: AssistantSettings, _ responder: Asker,
    at now: Int64
  ) {
    let scene = FaultDesk.Scene(
      provider: "assistant", sender: question.model, recipient: question.conversation)
    let delay = chatDelay(assistant, scene, number, at: now)
    var entry = ChatBook.Entry(number: number, conversation: question.conversation, at: now)
    entry.answeredAt = now + delay
    entry.note(question)
    var reply = Reply(responder: responder, manner: .never)
    reply.chat = ChatMark(conversation: question.conversation)
    if let fault = chatFault(ChatDoor.before, scene, number, at: now) {
      chats.refuse(fault.kind.rawValue)
      entry.fault = fault.kind.rawValue
      reply.manner = ChatDoor.manner(of: fault)
    } else {
      let orders = ChatOrder.all(in: question)
      entry.orders = orders.map(\.name)
      var answer = ChatAnswer(
        ChatReply(to: question, orders, key: assistant.key, domain: assistant.domain), to: question)
      let fault = chatFault(ChatDoor.after, scene, number, at: now)
      if let fault {
        chats.refuse(fault.kind.rawValue)
        entry.fault = fault.kind.rawValue
        answer.spoil(fault.kind, question)
      }
      entry.note(answer)
      let json = answer.json(number, question.model, at: now / 1_000_000)
      reply.manner = fault.flatMap(ChatDoor.mannerAfter) ?? .answer(HTTPAnswer(json: json))
    }
    if case .answer(let answer) = reply.manner { entry.status = answer.status }
    chats.ask(question.conversation, question.news.last.map(chatToken) ?? "")
    chats.keep(entry)
    send(reply, after: .microseconds(delay), at: now)
  }

  private mutating func chatDelay(
    _ assistant: AssistantSettings, _ scene: FaultDesk.Scene, _ number: Int, at now: Int64
  ) -> Int64 {
    let delay = assistant.delay.microseconds(dice.draw(.assistant, number))
    guard let slow = chatFault([.slow], scene, number, at: now) else { return delay }
    return delay
      + (slow.latency ?? Delay(slow.delay)).microseconds(dice.draw(.assistant, number, 1))
  }

  private mutating func chatFault(
    _ kinds: [Fault.Kind], _ scene: FaultDesk.Scene, _ number: Int, at now: Int64
  ) -> Fault? {
    guard !desk.isEmpty else { return nil }
    return desk.strike(kinds, scene, at: now, ordinal: number)
  }
}

/// A question whose answer is on its way.
struct ChatMark: Sendable {
  let conversation: String?
}

extension ChatBook.Entry {
  fileprivate mutating func note(_ question: ChatRequest) {
    model = question.model
    tools = question.tools.map(\.name)
    let text = question.messagesText
    messages = text.count <= ChatBook.mostBytesEach ? text : nil
  }

  fileprivate mutating func note(_ answer: ChatAnswer) {
    content = answer.content
    calls = answer.calls
    (promptTokens, completionTokens) = (answer.promptTokens, answer.completionTokens)
  }
}

/// How OpenAI's endpoint says what is wrong.
private enum ChatDoor {
  static let before: [Fault.Kind] = [.outage, .refuse, .cutBefore, .hangBefore]
  static let after: [Fault.Kind] = [
    .errorAfter, .garbageAfter, .cutAfter, .hangAfter, .wrongSchema, .notJSON, .endlessTools,
    .tooLong, .otherLanguage, .noChoices, .cutShort,
  ]

  static let absent = error(404, "This world has no assistant.")
  static let unauthorized = error(
    401, "Incorrect API key provided.", code: "invalid_api_key")

  static func manner(of fault: Fault) -> Reply.Manner {
    switch fault.kind {
    case .cutBefore: return .cut
    case .hangBefore: return .never
    case .outage where fault.mode != .unavailable: return .cut
    default: return .answer(refusal(fault, fault.kind == .outage ? 503 : 500))
    }
  }

  /// nil where it is answered after all.
  static func mannerAfter(_ fault: Fault) -> Reply.Manner? {
    switch fault.kind {
    case .errorAfter: .answer(refusal(fault, 502))
    case .garbageAfter:
      .answer(HTTPAnswer(json: Array((fault.body ?? #"{"id": "chatcmpl-"#).utf8)))
    case .cutAfter: .cut
    case .hangAfter: .never
    default: nil
    }
  }

  /// 429 says after how long to ask again: the fault's `delay`.
  private static func refusal(_ fault: Fault, _ usual: Int) -> HTTPAnswer {
    let status = fault.status ?? usual
    if let body = fault.body { return HTTPAnswer(status: status, text: body, type: "text/html") }
    guard status == 429 else {
      return error(status, "The server had an error.", type: "server_error")
    }
    return error(429, "Rate limit reached.", type: "requests", code: "rate_limit_exceeded")
      .adding(HTTPHeader("Retry-After", "\(max(1, fault.delay.microseconds / 1_000_000))"))
  }

  static func error(
    _ status: Int, _ text: String, type: String = "invalid_request_error", code: String? = nil,
    place: String = ""
  ) -> HTTPAnswer {
    HTTPAnswer(
      status: status,
      json: JSONWriter.object { writer in
        writer.name("error")
        writer.object { writer in
          writer.field("message", text)
          writer.field("type", type)
          writer.field("param", place.isEmpty ? nil : place)
          writer.field("code", code)
        }
      })
  }
}
