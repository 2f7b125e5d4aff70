internal import Domain
internal import HTTP
internal import JSON
internal import Providers
internal import Running
internal import SendStore
internal import Settings
internal import Telemetry

/// Whether Meta tells us what happens: where the webhooks of apps, accounts and numbers go, and what they are about.
struct WebhookRoutes: Sendable {
  let context: APIContext

  func add(to router: inout Router) {
    let path = context.prefix + "/api/accounts/webhooks"
    router.at("GET", path, asking(.read) { try list($0, $1, $2) })
    router.at("POST", path, asking(.admin) { try change($0, $1, $2) })
  }

  private func asking(
    _ scope: APIKey.Scope,
    _ body: @escaping @Sendable (HTTPRequest, APIKey, ProviderAsking) throws -> HTTPAnswer
  ) -> Router.Door {
    context.requests.door(scope) { request, _, key, responder in
      guard context.door.store.opened != nil else { return responder.answer(.noStore) }
      context.providers.answer(responder) { asking in try body(request, key, asking) }
    }
  }

  // MARK: How it is

  private func list(
    _ request: HTTPRequest, _ key: APIKey, _ asking: ProviderAsking
  ) throws -> HTTPAnswer {
    var numbers = context.numbers(of: key)
    if let sender = request.queryValue("sender"), !sender.isEmpty {
      numbers = numbers.filter { $0.id.text == sender }
    }
    return HTTPAnswer(json: try json(numbers, asking))
  }

  private func json(_ numbers: [MetaNumber], _ asking: ProviderAsking) throws -> [UInt8] {
    let seen = try context.door.store.opened?.sightings() ?? []
    let survey = WebhookSurvey(numbers, context.settings.metaWebhooks, seen, asking)
    return JSONWriter.object(capacity: 4096) { writer in
      writer.field("ours", context.settings.metaWebhooks.first)
      survey.write(to: &writer)
    }
  }

  // MARK: How it is to be

  private func change(
    _ request: HTTPRequest, _ key: APIKey, _ asking: ProviderAsking
  ) throws -> HTTPAnswer {
    let demand: WebhookDemand
    guard let root = try KeyedRequests.object(request) else {
      throw NumberRequest.refuse(FieldFaults("/action", "is needed"))
    }
    do { demand = try WebhookDemand(root, among: context.numbers(of: key)) } catch {
      throw NumberRequest.refuse(error)
    }
    guard let number = demand.number else { return try test(key, asking) }
    try WebhookSetting(context, number, key, asking).perform(demand.action, at: demand.level)
    context.door.log.info(
      "webhooks were changed by hand",
      ["sender": number.id.text, "action": demand.action.rawValue])
    return HTTPAnswer(
      json: JSONWriter.object { writer in
        writer.field("done", demand.action.rawValue)
        writer.field("webhooks", json: present(number, asking))
      })
  }

  /// nil where it cannot be told: what was done is done all the same.
  private func present(_ number: MetaNumber, _ asking: ProviderAsking) -> [UInt8]? {
    do { return try json([number], asking) } catch { return nil }
  }

  // MARK: Whether we answer

  /// As Meta asks whether the address is ours.
  private func test(_ key: APIKey, _ asking: ProviderAsking) throws -> HTTPAnswer {
    guard let base = context.settings.publicURL else {
      throw NumberRequest.refuse(FieldFaults("", "cannot be tried: publicURL is not set"))
    }
    let token = context.numbers(of: key).lazy.compactMap(\.own.verifyToken).first
    guard let token else {
      throw NumberRequest.refuse(
        FieldFaults("", "cannot be tried: no sender at Meta has a verifyToken"))
    }
    let word = String(UInt32.random(in: 1_000_000...(.max)))
    let challenge = WebhookChallenge(token, word: word)
    let found: MetaStanding.Challenge
    do { found = challenge.judge(try asking.ask(challenge.request, under: base)) } catch {
      found = .nobody
    }
    var standing = MetaStanding()
    standing.challenge = found
    let trouble = MetaTrouble.all(in: standing).first
    return HTTPAnswer(
      json: JSONWriter.object { writer in
        writer.field("done", "test")
        writer.field("url", context.settings.metaWebhooks.first)
        writer.field("answered", found == .answered)
        if case .other(let status) = found { writer.field("status", status) }
        writer.field(
          "sentence",
          trouble?.sentence ?? "They answer here; whether Meta reaches them only a webhook tells.")
        writer.field("remedy", trouble?.remedy)
      })
  }
}
