internal import Domain
internal import HTTP
internal import Providers
internal import Running
internal import Settings

/// Has Meta tell us what happens, or somebody else.
struct WebhookSetting {
  private let context: APIContext
  private let number: MetaNumber
  private let key: APIKey
  private let asking: ProviderAsking

  init(_ context: APIContext, _ number: MetaNumber, _ key: APIKey, _ asking: ProviderAsking) {
    (self.context, self.number) = (context, number)
    (self.key, self.asking) = (key, asking)
  }

  func perform(_ action: WebhookDemand.Action, at level: WebhookDemand.Level?) throws {
    switch (action, level) {
    case (.set, _):
      try refuseShared("app") { $0.own.appId }
      let (app, address) = (try app, try address)
      try demand(app.subscribe(to: address.url, verifyToken: address.verifyToken))
      // Without it the app is not told of this account's news.
      if number.own.wabaId != nil { try demand(number.meta.subscribe(to: try account, nil)) }
    case (.override, .phone): try demand(number.meta.override(try address))
    case (.removeOverride, .phone): try demand(number.meta.override(nil))
    case (.override, _): try subscribe(try address)
    // A subscription without an override takes the one that there is away.
    case (.subscribe, _), (.removeOverride, _): try subscribe(nil)
    case (.test, _): break
    }
  }

  private func subscribe(_ override: WebhookOverride?) throws {
    try refuseShared("account") { $0.own.wabaId }
    try demand(number.meta.subscribe(to: try account, override))
  }

  private var app: MetaApp {
    get throws {
      guard let app = number.app else { throw lacking("has no appId and appSecret") }
      return app
    }
  }

  private var account: String {
    get throws {
      guard let account = number.own.wabaId else { throw lacking("has no wabaId") }
      return account
    }
  }

  private var address: WebhookOverride {
    get throws {
      guard let url = context.settings.metaWebhooks.first else {
        throw NumberRequest.refuse(FieldFaults("", "cannot be done: publicURL is not set"))
      }
      guard let token = number.own.verifyToken else { throw lacking("has no verifyToken") }
      return WebhookOverride(url: url, verifyToken: token)
    }
  }

  private func lacking(_ what: String) -> StoreQueries.Refused {
    NumberRequest.refuse(FieldFaults("/sender", "\(what) in the settings"))
  }

  /// What stands for several tenants is nothing that one of them may change.
  private func refuseShared(_ what: String, _ id: (MetaNumber) -> String?) throws {
    let own = id(number)
    let isShared = context.settings.senders.compactMap(MetaNumber.init).contains {
      own != nil && id($0) == own && !context.requests.isVisible($0.id, to: key)
    }
    guard isShared else { return }
    throw NumberRequest.refuse(
      FieldFaults(
        "/sender",
        "shares its \(what) with senders of other tenants: a key of all tenants may change it"))
  }

  private func demand(_ question: ProviderRequest) throws {
    let answer = try asking.ask(question, of: number.sender)
    do { try MetaAnswer.done(answer) } catch { throw ProviderAsking.refused(error) }
  }
}
