internal import Domain
internal import HTTP
internal import JSON
internal import Running
internal import SendStore
internal import Settings
internal import Store
internal import Time

/// What people of ours note about a conversation, and what it went through.
struct ConversationNotebook {
  private let conversation: StoredConversation
  private let store: SendStore

  private static let longest = 4000

  init(_ conversation: StoredConversation, _ store: SendStore) {
    (self.conversation, self.store) = (conversation, store)
  }

  func notes(_ request: HTTPRequest) throws -> HTTPAnswer {
    do throws(FieldFaults) { try request.refuseOthers(than: []) } catch {
      return SendAnswer.refused(error).answer
    }
    let notes = try store.notes(of: conversation, limit: SendStore.mostNotes)
    return HTTPAnswer(
      json: JSONWriter.object { writer in
        writer.name("notes")
        writer.array { list in
          for note in notes { list.object { note.write(to: &$0) } }
        }
      })
  }

  func add(_ request: HTTPRequest, by key: APIKey) throws -> HTTPAnswer {
    guard let root = try KeyedRequests.object(request) else {
      return SendAnswer.unreadable("The body must be an object.").answer
    }
    var faults = FieldFaults()
    let reader = FieldReader(root)
    reader.refuseFields(except: ["text"], &faults)
    let text = reader.neededText("text", &faults)
    if let text, !(1...Self.longest).contains(text.count) {
      faults.add("/text", "must have 1 to \(Self.longest) characters")
    }
    guard faults.isEmpty, let text else { return SendAnswer.refused(faults).answer }
    guard let note = try store.note(text, in: conversation.id, by: .agent(key.actor)) else {
      return SendAnswer.refused(
        FieldFaults("", "has \(SendStore.mostNotes) notes, which is as many as it may have")
      ).answer
    }
    return HTTPAnswer(status: 201, json: JSONWriter.object { note.write(to: &$0) })
  }

  func changes(_ request: HTTPRequest) throws -> HTTPAnswer {
    let (before, limit): (Int, Int)
    do throws(FieldFaults) {
      try request.refuseOthers(than: ["before", "limit"])
      limit = try ConversationListQuery.limit(request)
      let text = request.queryValue("before")
      guard let place = text.map(Int.init) ?? .max else {
        throw FieldFaults("/before", "is not a cursor of this query")
      }
      before = place
    } catch { return SendAnswer.refused(error).answer }
    let page = try store.happenings(in: conversation, before: before, limit: limit)
    return HTTPAnswer(
      json: JSONWriter.object { writer in
        writer.name("changes")
        writer.array { list in
          for happening in page { list.object { happening.write(to: &$0) } }
        }
        if page.count == limit { writer.field("next", page.last.map { "\($0.version)" }) }
      })
  }
}

extension ConversationNote {
  func write(to writer: inout JSONWriter) {
    writer.field("number", number)
    writer.field("at", at.description)
    writer.field("author", author)
    writer.field("text", text)
  }
}

extension ConversationHappening {
  func write(to writer: inout JSONWriter) {
    writer.field("version", version)
    writer.field("at", at.description)
    writer.field("act", act)
    writer.field("actor", actor)
    if !detail.isEmpty { writer.field("detail", detail) }
  }
}
