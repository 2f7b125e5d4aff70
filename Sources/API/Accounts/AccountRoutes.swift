internal import Domain
internal import HTTP
internal import JSON
internal import Platform
internal import Providers
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
    router.at("POST", prefix + "/api/accounts/{sender}/mint", asking(mint))
    router.at("POST", prefix + "/api/accounts/{sender}/revoke", asking(revoke))
  }

  private struct Asked {
    let request: HTTPRequest
    let key: APIKey
    let sender: SenderSettings
    let token: Secret
    let proof: TokenProof
  }

  /// What Meta has to be asked for with the sender's own token.
  private func asking(
    _ body: @escaping @Sendable (Asked, SendStore) throws -> Void
  ) -> Router.Door {
    context.requests.door(.admin) { request, parameters, key, responder in
      let id = SenderID(parameters["sender"] ?? "")
      context.providers.answer(responder) { asking in
        guard let store = context.door.store.opened else { return .noStore }
        guard let sender = context.settings.senders.first(where: { $0.sender.id == id }),
          context.requests.isVisible(id, to: key)
        else { return .notFound }
        try refuseShared(sender, key)
        let proof = TokenProof(sender) { try asking.ask($0, under: $1) }
        guard case .meta(let own) = sender.credentials, let proof else {
          let fault = FieldFaults("/sender", "is not of an app of Meta's with appId and appSecret")
          return SendAnswer.refused(fault).answer
        }
        do {
          try body(
            Asked(request: request, key: key, sender: sender, token: own.accessToken, proof: proof),
            store)
        } catch let failed as LookupFailed {
          throw ProviderAsking.refused(failed)
        } catch let failed as TokenProof.Failed {
          return Problem(status: 409, title: "Conflict", detail: failed.description).answer
        }
        try context.door.lookAtAccounts?(store)
        return try list(store, key, only: sender.credentialsID)
      }
    }
  }

  /// A token of a system user in place of the sender's own, which must be one of a system user who may make them. It is in
  /// use once it was proven.
  private func mint(_ asked: Asked, _ store: SendStore) throws {
    let root = try KeyedRequests.object(asked.request)
    let user = root?["systemUser"]?.string ?? ""
    guard !user.isEmpty, user.utf8.allSatisfy({ (48...57).contains($0) }) else {
      throw StoreQueries.Refused(
        answer: SendAnswer.refused(
          FieldFaults("/systemUser", "must be the id of a system user, which is digits")
        ).answer)
    }
    let fresh = try asked.proof.mint(
      for: user, by: asked.token, isEndless: root?["endless"]?.bool ?? false)
    context.door.log.keepOut([fresh])
    _ = try asked.proof.prove(fresh, at: .now)
    try replace(asked.sender, by: fresh, store)
  }

  /// Gives up the token of before, once the one in use was proven.
  private func revoke(_ asked: Asked, _ store: SendStore) throws {
    let kept = try store.credentials().first { $0.owner == asked.sender.credentialsID.description }
    let secret = kept?.sealed.flatMap {
      SecretSeal(context.settings).open($0, for: asked.sender.credentialsID)
    }
    guard let secret, let previous = secret.previous else {
      throw TokenProof.Failed("there is no token of before that is known here")
    }
    _ = try asked.proof.prove(secret.token, at: .now)
    try asked.proof.revoke(previous, by: secret.token)
    context.door.log.info("a token was revoked", ["sender": asked.sender.sender.id.text])
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
        if only == nil { AccountTree(context, key).write(to: &writer) }
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
