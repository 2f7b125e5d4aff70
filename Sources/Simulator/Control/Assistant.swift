internal import HTTP
internal import JSON
internal import Time

/// `/_sim/assistant`: what it was asked, and how it answers from now on.
extension World {
  func assistantAnswer() -> HTTPAnswer {
    guard settings.assistant != nil else { return ControlAnswer.notFound }
    return HTTPAnswer(json: JSONWriter.object { writeChats(to: &$0) })
  }

  func writeChats(to writer: inout JSONWriter) {
    writer.field("calls", chats.calls)
    writer.field("answered", chats.answered)
    writer.field("unauthorized", chats.unauthorized)
    writer.field("malformed", chats.malformed)
    writer.counts("faults", chats.refused)
    writer.counts("orders", chats.orders)
    writer.field("promptTokens", chats.promptTokens)
    writer.field("completionTokens", chats.completionTokens)
    writer.field("underWay", chats.underWay)
    writer.field("mostUnderWay", chats.mostUnderWay)
    writer.field("conversations", chats.conversationCount)
    writer.field("overlapping", chats.overlapping)
  }

  /// `?conversation=&after=&limit=`: those after a number, or else the newest.
  func chatCallsAnswer(_ request: HTTPRequest) -> HTTPAnswer {
    guard settings.assistant != nil else { return ControlAnswer.notFound }
    let conversation = request.queryValue("conversation")
    let limit = Self.chatLimit(request)
    let entries =
      request.queryValue("after").flatMap { Int($0) }.map { after in
        chats.entries(of: conversation, after: after, limit: limit)
      } ?? chats.newest(of: conversation, limit: limit)
    return HTTPAnswer(
      json: JSONWriter.object { writer in
        writer.list("calls", entries) { writer, entry in entry.write(to: &writer) }
      })
  }

  /// `?after=&limit=`: in the order in which they were first asked about.
  func chatConversationsAnswer(_ request: HTTPRequest) -> HTTPAnswer {
    guard settings.assistant != nil else { return ControlAnswer.notFound }
    let after = max(0, request.queryValue("after").flatMap { Int($0) } ?? 0)
    let found = chats.conversations(after: after, limit: Self.chatLimit(request))
    return HTTPAnswer(
      json: JSONWriter.object { writer in
        writer.list("conversations", found) { writer, item in
          writer.field("id", item.id)
          writer.field("calls", item.talk.calls)
          writer.field("underWay", item.talk.underWay)
          writer.field("mostUnderWay", item.talk.mostUnderWay)
          writer.name("tokens")
          writer.array { list in for token in item.talk.tokens { list.value(token) } }
        }
      })
  }

  private static func chatLimit(_ request: HTTPRequest) -> Int {
    min(max(1, request.queryValue("limit").flatMap { Int($0) } ?? 100), 1000)
  }

  /// `PUT /_sim/assistant`
  mutating func changeAssistant(_ request: HTTPRequest) throws(SettingsFaults) -> HTTPAnswer {
    let before = settings.assistant ?? AssistantSettings()
    let after = try ControlAnswer.read(request) { value, report in
      var assistant = before
      let fields = FieldReader(value, report)
      assistant.change(fields)
      fields.finish()
      return assistant
    }
    setAssistant(after)
    return HTTPAnswer(status: 204)
  }
}

extension ChatBook.Entry {
  fileprivate func write(to writer: inout JSONWriter) {
    writer.field("number", number)
    writer.field("conversation", conversation)
    writer.field("at", Timestamp(microseconds: at).description)
    writer.field("answeredAt", Timestamp(microseconds: answeredAt).description)
    writer.field("model", model)
    writer.field("messages", json: messages)
    writer.name("tools")
    writer.array { list in for tool in tools { list.value(tool) } }
    writer.name("orders")
    writer.array { list in for order in orders { list.value(order) } }
    if let status { writer.field("status", status) }
    writer.field("fault", fault)
    writer.field("content", content)
    writer.list("toolCalls", calls) { writer, call in
      writer.field("name", call.tool)
      writer.field("arguments", json: call.json)
    }
    writer.field("promptTokens", promptTokens)
    writer.field("completionTokens", completionTokens)
  }
}
