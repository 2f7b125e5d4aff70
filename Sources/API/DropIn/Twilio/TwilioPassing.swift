internal import Domain
internal import HTTP
internal import Providers
internal import Running
internal import Settings

/// Asks Twilio what it alone can tell, with the account's own credentials, and hands its answer on as it came.
struct TwilioPassing: Sendable {
  private let providers: ProviderDesk

  init(_ providers: ProviderDesk) { self.providers = providers }

  /// A key of ours that may not use all of the account sees none of what others of it have there.
  func pass(_ asked: TwilioAsked, _ responder: HTTPResponder) {
    guard asked.caller.ownsAccount, let sender = asked.caller.senders.first else {
      return responder.answer(TwilioRefused.unknown.answer)
    }
    answer(responder) { asking throws(TwilioRefused) in
      Self.relayed(
        try Self.ask(
          asked.method, asked.sid, isAboutMedia: asked.isAboutMedia, form: asked.form, of: sender,
          by: asking))
    }
  }

  func answer(
    _ responder: HTTPResponder,
    _ body: @escaping @Sendable (ProviderAsking) throws(TwilioRefused) -> HTTPAnswer
  ) {
    providers.answer(responder, busy: TwilioRefused.busy.answer) { asking in
      do throws(TwilioRefused) { return try body(asking) } catch { return error.answer }
    }
  }

  static func ask(
    _ method: String, _ sid: ProviderID, isAboutMedia: Bool = false, form: [UInt8]? = nil,
    of sender: SenderSettings, by asking: ProviderAsking
  ) throws(TwilioRefused) -> ProviderAnswer {
    guard case .twilio(let own) = sender.credentials else { throw .unknown }
    let request = TwilioRequest.passing(
      method, sid, isAboutMedia: isAboutMedia, form: form, account: own.account)
    do throws(Problem) { return try asking.ask(request, of: sender) } catch {
      throw TwilioRefused(20503, status: error.status, error.detail ?? error.title)
    }
  }

  static func relayed(_ answer: ProviderAnswer) -> HTTPAnswer {
    let kept = ["Content-Type", "Retry-After", "Twilio-Request-Id"].compactMap { name in
      answer.header(name).map { HTTPHeader(name, $0) }
    }
    return HTTPAnswer(status: answer.status, headers: kept, body: answer.body)
  }
}
