internal import JSON

/// An answer in the shape of OpenAI's chat completions.
struct ChatAnswer: Sendable {
  private(set) var content: String?
  private(set) var calls: [ChatReply.Call]
  private(set) var finish: String
  let promptTokens: Int
  private(set) var completionTokens: Int
  private var hasChoices = true

  init(_ reply: ChatReply, to request: ChatRequest) {
    calls = reply.calls
    content = calls.isEmpty ? reply.content(request.form) : nil
    finish = calls.isEmpty ? "stop" : "tool_calls"
    promptTokens = request.tokens
    completionTokens = 0
    count()
    if let most = request.mostTokens, completionTokens > most, content != nil {
      cut(toTokens: most)
    }
  }

  private mutating func count() {
    let said = calls.reduce(content?.utf8.count ?? 0) { $0 + $1.json.count + $1.tool.utf8.count }
    completionTokens = tokenCount(said)
  }

  private mutating func cut(toTokens most: Int) {
    content = content.map { String(decoding: $0.utf8.prefix(most * 4), as: UTF8.self) }
    finish = "length"
    count()
  }

  /// What the faults leave of it.
  mutating func spoil(_ fault: Fault.Kind, _ request: ChatRequest) {
    switch fault {
    case .wrongSchema:
      (content, calls, finish) = (#"{"messages":"none","action":["dance"]}"#, [], "stop")
    case .notJSON:
      (content, calls, finish) = (
        "Of course! Here is my answer:\n```json\n{\"messages\": [", [], "stop"
      )
    case .endlessTools:
      let tool = request.tools.first
      let arguments = (tool?.texts ?? []).map { ChatReply.Argument(name: $0, value: "again") }
      content = nil
      calls = [ChatReply.Call(tool: tool?.name ?? "nothing", arguments: arguments)]
      finish = "tool_calls"
    case .tooLong:
      var reply = ChatReply(language: "en")
      reply.pieces = [ChatReply.Piece(body: String(repeating: "and on and on ", count: 2000))]
      (content, calls, finish) = (reply.content(request.form), [], "stop")
    case .otherLanguage:
      let language: ChatLanguage = ChatLanguage(of: request.news.last ?? "") == .ja ? .ru : .ja
      var reply = ChatReply(language: language.rawValue)
      reply.pieces = [
        ChatReply.Piece(body: language.politeness(chatToken(of: request.news.last ?? "")))
      ]
      (content, calls, finish) = (reply.content(request.form), [], "stop")
    case .noChoices: hasChoices = false
    case .cutShort:
      let text = content ?? "Thank you for"
      (content, calls) = (text, [])
      cut(toTokens: max(1, tokenCount(text.utf8.count) / 2))
    default: break
    }
    if fault != .cutShort { count() }
  }

  func json(_ number: Int, _ model: String, at seconds: Int64) -> [UInt8] {
    JSONWriter.object { writer in
      writer.field("id", "chatcmpl-\(number)")
      writer.field("object", "chat.completion")
      writer.field("created", seconds)
      writer.field("model", model)
      writer.list("choices", hasChoices ? [self] : []) { writer, answer in
        writer.field("index", 0)
        writer.name("message")
        writer.object { answer.writeMessage(number, to: &$0) }
        writer.field("finish_reason", answer.finish)
      }
      writer.name("usage")
      writer.object { writer in
        writer.field("prompt_tokens", promptTokens)
        writer.field("completion_tokens", completionTokens)
        writer.field("total_tokens", promptTokens + completionTokens)
      }
    }
  }

  private func writeMessage(_ number: Int, to writer: inout JSONWriter) {
    writer.field("role", "assistant")
    if let content {
      writer.field("content", content)
    } else {
      writer.name("content"); writer.null()
    }
    guard !calls.isEmpty else { return }
    writer.list("tool_calls", Array(calls.enumerated())) { writer, call in
      writer.field("id", "call_\(number)_\(call.offset + 1)")
      writer.field("type", "function")
      writer.name("function")
      writer.object { writer in
        writer.field("name", call.element.tool)
        writer.field("arguments", String(decoding: call.element.json, as: UTF8.self))
      }
    }
  }
}

extension ChatReply.Call {
  /// The arguments.
  var json: [UInt8] {
    JSONWriter.object { writer in
      for argument in arguments {
        writer.name(argument.name)
        writer.value(argument.value)
      }
    }
  }
}

extension ChatReply {
  func content(_ form: ChatRequest.Form) -> String {
    switch form {
    case .text: return pieces.map(\.text).joined(separator: "\n\n")
    case .json(let names):
      return String(decoding: json(ofMessage: names), as: UTF8.self)
    }
  }

  /// `names` are what a message may have by the schema that was asked for.
  private func json(ofMessage names: [String]) -> [UInt8] {
    JSONWriter.object { writer in
      writer.list("messages", pieces) { writer, piece in
        if let object = piece.object {
          writer.field("object", object)
        } else {
          if names.contains("type") { writer.field("type", "text") }
          let isText = !names.contains("body") && names.contains("text")
          writer.name(isText ? "text" : "body")
          writer.value(piece.body)
        }
        writer.field("to", piece.to)
      }
      writer.field("action", action)
      writer.field("reason", reason)
      writer.field("language", language)
      writer.field("to", to)
    }
  }
}

extension ChatReply.Piece {
  var text: String { object.map { "[object \($0)]" } ?? body }
}
