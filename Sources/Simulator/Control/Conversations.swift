internal import HTTP
internal import JSON
internal import Time

/// `/_sim/conversations`, and what each person has seen and done.
extension World {
  mutating func beginConversation(
    _ request: HTTPRequest, at now: Int64
  ) throws(SettingsFaults) -> HTTPAnswer {
    let conversation = try ControlAnswer.read(request) { value, report in
      let fields = FieldReader(value, report)
      defer { fields.finish() }
      return Conversation(fields)
    }
    let id = try begin(conversation, at: now)
    return HTTPAnswer(
      status: 201,
      json: JSONWriter.object { writer in
        writer.field("id", id)
        writer.field("people", conversation.count)
      })
  }

  mutating func endConversation(_ id: Int) -> HTTPAnswer {
    end(id) ? HTTPAnswer(status: 204) : ControlAnswer.notFound
  }

  func conversationsAnswer() -> HTTPAnswer {
    HTTPAnswer(
      json: JSONWriter.object { writer in
        writer.list("conversations", begun.keys.sorted()) { writer, id in
          if let one = begun[id] { write(one, id, to: &writer) }
        }
      })
  }

  func conversationAnswer(_ id: Int) -> HTTPAnswer {
    guard let one = begun[id] else { return ControlAnswer.notFound }
    return HTTPAnswer(json: JSONWriter.object { write(one, id, to: &$0) })
  }

  private func write(_ one: Begun, _ id: Int, to writer: inout JSONWriter) {
    let parts = one.parts.compactMap { self.parts[$0] }
    func sum(_ count: (Part) -> Int) -> Int { parts.reduce(0) { $0 + count($1) } }
    writer.field("id", id)
    writer.field("to", one.conversation.to)
    writer.field("people", one.conversation.count)
    writer.field("underWay", one.underWay)
    writer.field("done", one.conversation.count - one.underWay)
    writer.field("deeds", sum(\.deedCount))
    writer.field("seen", sum(\.seenCount))
    writer.field("waitedInVain", sum(\.waitedInVain))
    writer.field("skipped", sum(\.skipped))
  }

  /// `?after=&limit=`: people by their numbers in it, a hundred at a time unless said.
  func peopleAnswer(_ id: Int, _ request: HTTPRequest) -> HTTPAnswer {
    guard let one = begun[id] else { return ControlAnswer.notFound }
    let after = request.queryValue("after").flatMap { Int($0) } ?? 0
    let limit = request.queryValue("limit").flatMap { Int($0) } ?? 100
    let shown = one.parts.dropFirst(max(0, after)).prefix(min(max(1, limit), 1000))
    return HTTPAnswer(
      json: JSONWriter.object { writer in
        writer.list("people", shown.compactMap { parts[$0] }) { writer, part in
          writer.field("address", people.address(part.person))
          write(part, to: &writer)
        }
      })
  }

  /// Of the conversations of one person, by their address now.
  func personAnswer(_ address: String) -> HTTPAnswer {
    guard let person = people.known(address) else { return ControlAnswer.notFound }
    let own = senders.indices.compactMap { partOf[Pair.key($0, person)] }.compactMap { parts[$0] }
    guard !own.isEmpty else { return ControlAnswer.notFound }
    return HTTPAnswer(
      json: JSONWriter.object { writer in
        writer.field("address", address)
        writer.list("conversations", own) { write($1, to: &$0) }
      })
  }

  private func write(_ part: Part, to writer: inout JSONWriter) {
    writer.field("conversation", part.conversation)
    writer.field("with", senders[part.sender].name)
    writer.field("n", part.number)
    writer.field("isDone", part.isDone)
    writer.field("isWaiting", part.isWaiting)
    writer.field("waitedInVain", part.waitedInVain)
    writer.field("skipped", part.skipped)
    writer.field("seenCount", part.seenCount)
    writer.list("seen", part.seen) { writer, seen in
      writer.field("at", Timestamp(microseconds: seen.at).description)
      writer.field("id", seen.id)
      writer.field("type", seen.type)
      writer.field("text", seen.text)
      guard !seen.choices.isEmpty else { return }
      writer.name("choices")
      writer.array { list in for choice in seen.choices { list.value(choice.title) } }
    }
    writer.field("deedCount", part.deedCount)
    writer.list("deeds", part.deeds) { writer, deed in
      writer.field("at", Timestamp(microseconds: deed.at).description)
      writer.field("step", deed.step)
      writer.field("id", deed.id)
      writer.field("text", deed.text)
      writer.field("about", deed.about)
    }
  }
}
