internal import Settings
internal import Running
internal import Domain
internal import HTTP
internal import Providers

/// Where providers call: form bodies are Twilio's, everything else is Meta's.
struct WebhookRoutes: Sendable {
  let loop: IngestLoop
  let desk: WebhookRules
  let keys: KeyRing

  func add(to router: inout Router, under prefix: String) {
    for pattern in ["/whatsapp/callback/{app}/{company}", "/whatsapp/{app}/{company}"] {
      router.at("POST", prefix + pattern) { head, parameters in
        let tenant = parameters.tenant
        return desk.plan(TwilioCall.self, head, loop, of: tenant) { request, responder in
          loop.take(request, responder) { () throws(WebhookRefusal) in
            try TwilioCall(request, tenant: tenant, desk)
          }
        }
      }
    }
    for path in ["/api/whatsapp/webhook", "/api/WhatsApp/Webhook"] {
      router.at("GET", prefix + path) { head, _ in .answer(verification(head)) }
      router.at("POST", prefix + path) { head, _ in plan(head) }
    }
    for path in ["/api/waba/", "/api/waba"] {
      router.at("GET", prefix + path) { head, _ in
        .answer(withoutKey(head) ?? verification(head))
      }
      router.at("POST", prefix + path) { head, _ in
        withoutKey(head).map { .answer($0) } ?? plan(head, from: .known)
      }
    }
  }

  private func plan(_ head: HTTPRequest, from caller: BodyPlan.Caller = .stranger) -> BodyPlan {
    if head.isForm {
      desk.plan(TwilioCall.self, head, loop, from: caller) { request, responder in
        loop.take(request, responder) { () throws(WebhookRefusal) in try TwilioCall(request, desk) }
      }
    } else {
      desk.plan(MetaCall.self, head, loop, from: caller) { request, responder in
        loop.take(request, responder) { () throws(WebhookRefusal) in MetaCall(request, desk) }
      }
    }
  }

  private func verification(_ request: HTTPRequest) -> HTTPAnswer {
    let query = Dictionary(request.queryItems.map { ($0.name, $0.value) }) { first, _ in first }
    let tokens = desk.senders.verifyTokens
    guard let challenge = MetaVerification.challenge(query, tokens: tokens) else {
      return loop.answer(to: request, .wrongVerifyToken, MetaCall.provider)
    }
    return HTTPAnswer(status: 200, text: challenge)
  }

  /// What is answered where the key is missing that comes on top of the signature.
  private func withoutKey(_ request: HTTPRequest) -> HTTPAnswer? {
    let given = request.queryValue("api-key") ?? ""
    let mayCall = keys.key(given)?.scopes.contains(.webhook) == true
    return mayCall ? nil : loop.answer(to: request, .noKey, MetaCall.provider)
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
