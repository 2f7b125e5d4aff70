/// The name of one conversation for its whole life: a UUID made of its sender and of how the contact was first reached, so
/// that whoever begins it twice finds the same one.
package struct ConversationID: Hashable, Sendable, CustomStringConvertible {
  private let uuid: SendID

  package init(of sender: SenderID, with contact: PersonAddress, tenant: Tenant) {
    uuid = .derived(
      tenant: tenant, idempotencyKey: "conversation \(sender.text)\u{1F}\(contact.text)", item: 0)
  }

  package init?(_ text: String) {
    guard let uuid = SendID(text) else { return nil }
    self.uuid = uuid
  }

  package init?(bytes: [UInt8]) {
    guard let uuid = SendID(bytes: bytes) else { return nil }
    self.uuid = uuid
  }

  package var bytes: [UInt8] { uuid.bytes }
  package var description: String { uuid.description }
}
