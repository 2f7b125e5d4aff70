internal import Domain
internal import Events
internal import HTTP
internal import JSON
internal import Running
internal import SendStore
internal import Settings
internal import Time

/// Somebody whom the deliveries of one queue are for: a tenant with an action, the system whose SMS provider a
/// sender is, or those who send as an account of Twilio's.
struct Addressee {
  private enum Kind {
    /// With the numbers by which Meta shows senders, where it wants to be told of them.
    case action(ActionSettings, WebhookSignature, shown: [SenderID: String])
    case reports(SenderSettings, SecretSeal, token: Secret?)
    case callbacks(StatusCallbacks)
  }

  /// Its name in the store: a tenant's own, or the one for the reports of a sender.
  let queue: Tenant
  let rate: Rate?
  /// How many may be under way at a time.
  let inFlight: Int
  private let kind: Kind

  init(_ action: ActionSettings, _ signature: WebhookSignature, shown: [SenderID: String] = [:]) {
    (queue, rate, inFlight) = (action.tenant, action.rate, action.inFlight)
    kind = .action(action, signature, shown: shown)
  }

  /// The token stands in for those that came with messages.
  init(reportsOf sender: SenderSettings, _ seal: SecretSeal, token: Secret?) {
    queue = .reports(of: sender.sender.id)
    (rate, inFlight) = (nil, Self.reportsInFlight)
    kind = .reports(sender, seal, token: token)
  }

  /// The hosts of such callbacks are spared one by one.
  init(_ callbacks: StatusCallbacks) {
    queue = .statusCallbacks(of: callbacks.account)
    (rate, inFlight) = (nil, Self.callbacksInFlight)
    kind = .callbacks(callbacks)
  }

  private static let reportsInFlight = 8
  private static let callbacksInFlight = 64

  enum Post {
    /// With its host, where that has a breaker of its own.
    case call(HTTPCall, host: String? = nil)
    /// Nobody asked for it.
    case nothing
    case dead(because: String)
  }

  func post(_ delivery: ClaimedDelivery, at now: Timestamp) -> Post {
    switch kind {
    case .action(let action, _, _) where action.format == .twilio:
      return TwilioAction(action).post(delivery)
    case .action(let action, _, let shown) where action.format == .meta:
      return MetaAction(action, shown: shown).post(delivery)
    case .action(let action, let signature, _):
      let signed = signature.headers(id: delivery.id, at: now, delivery.body)
      return .call(
        HTTPCall(
          method: "POST", url: action.url.description,
          headers: [HTTPHeader("Content-Type", "application/json")]
            + signed.map { HTTPHeader($0.name, $0.value) },
          body: delivery.body))
    case .reports(let sender, let seal, let token): return report(delivery, sender, seal, token)
    case .callbacks(let callbacks): return callbacks.post(delivery)
    }
  }

  var isOftenIdle: Bool { if case .callbacks = kind { true } else { false } }

  private func report(
    _ delivery: ClaimedDelivery, _ sender: SenderSettings, _ seal: SecretSeal, _ token: Secret?
  ) -> Post {
    guard let state = state(in: delivery) else {
      return .dead(because: "this version cannot read the report")
    }
    guard let content = seal.open(state.report.content, of: state.send) else {
      return .dead(because: "no key of secretsKey opens the report")
    }
    let value = JSONValue(whole: content)
    switch state.report.format {
    case .bitrix24:
      guard let report = value.flatMap({ Bitrix24Report($0) }) else {
        return .dead(because: "this version cannot read the report")
      }
      // The settings may have changed since the message was taken.
      guard let portal = sender.smsProvider?.bitrix24?.portal,
        report.endpoint.isSamePlace(as: portal)
      else { return .dead(because: "the portal of the settings is another one") }
      return .call(report.call(state.news, with: token))
    case .kannel:
      guard let report = value.flatMap({ KannelReport($0) }) else {
        return .dead(because: "this version cannot read the report")
      }
      guard let host = report.host,
        sender.smsProvider?.kannel?.reportHosts.contains(host) == true
      else { return .dead(because: "the host of dlr-url is not in reportHosts of the settings") }
      return report.call(state, from: sender.sender.address).map { .call($0) } ?? .nothing
    // They have a queue of their own.
    case .twilio: return .nothing
    }
  }

  /// What the answer wants to be sent back.
  func replies(
    to delivery: ClaimedDelivery, _ outcome: HTTPOutcome, _ actions: ActionBook, at now: Timestamp
  ) throws(TwilioAction.Refused) -> [SendEvent] {
    guard case .action(let action, _, _) = kind, action.format == .twilio,
      case .answered(let answer) = outcome
    else { return [] }
    return try TwilioAction(action).replies(to: delivery, answer, actions, at: now)
  }

  /// What an answer means here, where it is another thing than for a tenant's action.
  func verdict(
    _ outcome: HTTPOutcome, to delivery: ClaimedDelivery, otherwise usual: TenantQueue.Verdict
  ) -> TenantQueue.Verdict {
    if case .callbacks(let callbacks) = kind { return callbacks.verdict(outcome, to: delivery) }
    guard case .answered(let answer) = outcome, (400..<500).contains(answer.status),
      ![408, 429].contains(answer.status), state(in: delivery)?.report.format == .bitrix24
    else { return usual }
    guard answer.status != 401 else {
      return .dropped(because: "the access token that came with the message is over")
    }
    // Asking again would be answered the same.
    let error = JSONValue(whole: answer.body)?["error"]?.string ?? "\(answer.status)"
    return .dead(because: "the portal refused it: \(error.prefix(80))")
  }

  /// Asks for a token in place of the one that is over; nil where there is none to be had.
  func refresh(for delivery: ClaimedDelivery) -> HTTPCall? {
    guard case .reports(let sender, let seal, _) = kind, delivery.tries < Self.refreshTries,
      let own = sender.smsProvider?.bitrix24,
      let state = state(in: delivery),
      let content = seal.open(state.report.content, of: state.send)
    else { return nil }
    return JSONValue(whole: content).flatMap { Bitrix24Report($0) }?.refresh(own)
  }

  private static let refreshTries = 5

  /// nil in an action's delivery.
  private func state(in delivery: ClaimedDelivery) -> ReportedState? {
    guard case .reports = kind else { return nil }
    return JSONValue(whole: delivery.body).flatMap { ReportedState($0) }
  }
}
