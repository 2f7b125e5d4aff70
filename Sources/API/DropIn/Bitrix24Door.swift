internal import Crypto
internal import Events
internal import Running
internal import Settings
internal import Telemetry
internal import Domain
internal import HTTP
internal import JSON

/// `POST /bitrix24/{sender}`: the handler that a portal was given for its message service.
struct Bitrix24Door: Sendable {
  private let context: APIContext
  private let desk: SendDesk
  private let senders: SenderIndex
  private let seal: SecretSeal

  init(_ context: APIContext, _ desk: SendDesk) {
    (self.context, self.desk) = (context, desk)
    senders = SenderIndex(context.settings.senders)
    seal = SecretSeal(context.settings)
  }

  private struct Refused: Error { let problem: Problem }

  /// What the portal calls the fields of a request.
  private static let fields = ["/to": "/message_to", "/body": "/message_body"]

  func plan(_ head: HTTPRequest, _ parameters: RouteParameters) -> BodyPlan {
    guard let sender = senders[SenderID(parameters["sender"] ?? "")],
      let own = sender.smsProvider?.bitrix24
    else {
      return refuse(
        404, "Not Found",
        "There is no sender of this name with smsProvider.bitrix24 in the settings.")
    }
    guard head.mediaType == "application/x-www-form-urlencoded" else {
      return refuse(
        415, "Unsupported Media Type", "A message is an application/x-www-form-urlencoded form.")
    }
    return .buffer(limit: SMSProviderRoutes.bodyLimit) { request, responder in
      do throws(Refused) { try take(request, sender, own, responder) } catch {
        desk.refused.add()
        responder.answer(error.problem.answer)
      }
    }
  }

  private func refuse(_ status: Int, _ title: String, _ detail: String) -> BodyPlan {
    desk.refused.add()
    return .answer(Problem(status: status, title: title, detail: detail).answer)
  }

  private func take(
    _ request: HTTPRequest, _ sender: SenderSettings, _ own: SMSProviderSettings.Bitrix24,
    _ responder: HTTPResponder
  ) throws(Refused) {
    let message = Bitrix24Message(request.body)
    let given = message.applicationToken.bytes
    // Each is looked at: how long it takes tells nothing.
    let matches = own.applicationTokens.filter { equalInConstantTime($0.bytes, given) }
    guard !matches.isEmpty else {
      throw Refused(
        problem: Problem(
          status: 403, title: "Forbidden",
          detail: "auth[application_token] is not the one of this sender."))
    }
    let intake = intake(message, sender)
    var events = try read(message, own, by: intake, sender)
    for place in events.indices {
      events[place].report = report(message, own, of: events[place].id, sender)?.json
    }
    let taken = events
    desk.withoutReusedKey(intake, taken) { reused in
      guard reused.isEmpty else {
        let fault = FieldFaults("/message_id", "came with another message before")
        desk.refused.add()
        return responder.answer(SendAnswer.refused(fault).answer)
      }
      desk.append(taken, of: request, since: intake.now, responder) {
        HTTPAnswer(status: 200, json: Array("{}".utf8))
      }
    }
  }

  private func intake(_ message: Bitrix24Message, _ sender: SenderSettings) -> SendIntake {
    SendIntake(
      choice: SenderChoice([sender], default: sender.sender.id, for: nil),
      idempotencyKey: message.idempotencyKey(of: sender.sender.id), isTemplate: false,
      now: context.door.now(), hasBuckets: context.settings.gcs != nil,
      templates: context.door.templates)
  }

  private func read(
    _ message: Bitrix24Message, _ own: SMSProviderSettings.Bitrix24, by intake: SendIntake,
    _ sender: SenderSettings
  ) throws(Refused) -> [SendEvent] {
    do throws(FieldFaults) {
      let faults = message.faults(code: own.code)
      guard faults.isEmpty else { throw faults }
      guard let root = JSONValue(whole: message.request(sender.sender.id)) else {
        throw FieldFaults("", "cannot be read")
      }
      return try intake.events(root).events
    } catch { throw Refused(problem: SendAnswer.refused(error.named(Self.fields))) }
  }

  /// nil where the portal cannot be told, which is logged with the reason.
  private func report(
    _ message: Bitrix24Message, _ own: SMSProviderSettings.Bitrix24, of send: SendID,
    _ sender: SenderSettings
  ) -> SendReport? {
    guard let portal = own.portal else { return cannotTell(sender, "portal is not set") }
    guard let endpoint = message[auth: "client_endpoint"].flatMap({ WebAddress($0) }),
      endpoint.isSamePlace(as: portal)
    else {
      return cannotTell(sender, "auth[client_endpoint] is not at the portal of the settings")
    }
    guard let token = message[auth: "access_token"] else {
      return cannotTell(sender, "the message has no auth[access_token]")
    }
    let report = Bitrix24Report(
      endpoint: endpoint, accessToken: Secret(token),
      refreshToken: message[auth: "refresh_token"].map(Secret.init),
      message: message["message_id"] ?? "",
      code: own.code)
    guard let content = seal.content(report.json, of: send, isSecret: true) else {
      return cannotTell(
        sender, "secretsKey is not set, and an access token is not kept in the clear")
    }
    return SendReport(.bitrix24, of: Set(SendReport.News.allCases), content)
  }

  private func cannotTell(_ sender: SenderSettings, _ reason: String) -> SendReport? {
    if let leftOut = context.door.throttle.pass("bitrix24-reports:\(sender.sender.id)") {
      context.door.log.warning(
        "Bitrix24 is not told what becomes of its messages",
        ["sender": sender.sender.id.text, "reason": reason, "leftOut": leftOut])
    }
    return nil
  }
}
