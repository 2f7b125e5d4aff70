internal import Crypto
internal import Events
internal import Running
internal import Settings
internal import Telemetry
internal import Domain
internal import HTTP
internal import JSON

/// `GET` and `POST /cgi-bin/sendsms`, as Kannel's smsbox serves them.
struct KannelDoor: Sendable {
  private let context: APIContext
  private let desk: SendDesk
  private let seal: SecretSeal
  private let senders: [SenderSettings]

  init(_ context: APIContext, _ desk: SendDesk) {
    (self.context, self.desk) = (context, desk)
    seal = SecretSeal(context.settings)
    senders = context.settings.senders.filter { $0.smsProvider?.kannel != nil }
  }

  private struct Refused: Error {
    let status: Int
    let sentence: String
  }

  func plan(_ head: HTTPRequest) -> BodyPlan {
    let limit = SMSProviderRoutes.bodyLimit
    guard head.method == "POST" else {
      let own = senders(for: KannelParameters(query: head.target.queryBytes, form: []))
      guard !own.isEmpty else { return .answer(refusal(Self.stranger)) }
      return .buffer(limit: limit, from: .known) { request, responder in
        answer(request, form: [], responder)
      }
    }
    let type = head.mediaType
    guard type == nil || type == "application/x-www-form-urlencoded" else {
      return .answer(
        refusal(
          Refused(
            status: 415,
            sentence:
              "Unsupported content-type, rejected: write the parameters as a form, or into the query"
          )))
    }
    return .buffer(limit: limit) { request, responder in
      answer(request, form: request.body, responder)
    }
  }

  private static let stranger = Refused(
    status: 403, sentence: "Authorization failed for sendsms")

  private func refusal(_ refused: Refused) -> HTTPAnswer {
    desk.refused.add()
    return HTTPAnswer(status: refused.status, text: refused.sentence)
  }

  private func answer(_ request: HTTPRequest, form: [UInt8], _ responder: HTTPResponder) {
    do throws(Refused) { try take(request, form, responder) } catch {
      responder.answer(refusal(error))
    }
  }

  private func take(
    _ request: HTTPRequest, _ form: [UInt8], _ responder: HTTPResponder
  ) throws(Refused) {
    let parameters = KannelParameters(query: request.target.queryBytes, form: form)
    let own = senders(for: parameters)
    guard !own.isEmpty else { throw Self.stranger }
    let intake = try intake(request, own)
    let asked: KannelRequest
    let events: [SendEvent]
    do throws(KannelRequest.Fault) {
      asked = try KannelRequest(parameters)
      events = try read(asked, by: intake, own)
    } catch { throw Refused(status: 400, sentence: error.sentence) }
    let answer = HTTPAnswer(
      status: 202,
      text: asked.isDeferred ? "3: Queued for later delivery" : "0: Accepted for delivery")
    desk.withoutReusedKey(intake, events) { reused in
      guard reused.isEmpty else {
        return responder.answer(
          refusal(
            Refused(
              status: 400,
              sentence:
                "Idempotency-Key was used for another request before; a new request needs a new key"
            )))
      }
      desk.append(events, of: request, since: intake.now, responder, failed: Self.later) { answer }
    }
  }

  private static let later = HTTPAnswer(
    status: 503,
    headers: [HTTPHeader("Content-Type", "text/plain"), HTTPHeader("Retry-After", "2")],
    body: Array("Temporal failure, try again later.".utf8))

  /// Those whose credentials these are; none for a stranger. Each is looked at: how long it takes tells nothing.
  private func senders(for parameters: KannelParameters) -> [SenderSettings] {
    let (username, password) = (parameters.username ?? "", parameters.password ?? Secret(""))
    return senders.filter { sender in
      guard let own = sender.smsProvider?.kannel else { return false }
      let isRight = equalInConstantTime(own.password.bytes, password.bytes)
      return equalInConstantTime(own.username, username) && isRight
    }
  }

  private func intake(_ request: HTTPRequest, _ own: [SenderSettings]) throws(Refused) -> SendIntake
  {
    let key = request.headers.first("Idempotency-Key")
    if let key, !(1...255).contains(key.utf8.count) {
      throw Refused(status: 400, sentence: "Idempotency-Key must have 1 to 255 bytes")
    }
    return SendIntake(
      choice: SenderChoice(own, default: nil, for: nil), idempotencyKey: key, isTemplate: false,
      now: context.door.now(), hasBuckets: context.settings.gcs != nil,
      templates: context.door.templates)
  }

  /// Kannel's callers write international numbers without a +, or with one that a query turns into a space.
  private static func name(_ from: String, among own: [SenderSettings]) -> String {
    let bare = from.filter { !$0.isWhitespace }
    let number = "+\(bare.hasPrefix("00") ? bare.dropFirst(2) : bare[...])"
    let isOurs = own.contains { ChannelAddress($0.sender.address).bare == number }
    return isOurs ? number : from
  }

  /// All or none: an answer has no room for which of them were taken.
  private func read(
    _ asked: KannelRequest, by intake: SendIntake, _ own: [SenderSettings]
  ) throws(KannelRequest.Fault) -> [SendEvent] {
    guard asked.from != nil || own.count == 1 else {
      throw KannelRequest.Fault("Sender missing and no global set, rejected")
    }
    let from = asked.from.map { Self.name($0, among: own) }
    var events: [SendEvent] = []
    for (place, number) in asked.to.enumerated() {
      do throws(FieldFaults) {
        guard let root = JSONValue(whole: asked.request(to: number, from: from))
        else {
          throw FieldFaults("text", "cannot be read")
        }
        events += try intake.events(root, item: place).events
      } catch {
        let faults = error.named(["/body": "text"])
          .all.map { "\($0.pointer.drop { $0 == "/" }) \($0.detail)" }
        throw KannelRequest.Fault("\(faults.joined(separator: "; ")), rejected")
      }
    }
    for place in events.indices {
      asked.setTimes(of: &events[place])
      let settings = own.first { $0.sender.id == events[place].sender }?.smsProvider?.kannel
      guard let settings, let report = try asked.report(settings) else { continue }
      // Without a key it is as readable as the request's own text.
      guard let content = seal.content(report.json, of: events[place].id, isSecret: false) else {
        continue
      }
      events[place].report = SendReport(.kannel, of: report.news, content).json
    }
    return events
  }
}
