internal import Domain
internal import Events
internal import HTTP
internal import JSON
internal import Providers
internal import Running
internal import SendStore
internal import Settings
internal import Telemetry
internal import Time

/// `POST /2010-04-01/Accounts/{account}/Messages.json`: a message as Twilio's API takes it, which goes the way of every
/// send.
struct TwilioMessageRoutes: Sendable {
  private let context: APIContext
  private let desk: SendDesk
  private let callers: TwilioCallers
  private let seal: SecretSeal
  private let optOuts: OptOutLookup

  init(
    _ context: APIContext, _ callers: TwilioCallers, _ known: KeyLookup, _ optOuts: OptOutLookup
  ) {
    (self.context, self.callers, self.optOuts) = (context, callers, optOuts)
    desk = SendDesk(context.door, known)
    seal = SecretSeal(context.settings)
  }

  /// Of a form with one message.
  static let bodyLimit = 64 << 10

  func add(to router: inout Router) {
    router.at("POST", context.prefix + TwilioPaths.messages) { head, parameters in
      do throws(TwilioRefused) {
        let caller = try callers.caller(
          of: head, account: parameters["account"] ?? "", for: .send)
        try TwilioPaths.checkForm(head)
        return .buffer(limit: Self.bodyLimit, from: .known) { request, responder in
          guarded(responder) { () throws(TwilioRefused) in try take(request, caller, responder) }
        }
      } catch {
        desk.refused.add()
        return .answer(error.answer)
      }
    }
  }

  private func guarded(_ responder: HTTPResponder, _ body: () throws(TwilioRefused) -> Void) {
    do throws(TwilioRefused) { try body() } catch { refuse(error, responder) }
  }

  private func refuse(_ refused: TwilioRefused, _ responder: HTTPResponder) {
    desk.refused.add()
    responder.answer(refused.answer)
  }

  private func take(
    _ request: HTTPRequest, _ caller: TwilioCaller, _ responder: HTTPResponder
  ) throws(TwilioRefused) {
    let now = context.door.now()
    let asked = try TwilioCreate(request.body, at: now)
    let sender = try TwilioSenderChoice(senders: caller.senders).sender(for: asked)
    let intake = SendIntake(
      choice: SenderChoice([sender], default: sender.sender.id, for: nil),
      idempotencyKey: try Self.idempotencyKey(of: request, caller), isTemplate: false, now: now,
      hasBuckets: context.settings.gcs != nil, templates: context.door.templates)
    var events = try TwilioIntake(intake).events(asked, from: sender)
    try report(asked, to: &events, sender, caller)
    try callers.spend(events.count, of: caller)
    let taken = events
    optOuts.find([OptOutQuestion(sender.sender.id, taken[0].to)]) { found in
      guard found?.isEmpty ?? true else {
        return refuse(
          TwilioRefused(21610, "Attempt to send to unsubscribed recipient"), responder)
      }
      append(taken, intake, request, sender, responder)
    }
  }

  private func append(
    _ events: [SendEvent], _ intake: SendIntake, _ request: HTTPRequest, _ sender: SenderSettings,
    _ responder: HTTPResponder
  ) {
    desk.withoutReusedKey(intake, events) { reused in
      guard reused.isEmpty else {
        return refuse(
          TwilioRefused(
            20409, status: 409,
            "The idempotency key was used for another request before; a new request needs a new key"
          ),
          responder)
      }
      desk.append(
        events, of: request, since: intake.now, responder, failed: TwilioRefused.later.answer
      ) {
        HTTPAnswer(status: 201, json: TwilioMessageView(events[0], of: sender).json)
      }
    }
  }

  /// The first file's message is the one whose sid is told, and so the one that is called back about. When it expires
  /// is no part of the request, which would be another one each time that it comes.
  private func report(
    _ asked: TwilioCreate, to events: inout [SendEvent], _ sender: SenderSettings,
    _ caller: TwilioCaller
  ) throws(TwilioRefused) {
    if let validity = asked.validity {
      for place in events.indices { events[place].expires = events[place].due + validity }
    }
    let own = sender.statusCallbacks
    guard let text = asked.callback ?? own.address,
      let address = StatusCallbackAddress(text)
    else { return }
    guard !address.isPrivate || own.privateHosts.contains(address.host) else {
      throw TwilioRefused(
        21609,
        "The StatusCallback is at a private address, which is not in statusCallbacks.privateHosts of the sender"
      )
    }
    let said = TwilioContentView(SendContent(json: events[0].request))
    let report = TwilioReport(
      to: address, account: caller.account, service: said.service ?? sender.ownService,
      hasMedia: said.hasMedia, signedBy: caller.token)
    // Without a key it is as readable as the request's own text.
    let content = seal.content(report.json, of: events[0].id, isSecret: false)
    events[0].report = content.map {
      SendReport(.twilio, of: TwilioReport.news, $0, queue: caller.account).json
    }
  }

  /// Twilio's own header, or the usual one; nil where the request has neither.
  private static func idempotencyKey(
    of request: HTTPRequest, _ caller: TwilioCaller
  ) throws(TwilioRefused) -> String? {
    let given =
      request.headers.first("I-Twilio-Idempotency-Token")
      ?? request.headers.first("Idempotency-Key")
    guard let given else { return nil }
    guard (1...255).contains(given.utf8.count) else {
      throw TwilioRefused(20001, "An idempotency key must have 1 to 255 bytes")
    }
    return "twilio:\(caller.account):\(given)"
  }
}

/// Reads what was asked by the rules of every send, and tells its faults by Twilio's codes.
struct TwilioIntake {
  private let intake: SendIntake

  init(_ intake: SendIntake) { self.intake = intake }

  func events(
    _ asked: TwilioCreate, from sender: SenderSettings
  ) throws(TwilioRefused) -> [SendEvent] {
    var events: [SendEvent] = []
    for (place, request) in asked.requests(to: sender.sender.id).enumerated() {
      do throws(FieldFaults) {
        guard let root = JSONValue(whole: request) else { throw FieldFaults("", "cannot be read") }
        events += try intake.events(root, item: place).events
      } catch { throw Self.refused(error, asked) }
    }
    return events
  }

  static func refused(_ faults: FieldFaults, _ asked: TwilioCreate) -> TwilioRefused {
    guard let first = faults.all.first else { return TwilioRefused(20001, "The request is wrong") }
    let place = first.pointer.split(separator: "/").first ?? ""
    switch place {
    case "to":
      return TwilioRefused(21211, "Invalid 'To' Phone Number: \(asked.to.prefix(64))")
    case "body":
      return TwilioRefused(21618, "The message body cannot be sent: it \(first.detail)")
    case "template", "template_name":
      return TwilioRefused(21655, "The ContentSid is invalid: it \(first.detail)")
    case "parameters":
      return TwilioRefused(
        21656, "The ContentVariables Parameter is invalid: \(first.pointer) \(first.detail)")
    case "sendAt": return TwilioRefused(35114, "SendAt \(first.detail)")
    default:
      return Media.Kind(rawValue: String(place)) == nil
        ? TwilioRefused(20001, "\(first.pointer) \(first.detail)")
        : TwilioRefused(21620, "Invalid media URL(s): \(first.detail)")
    }
  }
}
