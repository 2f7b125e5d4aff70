internal import Domain
internal import HTTP
internal import JSON
internal import Platform
internal import Providers
internal import Running
internal import SendStore
internal import Settings
internal import Telemetry

/// What is done at Twilio to an account itself: another auth token, and accounts below it.
struct TwilioAccountRoutes: Sendable {
  let context: APIContext
  let settling: Duration

  func add(to router: inout Router) {
    let prefix = context.prefix + "/api/accounts/{sender}"
    router.at("POST", prefix + "/rotate", door(rotate))
    router.at("GET", prefix + "/subaccounts", door(list))
    router.at("POST", prefix + "/subaccounts", door(change))
  }

  private struct Order {
    let request: HTTPRequest
    let sender: SenderSettings
    let own: TwilioCredentials
    let asking: ProviderAsking
  }

  /// What an account is changed by meets all its senders, also those of others.
  private func door(_ act: @escaping @Sendable (Order) throws -> HTTPAnswer) -> Router.Door {
    context.requests.door(.admin) { request, parameters, key, responder in
      let id = SenderID(parameters["sender"] ?? "")
      let sender = context.settings.senders.first { $0.sender.id == id }
      guard let sender, context.requests.isVisible(id, to: key) else {
        return responder.answer(.notFound)
      }
      guard case .twilio(let own) = sender.credentials else {
        return responder.answer(Self.refused("", "is for senders of Twilio's alone").answer)
      }
      let isOthers = context.settings.senders.contains {
        $0.sender.account == sender.sender.account
          && !context.requests.isVisible($0.sender.id, to: key)
      }
      guard !isOthers else {
        return responder.answer(
          Self.refused(
            "", "is for a key of all tenants: senders of other tenants have the same account"
          ).answer)
      }
      context.providers.answer(responder) { asking in
        try act(Order(request: request, sender: sender, own: own, asking: asking))
      }
    }
  }

  private static func refused(_ pointer: String, _ detail: String) -> StoreQueries.Refused {
    StoreQueries.Refused(answer: SendAnswer.refused(FieldFaults(pointer, detail)).answer)
  }

  private func told<Value>(_ read: () throws(LookupFailed) -> Value) throws -> Value {
    do throws(LookupFailed) { return try read() } catch { throw ProviderAsking.refused(error) }
  }

  // MARK: Auth tokens

  private func rotate(_ order: Order) throws -> HTTPAnswer {
    guard let store = context.door.store.opened else {
      throw StoreQueries.Refused(answer: .noStore)
    }
    let seal = SecretSeal(context.settings)
    guard seal.hasKey else {
      throw Self.refused("", "keeps a new token, which needs secretsKey in the settings")
    }
    let log = context.door.log
    let others = context.settings.senders.filter {
      $0.sender.account == order.sender.sender.account
        && $0.credentialsID != order.sender.credentialsID
    }
    guard others.isEmpty else {
      let names = others.map(\.sender.id.text).sorted().joined(separator: ", ")
      throw Self.refused(
        "",
        "would end the token of \(names): give all senders of the account the same authToken first")
    }
    let rotation = TokenRotation(order.sender, store, seal, keepOut: { log.keepOut([$0]) }) {
      try order.asking.ask($0, under: order.sender.address(of: $1))
    }
    do { try rotation?.run { _ = Gate().wait(for: settling) } } catch let failed
      as TokenRotation.Failed
    {
      if let lookup = failed.lookup { throw ProviderAsking.refused(lookup) }
      throw Problem(status: 409, title: "Conflict", detail: failed.description)
    }
    log.info("an auth token was rotated", ["sender": order.sender.sender.id.text])
    return HTTPAnswer(
      json: JSONWriter.object { writer in
        writer.field("account", order.own.accountSid)
        writer.field("state", "rotated")
        writer.field(
          "note",
          "The new token is in use. Put it into the settings only if they are to count again: what was made here wins until they have another one."
        )
      })
  }

  // MARK: Subaccounts

  private func list(_ order: Order) throws -> HTTPAnswer {
    var found: [TwilioSubaccount] = []
    var request: ProviderRequest? = TwilioPlatform.subaccounts(account: order.own.owner)
    for _ in 0..<Self.pageLimit {
      guard let asked = request else { break }
      let answer = try order.asking.ask(asked, under: order.sender.address(of: .api))
      let page = try told { () throws(LookupFailed) in try TwilioSubaccount.list(answer) }
      found += page.items.filter { $0.sid != order.own.accountSid }
      request = page.next.flatMap { TwilioPlatform.next($0, account: order.own.owner) }
    }
    return Self.answer(found, withToken: false)
  }

  private static let pageLimit = 20

  private func change(_ order: Order) throws -> HTTPAnswer {
    let root = try KeyedRequests.object(order.request)
    let request: ProviderRequest
    let isMade: Bool
    switch (root?["name"]?.string, root?["sid"]?.string, root?["status"]?.string) {
    case (let name?, nil, nil):
      guard (1...64).contains(name.utf8.count) else {
        throw Self.refused("/name", "must have from 1 to 64 characters")
      }
      request = TwilioPlatform.makeSubaccount(name, account: order.own.owner)
      isMade = true
    case (nil, let sid?, let status?):
      guard sid.hasPrefix("AC"), sid.utf8.count == 34, sid != order.own.accountSid else {
        throw Self.refused("/sid", "must be the AC… of an account below this one")
      }
      guard ["active", "suspended", "closed"].contains(status) else {
        throw Self.refused("/status", "must be active, suspended, or closed, which is for ever")
      }
      request = TwilioPlatform.setSubaccount(sid, to: status, account: order.own.owner)
      isMade = false
    default:
      throw Self.refused("", "must have name to make an account, or sid and status to change one")
    }
    let answer = try order.asking.ask(request, under: order.sender.address(of: .api))
    let account = try told { () throws(LookupFailed) in try TwilioSubaccount(answer) }
    if let token = account.authToken { context.door.log.keepOut([token]) }
    context.door.log.info(
      isMade ? "a subaccount was made" : "a subaccount was changed",
      ["account": account.sid, "status": account.status])
    return Self.answer([account], withToken: isMade)
  }

  /// The token of one that was just made is told once.
  private static func answer(_ accounts: [TwilioSubaccount], withToken: Bool) -> HTTPAnswer {
    let type = HTTPHeader("Content-Type", "application/json")
    return HTTPAnswer(
      status: 200, headers: [type] + (withToken ? [HTTPHeader("Cache-Control", "no-store")] : []),
      body: JSONWriter.object(capacity: 2048) { writer in
        writer.name("subaccounts")
        writer.array { list in
          for account in accounts {
            list.object { item in
              item.field("sid", account.sid)
              item.field("name", account.name)
              item.field("owner", account.owner)
              item.field("status", account.status)
              item.field("createdAt", account.createdAt)
              if withToken { item.field("authToken", account.authToken?.exposed) }
            }
          }
        }
      })
  }
}
