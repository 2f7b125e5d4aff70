internal import Domain
internal import HTTP
internal import JSON
internal import SendStore
internal import Store
internal import Time

/// A contact as the API shows it.
enum ContactView {
  static func answer(_ person: StoredPerson, _ store: SendStore) throws(StoreError) -> HTTPAnswer {
    let conversations = try store.conversations(of: person.key)
    let standings = try store.standings(of: person)
    let merges = try store.merges(of: person.key)
    return HTTPAnswer(
      json: JSONWriter.object { writer in
        write(person, to: &writer)
        write(standings, to: &writer)
        writer.name("conversations")
        writer.array { list in
          for one in conversations where one.continuedIn == nil {
            list.object { ConversationView.write(one, to: &$0) }
          }
        }
        writer.name("merges")
        writer.array { list in
          for merge in merges { list.object { write(merge, to: &$0) } }
        }
      })
  }

  static func answer(page: [StoredPerson], next: PersonKey?) -> HTTPAnswer {
    HTTPAnswer(
      json: JSONWriter.object(capacity: 8192) { writer in
        writer.name("contacts")
        writer.array { list in
          for person in page { list.object { write(person, to: &$0) } }
        }
        writer.field("next", next.map { "\($0.value)" })
      })
  }

  static func write(_ person: StoredPerson, to writer: inout JSONWriter) {
    writer.field("id", "\(person.key.value)")
    writer.field("name", person.name)
    writer.field("nameTyped", person.isNameTyped)
    writer.field("language", person.language)
    writer.field("app", person.tenant.app)
    writer.field("company", person.tenant.company)
    writer.field("mergedInto", person.mergedInto.map { "\($0.value)" })
    writer.name("identities")
    writer.array { list in
      for identity in person.identities {
        list.object { object in
          object.field("kind", identity.kind.name)
          object.field("value", identity.value)
        }
      }
    }
    writer.field("createdAt", person.created.description)
    writer.field("changedAt", person.changed.description)
  }

  /// How each sender sees them.
  static func write(_ standings: [PersonStanding], to writer: inout JSONWriter) {
    writer.name("senders")
    writer.array { list in
      for standing in standings {
        list.object { object in
          object.field("sender", standing.sender.text)
          object.field("address", standing.address.text)
          object.field(
            "windowUntil", standing.window.lastInbound.map { "\($0 + ServiceWindow.length)" })
          object.field("optOut", standing.optOut?.rawValue)
          object.field("optedOutAt", standing.optOut == nil ? nil : standing.optedOut?.description)
          object.field("optOutSource", standing.optOut == nil ? nil : standing.optOutSource)
        }
      }
    }
  }

  static func write(_ merge: PersonMerge, to writer: inout JSONWriter) {
    writer.field("number", Int(merge.number))
    writer.field("contact", "\(merge.from.value)")
    writer.field("into", "\(merge.into.value)")
    writer.field("at", merge.at.description)
    writer.field("actor", merge.actor)
    writer.field("undoneAt", merge.undone?.description)
  }
}
