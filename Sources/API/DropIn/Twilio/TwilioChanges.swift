internal import Domain
internal import HTTP
internal import Providers
internal import Running
internal import SendStore
internal import Settings
internal import Store

/// Takes a send back, or forgets it or its words: at Twilio first, so that nothing is said to be forgotten that is not.
struct TwilioChanges: Sendable {
  private let context: APIContext
  private let passing: TwilioPassing

  init(_ context: APIContext, _ passing: TwilioPassing) {
    (self.context, self.passing) = (context, passing)
  }

  func change(
    _ send: StoredSend, of sender: SenderSettings, by wish: TwilioWish, _ responder: HTTPResponder
  ) {
    let desk = context.requests.desk
    let later = TwilioRefused.later.answer
    guard wish != .cancel else {
      return desk.answer(responder, unavailable: later) { store in
        // One that was taken back before is not taken back again.
        guard send.progress.state == .queued, try store.cancel(send.id) == .canceled else {
          return Self.gone.answer
        }
        return try Self.shown(send.id, of: sender, in: store)
      }
    }
    guard send.progress.state.rank >= SendState.accepted.rank else {
      return responder.answer(Self.unfinished.answer)
    }
    desk.find(responder, unavailable: later, { try $0.providerIDs(of: send.id).map(\.id) }) { ids in
      passing.answer(responder) { asking throws(TwilioRefused) in
        for id in ids {
          let form = wish == .redact ? Array("Body=".utf8) : nil
          let answer = try TwilioPassing.ask(
            wish == .redact ? "POST" : "DELETE", id, form: form, of: sender, by: asking)
          let isDone = (200..<300).contains(answer.status) || answer.status == 404
          guard isDone else { return TwilioPassing.relayed(answer) }
        }
        return try settle(send.id, of: sender, wish)
      }
    }
  }

  private func settle(
    _ id: SendID, of sender: SenderSettings, _ wish: TwilioWish
  ) throws(TwilioRefused) -> HTTPAnswer {
    guard let store = context.door.store.opened else { throw .later }
    do throws(StoreError) {
      let outcome = wish == .redact ? try store.redact(id) : try store.forget(id)
      switch outcome {
      case .missing: return TwilioRefused.unknown.answer
      case .busy: return Self.unfinished.answer
      case .done: break
      }
      return wish == .redact
        ? try Self.shown(id, of: sender, in: store) : HTTPAnswer(status: 204)
    } catch { throw .later }
  }

  private static func shown(
    _ id: SendID, of sender: SenderSettings, in store: SendStore
  ) throws(StoreError) -> HTTPAnswer {
    guard let send = try store.send(id) else { return TwilioRefused.unknown.answer }
    return HTTPAnswer(json: TwilioMessageView(send, of: sender, at: try store.now()).json)
  }

  private static let gone = TwilioRefused(
    30409, status: 409, "The message cannot be canceled: it does not wait any more")
  private static let unfinished = TwilioRefused(
    20009, status: 409, "The message cannot be changed or deleted before it is complete")
}
