internal import Events
internal import Domain
internal import JSON
internal import Providers
internal import SendStore

/// Turns what a provider told of a message into what the store is to make of it.
struct CallbackJudge {
  private let table: ErrorTable
  /// Attempts of callbacks that carry none of ours, by the provider's id.
  private let attempts: [ProviderID: AttemptID]
  /// Sends that have a template to go out as, where free text does not reach a person.
  private let withFallback: Set<SendID>
  /// Attempts that their provider took and did not send: what it says of the template is then said of them for good.
  private let dropped: Set<AttemptID>
  private var random = SystemRandomNumberGenerator()

  init(
    _ attempts: [ProviderID: AttemptID], withFallback: Set<SendID> = [],
    dropped: Set<AttemptID> = [], table: ErrorTable = .shared
  ) {
    self.attempts = attempts
    self.withFallback = withFallback
    self.dropped = dropped
    self.table = table
  }

  /// nil where the callback moves nothing.
  mutating func report(_ callback: ProviderCallback) -> CallbackReport? {
    switch callback.meaning {
    case .nothing: nil
    case .wentOut(let reached):
      CallbackReport(
        callback, .wentOut(reached), code: callback.code.map(String.init),
        detail: callback.detail(nil), [])
    case .failed(.canceled):
      CallbackReport(
        callback, .failed(.canceled, againAfter: nil), code: callback.code.map(String.init),
        detail: callback.detail(nil), [])
    case .failed(let state): failed(callback, state)
    }
  }

  private mutating func failed(_ callback: ProviderCallback, _ state: SendState) -> CallbackReport {
    let attempt = (callback.attempt ?? attempts[callback.providerID])?.number ?? 1
    var verdict = table.verdict(
      callback.provider, code: callback.code, text: callback.text, attempts: attempt)
    let named = callback.attempt ?? attempts[callback.providerID]
    let isDrop = callback.mayBeDrop && named.map(dropped.contains) ?? false
    if isDrop { verdict = .final(verdict.failure.asDropped) }
    var wait: Duration?
    var consequences = verdict.failure.consequences
    switch verdict {
    case .final(let failure):
      let send = (callback.attempt ?? attempts[callback.providerID])?.send
      if failure.advice.contains(.useTemplate), let send, withFallback.contains(send) {
        wait = .zero
      }
    case .stopLane(let failure):
      wait = .zero
      consequences.append(.stopLane(because: failure.sentence))
    case .again(let rule, let holding, let failure):
      let span = rule.span(failures: attempt, using: &random)
      wait = span
      if let wider = Consequence.Holding(holding) {
        consequences.append(.hold(wider, for: span, because: failure.sentence))
      }
    }
    var report = CallbackReport(
      callback, .failed(state, againAfter: wait), code: verdict.failure.code,
      detail: callback.detail(verdict.failure), consequences)
    report.isDrop = isDrop
    return report
  }
}

extension CallbackReport {
  fileprivate init(
    _ callback: ProviderCallback, _ status: Status, code: String?, detail: HistoryDetail?,
    _ consequences: [Consequence]
  ) {
    self.init(
      attempt: callback.attempt, providerID: callback.providerID, provider: callback.provider,
      account: callback.account, address: callback.phoneNumberID, tenant: callback.tenant,
      status: status, providerAt: callback.providerAt, code: code, detail: detail,
      consequences: consequences)
  }
}

extension ProviderCallback {
  /// What is kept of it beside the state; nil where that says it all.
  fileprivate func detail(_ failure: Failure?) -> HistoryDetail? {
    let isOwnWord =
      switch meaning {
      case .wentOut(let reached): reached.state.name == status
      case .failed(let state): state.name == status
      case .nothing: false
      }
    let saysMore = text != nil || pricing != nil || conversation != nil
    guard !isOwnWord || saysMore || failure != nil else { return nil }
    let json = JSONWriter.object { writer in
      writer.field("reason", failure?.sentence)
      writer.field("providerText", failure?.providerText ?? text)
      if !isOwnWord { writer.field("status", status) }
      writer.field("pricing", json: pricing)
      writer.field("conversation", json: conversation)
    }
    return HistoryDetail(json: json)
  }
}
