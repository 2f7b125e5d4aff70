internal import Domain
internal import Events
internal import HTTP
internal import JSON
internal import Providers
internal import Running
internal import SendStore
internal import Settings

/// Tells those who send as an account of Twilio's what becomes of their messages, as Twilio would: as often, and no
/// oftener.
struct StatusCallbacks {
  let account: AccountID
  private let senders: [SenderSettings]
  private let seal: SecretSeal

  init(_ account: AccountID, _ senders: [SenderSettings], _ seal: SecretSeal) {
    (self.account, self.senders, self.seal) = (account, senders, seal)
  }

  /// nil where this version cannot read it, or no key opens it.
  func report(
    in delivery: ClaimedDelivery
  ) -> (state: ReportedState, report: TwilioReport)? {
    guard let state = JSONValue(whole: delivery.body).flatMap({ ReportedState($0) }),
      let content = seal.open(state.report.content, of: state.send),
      let report = JSONValue(whole: content).flatMap({ TwilioReport($0) })
    else { return nil }
    return (state, report)
  }

  func post(_ delivery: ClaimedDelivery) -> Addressee.Post {
    guard let (state, report) = report(in: delivery) else {
      return .dead(because: "no key of secretsKey opens the report, or it is of a later version")
    }
    guard let sender = senders.first(where: { $0.sender.id == state.sender }),
      case .twilio(let own) = sender.credentials, let token = report.token(among: own.authTokens)
    else { return .dead(because: "the sender is not in the settings any more") }
    let address = report.address
    let mayBePrivate = sender.statusCallbacks.privateHosts.contains(address.host)
    // The settings may have changed since the message was taken.
    guard mayBePrivate || !address.isPrivate else {
      return .dead(because: "\(address.host) is private, and not in privateHosts of the settings")
    }
    var call = report.call(state, from: sender.sender, signedBy: token)
    call.isPublicOnly = !mayBePrivate
    return .call(call, host: address.host)
  }

  func verdict(_ outcome: HTTPOutcome, to delivery: ClaimedDelivery) -> TenantQueue.Verdict {
    if case .notSent(.privateAddress) = outcome {
      return .dropped(because: "its host leads to a private address")
    }
    guard let failure = CallbackOverrides.Failure(outcome) else {
      if case .answered = outcome { return .delivered }
      return .again(after: Self.pause)
    }
    let overrides = report(in: delivery)?.report.address.overrides ?? CallbackOverrides()
    return overrides.repeats(failure, after: delivery.tries)
      ? .again(after: Self.pause)
      : .dropped(because: "its address did not take it: \(failure.rawValue)")
  }

  private static let pause = Duration.seconds(1)
}
