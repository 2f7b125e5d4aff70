internal import Domain
internal import HTTP
internal import Providers
internal import Service

/// Where providers call: form bodies are Twilio's, everything else is Meta's.
struct WebhookRoutes: Sendable {
  let loop: IngestLoop
  let desk: WebhookDesk
  let keys: KeyRing

  func add(to router: inout Router, under prefix: String) {
    for pattern in ["/whatsapp/callback/{app}/{company}", "/whatsapp/{app}/{company}"] {
      router.on("POST", prefix + pattern) { request, parameters, responder in
        let tenant = parameters.tenant
        loop.take(request, responder) { () throws(WebhookRefusal) in
          try TwilioCall(request, tenant: tenant, desk)
        }
      }
    }
    for path in ["/api/whatsapp/webhook", "/api/WhatsApp/Webhook"] {
      router.on("GET", prefix + path) { request, _, responder in verify(request, responder) }
      router.on("POST", prefix + path) { request, _, responder in take(request, responder) }
    }
    for path in ["/api/waba/", "/api/waba"] {
      router.on("GET", prefix + path) { request, _, responder in
        withKey(request, responder) { verify(request, responder) }
      }
      router.on("POST", prefix + path) { request, _, responder in
        withKey(request, responder) { take(request, responder) }
      }
    }
  }

  private func take(_ request: HTTPRequest, _ responder: HTTPResponder) {
    if request.isForm {
      loop.take(request, responder) { () throws(WebhookRefusal) in try TwilioCall(request, desk) }
    } else {
      loop.take(request, responder) { () throws(WebhookRefusal) in MetaCall(request, desk) }
    }
  }

  private func verify(_ request: HTTPRequest, _ responder: HTTPResponder) {
    let query = Dictionary(request.queryItems.map { ($0.name, $0.value) }) { first, _ in first }
    let tokens = desk.senders.verifyTokens
    guard let challenge = MetaVerification.challenge(query, tokens: tokens) else {
      return loop.refuse(.wrongVerifyToken, MetaCall.provider, request, responder)
    }
    responder.answer(HTTPAnswer(status: 200, text: challenge))
  }

  /// The key comes on top of the signature.
  private func withKey(
    _ request: HTTPRequest, _ responder: HTTPResponder, _ goOn: () -> Void
  ) {
    let given = request.queryValue("api-key") ?? ""
    guard keys.key(given)?.scopes.contains(.webhook) == true else {
      return loop.refuse(.noKey, MetaCall.provider, request, responder)
    }
    goOn()
  }
}

extension HTTPRequest {
  fileprivate var isForm: Bool {
    let type = headers.first("Content-Type")?.lowercased() ?? ""
    return type.hasPrefix("application/x-www-form-urlencoded")
  }
}

extension RouteParameters {
  fileprivate var tenant: Tenant? {
    guard let app = self["app"], let company = self["company"] else { return nil }
    return Tenant(app: app, company: company)
  }
}
