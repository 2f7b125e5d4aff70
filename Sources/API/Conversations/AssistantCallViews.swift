internal import Domain
internal import HTTP
internal import JSON
internal import Running
internal import SendStore
internal import Store
internal import Time

/// What assistants were asked in a conversation, and what of their answers nobody got.
struct AssistantCallViews {
  private let conversation: StoredConversation
  private let store: SendStore

  init(_ conversation: StoredConversation, _ store: SendStore) {
    (self.conversation, self.store) = (conversation, store)
  }

  func calls(_ request: HTTPRequest) throws -> HTTPAnswer {
    let (before, limit): (Int64, Int)
    do throws(FieldFaults) {
      try request.refuseOthers(than: ["before", "limit"])
      limit = try ConversationListQuery.limit(request)
      let text = request.queryValue("before")
      guard let place = text.map({ Int64($0) }) ?? .max else {
        throw FieldFaults("/before", "is not a cursor of this query")
      }
      before = place
    } catch { return SendAnswer.refused(error).answer }
    let page = try store.assistantCalls(in: conversation, before: before, limit: limit)
    return HTTPAnswer(
      json: JSONWriter.object { writer in
        writer.name("calls")
        writer.array { list in
          for one in page { list.object { one.write(to: &$0) } }
        }
        if page.count == limit { writer.field("next", page.last.map { "\($0.key)" }) }
      })
  }

  /// Of a page of the timeline, which ends at `place` and goes on at `next`, the latest first: the JSON of its items, and
  /// among them what was withheld.
  func items(
    _ page: [TimelineItem], from place: TimelinePlace, to next: TimelinePlace?
  ) throws(StoreError) -> [[UInt8]] {
    let oldest = next == nil ? .distantPast : page.last?.at ?? .distantPast
    let withheld = try store.withheld(in: conversation, from: oldest, until: place.at)
    var items: [[UInt8]] = []
    var rest = withheld[...]
    for item in page {
      while let call = rest.first, call.call.ended >= item.at {
        rest.removeFirst()
        items.append(call.item)
      }
      items.append(JSONWriter.object(capacity: 512) { item.write(to: &$0) })
    }
    return items + rest.map(\.item)
  }
}

extension StoredAssistantCall {
  func write(to writer: inout JSONWriter) {
    writer.field("id", "\(key)")
    writer.field("assistant", call.assistant)
    writer.field("model", call.model)
    writer.field("prompt", call.prompt)
    writer.field("begunAt", call.begun.description)
    writer.field("endedAt", call.ended.description)
    writer.field("tokensIn", call.tokensIn)
    writer.field("tokensOut", call.tokensOut)
    writer.name("price")
    writer.value(Double(call.money) / 1e6)
    writer.field("verdict", call.verdict.rawValue)
    writer.field("reason", call.reason.isEmpty ? nil : call.reason)
    if let withheld = call.withheld { writer.field("withheld", json: withheld) }
  }

  /// As the timeline has it.
  fileprivate var item: [UInt8] {
    JSONWriter.object(capacity: 512) { writer in
      writer.field("at", call.ended.description)
      writer.field("direction", "withheld")
      writer.field("author", ConversationActor.assistant(call.assistant).text)
      writer.field("verdict", call.verdict.rawValue)
      writer.field("reason", call.reason.isEmpty ? nil : call.reason)
      if let withheld = call.withheld { writer.field("withheld", json: withheld) }
    }
  }
}
