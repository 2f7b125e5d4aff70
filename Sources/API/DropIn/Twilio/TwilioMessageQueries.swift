internal import Domain
internal import Forms
internal import HTTP
internal import JSON
internal import Platform
internal import Providers
internal import Running
internal import SendStore
internal import Settings
internal import Store
internal import Time

/// One message, or a list of them, as Twilio's API shows them, takes them back and forgets them. What is no send of ours
/// is Twilio's to answer.
struct TwilioMessageQueries: Sendable {
  private let context: APIContext
  private let callers: TwilioCallers
  private let waiting: SendWaits
  private let passing: TwilioPassing

  init(_ context: APIContext, _ callers: TwilioCallers, _ waiting: SendWaits) {
    (self.context, self.callers, self.waiting) = (context, callers, waiting)
    passing = TwilioPassing(context.providers)
  }

  func add(to router: inout Router) {
    let prefix = context.prefix
    router.at("GET", prefix + TwilioPaths.messages) { head, parameters in
      door(head, parameters, .read) { request, caller, responder in
        list(request, caller, responder)
      }
    }
    router.at("GET", prefix + TwilioPaths.message) { head, parameters in
      message(head, parameters, .read) { _, asked, responder in
        waitFor(asked, responder) { store, send, sender throws(StoreError) in
          responder.answer(
            HTTPAnswer(json: TwilioMessageView(send, of: sender, at: try store.now()).json))
        }
      }
    }
    router.at("GET", prefix + TwilioPaths.media) { head, parameters in
      message(head, parameters, .read) { _, asked, responder in
        var asked = asked
        asked.isAboutMedia = true
        waitFor(asked, responder) { _, _, _ in responder.answer(TwilioRefused.unknown.answer) }
      }
    }
    router.at("POST", prefix + TwilioPaths.message) { head, parameters in
      do throws(TwilioRefused) { try TwilioPaths.checkForm(head) } catch {
        return .answer(error.answer)
      }
      return message(head, parameters, .send) { request, asked, responder in
        do throws(TwilioRefused) {
          let wish = try TwilioWish(request.body)
          var asked = asked
          asked.form = request.body
          change(asked, by: wish, responder)
        } catch { responder.answer(error.answer) }
      }
    }
    router.at("DELETE", prefix + TwilioPaths.message) { head, parameters in
      message(head, parameters, .send) { _, asked, responder in
        change(asked, by: .forget, responder)
      }
    }
  }

  /// Room for a status and an empty body.
  private static let bodyLimit = 8 << 10

  private func door(
    _ head: HTTPRequest, _ parameters: RouteParameters, _ scope: APIKey.Scope,
    _ handler: @escaping @Sendable (HTTPRequest, TwilioCaller, HTTPResponder) -> Void
  ) -> BodyPlan {
    do throws(TwilioRefused) {
      let caller = try callers.caller(of: head, account: parameters["account"] ?? "", for: scope)
      try callers.spend(1, of: caller)
      return .buffer(limit: Self.bodyLimit, from: .known) { request, responder in
        handler(request, caller, responder)
      }
    } catch { return .answer(error.answer) }
  }

  private func message(
    _ head: HTTPRequest, _ parameters: RouteParameters, _ scope: APIKey.Scope,
    _ handler: @escaping @Sendable (HTTPRequest, TwilioAsked, HTTPResponder) -> Void
  ) -> BodyPlan {
    door(head, parameters, scope) { request, caller, responder in
      let asked = TwilioAsked(request.method, parameters["message"] ?? "", caller)
      guard let asked else { return responder.answer(TwilioRefused.unknown.answer) }
      handler(request, asked, responder)
    }
  }

  /// One that was just made may not be in the store yet. What is not there, and cannot be about to be, is Twilio's.
  private func waitFor(
    _ asked: TwilioAsked, _ responder: HTTPResponder,
    _ proceed:
      @escaping @Sendable (SendStore, StoredSend, SenderSettings) throws(StoreError) -> Void
  ) {
    guard let id = asked.send else { return passing.pass(asked, responder) }
    let age = id.messageTime.map { context.door.now() - Timestamp(microseconds: $0) }
    waiting.wait(
      SendWaits.Waiter(
        id: id, state: .queued, deadline: waiting.now() + Self.patience(at: age),
        responder: responder, isVisible: { _ in true }, unavailable: TwilioRefused.later.answer
      ) { store, responder throws(StoreError) in
        guard let send = try store.send(id) else { return passing.pass(asked, responder) }
        guard let sender = asked.caller.sender(send.sender) else {
          return responder.answer(TwilioRefused.unknown.answer)
        }
        try proceed(store, send, sender)
      })
  }

  /// How long what is not in the store is looked for.
  static func patience(at age: Duration?) -> Duration {
    let isFresh = age.map { $0 < intakeTime } ?? true
    return isFresh ? .seconds(2) : .zero
  }

  /// In which what was taken is in the store, unless that is away.
  private static let intakeTime = Duration.seconds(300)

  private func change(
    _ asked: TwilioAsked, by wish: TwilioWish, _ responder: HTTPResponder
  ) {
    waitFor(asked, responder) { _, send, sender in
      let changes = TwilioChanges(context, passing)
      changes.change(send, of: sender, by: wish, responder)
    }
  }

  private func list(_ request: HTTPRequest, _ caller: TwilioCaller, _ responder: HTTPResponder) {
    let asked: TwilioList
    do throws(TwilioRefused) { asked = try TwilioList(request, caller) } catch {
      return responder.answer(error.answer)
    }
    context.requests.desk.answer(responder, unavailable: TwilioRefused.later.answer) { store in
      guard let json = try asked.answer(from: store) else {
        return TwilioRefused(20001, "PageToken is not one of this list").answer
      }
      return HTTPAnswer(json: json)
    }
  }
}

/// A question about one message.
struct TwilioAsked: Sendable {
  let method: String
  let sid: ProviderID
  let caller: TwilioCaller
  /// nil where the sid cannot be one of ours.
  let send: SendID?
  var isAboutMedia = false
  /// nil for what has no body.
  var form: [UInt8]?

  /// nil where the path names no message in JSON.
  init?(_ method: String, _ name: String, _ caller: TwilioCaller) {
    let sid = ProviderID(name.hasSuffix(".json") ? String(name.dropLast(5)) : name)
    guard sid.isMessageSid else { return nil }
    (self.method, self.sid, self.caller) = (method, sid, caller)
    send = SendID(messageSid: sid.text)
  }
}

/// What may be done with a message that there is.
enum TwilioWish: Sendable {
  case cancel, redact, forget

  init(_ body: [UInt8]) throws(TwilioRefused) {
    let pairs = DecodedForm(body[...], atMost: 100)
    let fields = pairs.pairs.map { pair in
      (
        name: String(decoding: pairs.bytes[pair.name], as: UTF8.self),
        value: String(decoding: pairs.bytes[pair.value], as: UTF8.self)
      )
    }
    if let other = fields.first(where: { !["Body", "Status"].contains($0.name) }) {
      throw TwilioRefused(20001, "The parameter \(other.name.prefix(64)) is not served here")
    }
    if let status = fields.first(where: { $0.name == "Status" }) {
      guard status.value == "canceled" else {
        throw TwilioRefused(20001, "Status must be canceled")
      }
      self = .cancel
    } else if let body = fields.first(where: { $0.name == "Body" }) {
      guard body.value.isEmpty else {
        throw TwilioRefused(20001, "Body must be empty: it can only be redacted")
      }
      self = .redact
    } else {
      throw TwilioRefused(20001, "Body or Status is needed")
    }
  }
}
