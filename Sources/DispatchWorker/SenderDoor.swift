internal import Running
internal import Settings
internal import Domain
internal import HTTP
internal import JSON
internal import Providers
internal import SendStore
internal import Time

/// How one sender's messages go out: the request for each, and what its answer means.
struct SenderDoor: Sendable {
  let settings: SenderSettings
  private let publicURL: WebAddress?
  private let storage: ServiceAccount?
  private let rules: SendRules

  private let patience: Duration
  private let routes: RouteBook

  init(
    _ settings: SenderSettings, publicURL: WebAddress?, storage: ServiceAccount?,
    patience: Duration, routes: RouteBook
  ) {
    self.settings = settings
    self.routes = routes
    self.patience = patience
    self.publicURL = publicURL
    self.storage = storage
    var rules = settings.rules
    rules.isWritten = true
    self.rules = rules
  }

  var sender: SenderID { settings.sender.id }
  var provider: Provider { settings.sender.channel.provider }
  /// What a circuit breaker is about.
  var host: String { settings.baseURL.authority }

  /// The request, with what must be remembered of it until its answer comes. Throws where the send can
  /// never go.
  func prepare(_ send: ClaimedSend, at now: Timestamp) throws(Failure) -> PreparedSend {
    try prepare(send, try read(send.content), at: now)
  }

  /// The same for a request that was read.
  func prepare(
    _ send: ClaimedSend, _ request: SendRequest, at now: Timestamp
  ) throws(Failure) -> PreparedSend {
    let message = try linked(try choose(request, send.window, at: now), at: now)
    let attempt = AttemptID(send.id, send.attempt)
    let route = routes.route(of: message.templateName, from: settings)
    do throws(Inexpressible) {
      var call = HTTPCall(
        try post(message, to: request.to, attempt, by: route, expires: send.expires, at: now),
        under: settings.baseURL)
      call.totalTimeout = patience
      return PreparedSend(
        call: call, send: send, template: message.templateName, route: route,
        hasFallback: request.fallbackTemplate != nil && !message.isTemplate)
    } catch {
      throw Failure(code: "inexpressible", sentence: error.description)
    }
  }

  func read(_ content: SendContent) throws(Failure) -> SendRequest {
    do {
      guard
        let request = try SendRequest.all(in: try JSONDocument(content.json).root, as: rules).first
      else { throw Failure(code: "content", sentence: "There is nothing to send.") }
      return request
    } catch let error as Failure {
      throw error
    } catch {
      throw Failure(code: "content", sentence: "\(error)")
    }
  }

  /// Free text goes only while the window is open, as far as that is known and asked for.
  private func choose(
    _ request: SendRequest, _ window: ServiceWindow, at now: Timestamp
  ) throws(Failure) -> Message {
    let needsWindow = settings.sender.channel.isWhatsApp && !request.message.isTemplate
    let isEnforced = settings.sender.window == .enforce && !window.isOpen(at: now)
    guard needsWindow, isEnforced || window.isKnownClosed(at: now) else { return request.message }
    if let fallback = request.fallbackTemplate { return Message(.template(fallback)) }
    guard isEnforced else { return request.message }
    throw Failure(
      code: "window-closed",
      sentence: "The person did not write within 24 hours, and there is no fallbackTemplate.")
  }

  private func linked(_ message: Message, at now: Timestamp) throws(Failure) -> Message {
    try message.withLinks { file throws(Failure) in
      guard let storage else {
        throw Failure(code: "no-storage", sentence: "gcs.serviceAccount is not set.")
      }
      do throws(StorageLink.Fault) {
        return try StorageLink(file).signed(by: storage, at: now)
      } catch { throw Failure(code: "content", sentence: error.description) }
    }
  }

  private func post(
    _ message: Message, to: Recipient, _ attempt: AttemptID, by route: MetaRoute,
    expires: Timestamp, at now: Timestamp
  ) throws(Inexpressible) -> ProviderRequest {
    switch settings.credentials {
    case .meta(let own):
      return try MetaRequest.send(
        message, to: to, from: own.sender, attempt: attempt,
        marketing: route == .marketing ? settings.marketing : nil)
    case .twilio(let own):
      let left = expires - now
      return try TwilioRequest.create(
        message, to: to, from: own.sender(of: settings), attempt: attempt,
        statusCallback: statusCallback, validity: left < Self.longestValidity ? left : nil,
        account: own.account)
    }
  }

  /// What Twilio assumes where nothing is said.
  private static let longestValidity = Duration.seconds(36_000)

  private var statusCallback: String? {
    let tenant = settings.sender.tenant
    return publicURL.map { "\($0)/whatsapp/callback/\(tenant.app)/\(tenant.company)" }
  }

  /// What an answer says of the attempt that it is about.
  struct Reading {
    var outcome: Outcome
    var waID: String?
    var hold: ProviderHold?
  }

  /// What the answer to the attempt of that number says.
  func read(
    _ answer: ProviderAnswer, attempt: Int, _ template: String?, by route: MetaRoute
  ) -> Reading {
    switch provider {
    case .twilio: return Reading(outcome: TwilioAnswer.read(answer, attempt: attempt).outcome)
    case .meta:
      let read = MetaAnswer.read(answer, attempt: attempt)
      var reading = Reading(outcome: read.outcome, waID: read.waID, hold: read.hold)
      if let failure = read.outcome.failure,
        routes.mayGoOn(template, after: answer, by: route, from: settings)
      {
        reading.outcome = .retry(.stated(.zero), .send, failure)
      }
      return reading
    }
  }

  /// What a stopped lane is probed by.
  var healthCall: HTTPCall { settings.healthCall }

  func isHealthy(_ answer: HTTPAnswerReceived) -> Bool { settings.health(in: answer).isHealthy }
}

/// A request on its way, with what its answer is judged by.
struct PreparedSend: Sendable {
  var call: HTTPCall
  let send: ClaimedSend
  /// The template that it goes out as.
  let template: String?
  let route: MetaRoute
  /// A closed window can still be answered by a template.
  let hasFallback: Bool
}

extension TwilioCredentials {
  func sender(of settings: SenderSettings) -> TwilioSender {
    let templates = ContentCatalog(settings.templates)
    if let fallbackFrom, let messagingServiceSid {
      return TwilioSender(
        service: messagingServiceSid, fallbackFrom: fallbackFrom, templates: templates)
    }
    return TwilioSender(
      channel: settings.sender.channel, address: settings.sender.address, templates: templates)
  }
}
