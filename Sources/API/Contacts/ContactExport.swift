internal import Domain
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
      let all = try store.allConversations(of: person.key)
      let ids = Dictionary(uniqueKeysWithValues: all.map { ($0.key, $0.id) })
      let conversations = try all.map { conversation throws(StoreError) in
        try export(conversation, continuedIn: conversation.continuedIn.flatMap { ids[$0] })
      }
      let strays = try store.strays(of: person)
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
        // What no conversation shows.
        writer.name("sends")
        writer.array { list in
          for stray in strays {
            list.object { object in
              object.field("sender", stray.sender.text)
              stray.item.write(to: &object)
            }
          }
        }
      }
      return writer.bytes
    }
  }

  private func export(
    _ conversation: StoredConversation, continuedIn: ConversationID?
  ) throws(StoreError) -> [UInt8] {
    // Where it goes on in another, its messages stand there among the others, and what people of ours did and noted here.
    let messages = conversation.continuedIn == nil ? try all(of: conversation) : []
    let notes = try store.notes(of: conversation, limit: SendStore.mostNotes)
    let changes = try store.happenings(in: conversation, limit: 10_000)
    let calls = try store.assistantCalls(in: conversation, limit: 10_000)
    return JSONWriter.object(capacity: 16_384) { writer in
      ConversationView.write(conversation, to: &writer)
      writer.field("continuedIn", continuedIn.map { "\($0)" })
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
      writer.name("assistantCalls")
      writer.array { list in
        for call in calls { list.object { call.write(to: &$0) } }
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
