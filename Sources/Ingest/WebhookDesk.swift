internal import Time

/// What every webhook is judged by; one object, as each of them carries it along.
final class WebhookDesk: Sendable {
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
}
