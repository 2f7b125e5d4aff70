internal import Domain
internal import HTTP
internal import Providers
internal import SendStore
internal import Settings

/// A tenant's address that gets what Meta's webhooks tell of its numbers, with sends of ours under our ids.
struct MetaAction {
  private let action: ActionSettings
  private let shown: [SenderID: String]

  init(_ action: ActionSettings, shown: [SenderID: String]) {
    (self.action, self.shown) = (action, shown)
  }

  /// What Meta's webhooks know nothing of is told to nobody.
  func post(_ delivery: ClaimedDelivery) -> Addressee.Post {
    guard let body = MetaWebhookForm.body(of: delivery.body, shown: shown) else { return .nothing }
    return .call(
      HTTPCall(
        method: "POST", url: action.url.description,
        headers: [
          HTTPHeader("Content-Type", "application/json"),
          HTTPHeader("X-Hub-Signature-256", MetaSignature.header(of: body, by: action.secrets[0])),
        ], body: body))
  }
}
