internal import Domain
internal import HTTP
internal import JSON
internal import Platform
internal import Running
internal import SendStore
internal import Settings
internal import Telemetry
internal import Time

/// What senders are known by at their providers, how long that still counts, and another token in its place.
struct AccountRoutes: Sendable {
  let context: APIContext

  func add(to router: inout Router) {
    let prefix = context.prefix
    router.at(
      "GET", prefix + "/api/accounts",
      context.requests.door(.read) { _, _, key, responder in
        context.requests.desk.answer(responder) { store in try list(store, key) }
      })
    router.at(
      "POST", prefix + "/api/accounts/{sender}/token",
      context.requests.door(.admin) { request, parameters, key, responder in
        let id = SenderID(parameters["sender"] ?? "")
        context.requests.desk.answer(responder) { store in
          guard let sender = context.settings.senders.first(where: { $0.sender.id == id }),
            context.requests.isVisible(id, to: key)
          else { return .notFound }
          let token = try Self.token(request)
          try refuseShared(sender, key)
          try replace(sender, by: token, store)
          return try list(store, key, only: sender.credentialsID)
        }
      })
  }

  private static func token(_ request: HTTPRequest) throws(StoreQueries.Refused) -> Secret {
    let token = try KeyedRequests.object(request)?["token"]?.string ?? ""
    guard !token.isEmpty, token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw StoreQueries.Refused(
        answer: SendAnswer.refused(
          FieldFaults("/token", "must be the token: letters, digits and signs without spaces")
        ).answer)
    }
    return Secret(token)
  }

  /// All senders with the same token would get the new one, those of others as well.
  private func refuseShared(_ sender: SenderSettings, _ key: APIKey) throws(StoreQueries.Refused) {
    guard context.hasOthers(sender.credentialsID, than: key) else { return }
    throw StoreQueries.Refused(
      answer: SendAnswer.refused(
        FieldFaults(
          "/token", "is in use by senders of other tenants too: a key of all tenants may replace it"
        )
      ).answer)
  }

  private func replace(_ sender: SenderSettings, by token: Secret, _ store: SendStore) throws {
    let seal = SecretSeal(context.settings)
    context.door.log.keepOut([token])
    let change = TokenChange(sender, token: token, seal: seal)
    guard let change else {
      throw StoreQueries.Refused(
        answer: SendAnswer.refused(
          FieldFaults("/token", "cannot be kept: secretsKey is not set in the settings")
        ).answer)
    }
    try change.write(to: store)
    context.door.log.info("a token was put in by hand", ["sender": sender.sender.id.text])
  }

  private func list(
    _ store: SendStore, _ key: APIKey, only: CredentialsID? = nil
  ) throws -> HTTPAnswer {
    let stored = Dictionary(try store.credentials().map { ($0.owner, $0) }) { $1 }
    let senders = context.settings.senders.filter {
      context.requests.isVisible($0.sender.id, to: key)
        && (only == nil || $0.credentialsID == only)
    }
    let now = CalendarTime.now
    return HTTPAnswer(
      json: JSONWriter.object { writer in
        writer.name("accounts")
        writer.array { list in
          for (id, senders) in Dictionary(grouping: senders, by: \.credentialsID).sorted(by: {
            $0.key < $1.key
          }) {
            let facts = TokenFacts(json: stored[id.description]?.facts ?? [])
            list.object { Self.write(senders, facts, stored, now, to: &$0) }
          }
        }
      })
  }

  private static func write(
    _ senders: [SenderSettings], _ facts: TokenFacts, _ stored: [String: StoredCredentials],
    _ now: CalendarTime, to writer: inout JSONWriter
  ) {
    writer.field("provider", senders.first?.sender.channel.provider.rawValue)
    writer.name("senders")
    writer.array { list in
      for sender in senders { list.value(sender.sender.id.text) }
    }
    writer.field("state", facts.sentence(at: now))
    facts.write(to: &writer)
    let standings = senders.compactMap { sender in
      stored[SenderStanding.owner(of: sender.sender.id)].map {
        (sender.sender.id, SenderStanding(json: $0.facts))
      }
    }
    guard !standings.isEmpty else { return }
    writer.name("standings")
    writer.array { list in
      for (id, standing) in standings {
        list.object { item in
          item.field("sender", id.text)
          standing.write(to: &item)
        }
      }
    }
  }
}

extension APIContext {
  /// Whether senders that the key does not see have the same credentials.
  func hasOthers(_ id: CredentialsID, than key: APIKey) -> Bool {
    settings.senders.contains {
      $0.credentialsID == id && !requests.isVisible($0.sender.id, to: key)
    }
  }
}
