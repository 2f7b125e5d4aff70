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

/// `POST /v{version}/{phone}/messages`: a message as Meta's API takes it, which goes the way of every send; or a mark as
/// read, which goes to Meta at once.
struct MetaMessageRoutes: Sendable {
  private let context: APIContext
  private let desk: SendDesk
  private let callers: MetaCallers
  private let optOuts: OptOutLookup
  private let passing: MetaPassing

  init(_ context: APIContext, _ callers: MetaCallers, _ known: KeyLookup, _ optOuts: OptOutLookup) {
    (self.context, self.callers, self.optOuts) = (context, callers, optOuts)
    desk = SendDesk(context.door, known)
    passing = MetaPassing(context.providers)
  }

  /// Of one message.
  static let bodyLimit = 256 << 10

  func add(to router: inout Router) {
    router.at("POST", context.prefix + MetaPaths.messages) { head, parameters in
      do throws(MetaRefused) {
        let caller = try callers.caller(of: head, parameters, for: .send)
        let phone = parameters["phone"] ?? ""
        guard let number = caller.number(phone) else { throw .unknownObject(phone) }
        guard head.mediaType == "application/json" else {
          throw .parameter("The Content-Type must be application/json")
        }
        return .buffer(limit: Self.bodyLimit, from: .known) { request, responder in
          do throws(MetaRefused) { try take(request, caller, number, responder) } catch {
            refuse(error, responder)
          }
        }
      } catch {
        desk.refused.add()
        return .answer(error.answer)
      }
    }
  }

  private func refuse(_ refused: MetaRefused, _ responder: HTTPResponder) {
    desk.refused.add()
    responder.answer(refused.answer)
  }

  private func take(
    _ request: HTTPRequest, _ caller: MetaCaller, _ number: MetaCallerNumber,
    _ responder: HTTPResponder
  ) throws(MetaRefused) {
    let root: JSONValue
    do throws(NotJSON) { root = try JSONDocument.ofCaller(request.body).root } catch {
      throw .parameter("The body is \(error).")
    }
    guard root.kind == .object else { throw .parameter("The body must be an object.") }
    let unstorable = FieldFaults.unstorable(in: root)
    guard unstorable.isEmpty else { throw MetaRefused(unstorable) }
    if let read = try MetaRead(root) {
      try callers.spend(1, of: caller)
      return pass(read, of: number, responder)
    }
    let asked = try MetaCreate(root)
    let intake = MetaIntake(
      key: caller.key, number: number.settings, context: context,
      idempotencyKey: try Self.idempotencyKey(of: request, number))
    let event = try intake.event(asked)
    try callers.spend(1, of: caller)
    optOuts.find([OptOutQuestion(event.sender, event.to)]) { found in
      guard found?.isEmpty ?? true else {
        return refuse(
          MetaRefused(
            131050, "User has stopped marketing messages",
            "The person wants nothing more from this number."), responder)
      }
      append(event, by: intake.reading, asked, request, responder)
    }
  }

  private func pass(_ read: MetaRead, of number: MetaCallerNumber, _ responder: HTTPResponder) {
    passing.answer(responder) { asking throws(MetaRefused) in
      MetaPassing.relayed(
        try MetaPassing.ask(
          MetaRequest.markRead(read.message, isTyping: read.isTyping, from: number.own),
          of: number, by: asking))
    }
  }

  private func append(
    _ event: SendEvent, by intake: SendIntake, _ asked: MetaCreate, _ request: HTTPRequest,
    _ responder: HTTPResponder
  ) {
    desk.withoutReusedKey(intake, [event]) { reused in
      guard reused.isEmpty else {
        return refuse(
          MetaRefused(
            100, status: 409, "Invalid parameter",
            "The Idempotency-Key was used for another request before; a new request needs a new key."
          ), responder)
      }
      desk.append(
        [event], of: request, since: intake.now, responder, failed: MetaRefused.later.answer
      ) {
        HTTPAnswer(json: Self.taken(event, asked))
      }
    }
  }

  /// As Meta answers.
  static func taken(_ event: SendEvent, _ asked: MetaCreate) -> [UInt8] {
    JSONWriter.object { writer in
      writer.field("messaging_product", "whatsapp")
      writer.name("contacts")
      writer.array { writer in
        writer.object { writer in
          writer.field("input", asked.to)
          if event.to.text.hasPrefix("+") {
            writer.field("wa_id", String(event.to.text.dropFirst()))
          } else {
            writer.field("user_id", event.to.text)
          }
        }
      }
      writer.name("messages")
      writer.array { writer in
        writer.object { writer in
          writer.field("id", event.id.wamid.text)
          if asked.type == "template" { writer.field("message_status", "accepted") }
        }
      }
    }
  }

  private static func idempotencyKey(
    of request: HTTPRequest, _ number: MetaCallerNumber
  ) throws(MetaRefused) -> String? {
    guard let given = request.headers.first("Idempotency-Key") else { return nil }
    guard (1...255).contains(given.utf8.count) else {
      throw .parameter("Idempotency-Key must have 1 to 255 bytes.")
    }
    return "meta:\(number.own.phoneNumberID):\(given)"
  }
}
