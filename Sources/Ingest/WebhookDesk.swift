internal import Time

/// What every webhook is judged by.
struct WebhookDesk: Sendable {
  let senders: SenderBook
  let address: PublicAddress
  let verifySignatures: Bool
  let now: @Sendable () -> Timestamp
}
