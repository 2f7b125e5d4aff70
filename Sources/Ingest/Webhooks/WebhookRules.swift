internal import Running
internal import Domain
internal import HTTP
internal import Time

/// What every webhook is judged by; one object, as each of them carries it along.
final class WebhookRules: Sendable {
  let senders: SenderBook
  let address: PublicAddress
  let verifySignatures: Bool
  let now: @Sendable () -> Timestamp

  init(
    senders: SenderBook, address: PublicAddress, verifySignatures: Bool,
    now: @escaping @Sendable () -> Timestamp
  ) {
    self.senders = senders
    self.address = address
    self.verifySignatures = verifySignatures
    self.now = now
  }

  /// What the head alone tells: whether it is signed at all, and for a tenant of ours.
  func plan<Call: WebhookCall>(
    _ call: Call.Type, _ head: HTTPRequest, _ loop: IngestLoop, of tenant: Tenant? = nil,
    from caller: BodyPlan.Caller = .stranger, _ handler: @escaping HTTPServer.Handler
  ) -> BodyPlan {
    if let tenant, !senders.hasTwilioSender(of: tenant) {
      return .answer(loop.answer(to: head, .foreign, Call.provider))
    }
    if verifySignatures, head.headers.first(Call.signatureHeader)?.isEmpty ?? true {
      return .answer(loop.answer(to: head, .notSigned, Call.provider))
    }
    return .buffer(limit: Call.bodyLimit, from: caller, then: handler)
  }
}
