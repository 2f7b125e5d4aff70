internal import JSON
internal import SendStore
internal import Store
internal import Time

/// All that there is of one person, for whoever asks for it.
struct ContactExport {
  private let person: StoredPerson
  private let store: SendStore

  private static let page = 500

  init(_ person: StoredPerson, _ store: SendStore) { (self.person, self.store) = (person, store) }

  var json: [UInt8] {
    get throws(StoreError) {
      var writer = JSONWriter(capacity: 65_536)
      let standings = try store.standings(of: person)
      let merges = try store.merges(of: person.key)
      let conversations = try store.conversations(of: person.key).map {
        conversation throws(StoreError) in try export(conversation)
      }
      writer.object { writer in
        ContactView.write(person, to: &writer)
        ContactView.write(standings, to: &writer)
        writer.name("merges")
        writer.array { list in
          for merge in merges { list.object { ContactView.write(merge, to: &$0) } }
        }
        writer.name("conversations")
        writer.array { list in
          for one in conversations { list.raw(one) }
        }
      }
      return writer.bytes
    }
  }

  private func export(_ conversation: StoredConversation) throws(StoreError) -> [UInt8] {
    let messages = try all(of: conversation)
    let notes = try store.notes(of: conversation, limit: SendStore.mostNotes)
    let changes = try store.happenings(in: conversation, limit: 10_000)
    return JSONWriter.object(capacity: 16_384) { writer in
      ConversationView.write(conversation, to: &writer)
      writer.name("messages")
      writer.array { list in
        for message in messages { list.object { message.write(to: &$0) } }
      }
      writer.name("notes")
      writer.array { list in
        for note in notes { list.object { note.write(to: &$0) } }
      }
      writer.name("changes")
      writer.array { list in
        for change in changes { list.object { change.write(to: &$0) } }
      }
    }
  }

  private func all(of conversation: StoredConversation) throws(StoreError) -> [TimelineItem] {
    var (items, place): ([TimelineItem], TimelinePlace?) = ([], .end)
    while let from = place {
      let page = try store.timeline(of: conversation, before: from, limit: Self.page)
      items += page.page
      place = page.next
    }
    return items
  }
}
