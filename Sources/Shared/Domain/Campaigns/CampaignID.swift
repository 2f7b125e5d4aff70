package import Time

/// The name of one campaign for its whole life: a UUID, made as that of a send is.
package struct CampaignID: Hashable, Sendable, CustomStringConvertible {
  private let uuid: SendID

  private init(_ uuid: SendID) { self.uuid = uuid }

  package static func random(at time: Timestamp) -> CampaignID { CampaignID(.random(at: time)) }

  /// The same for every request of a tenant under one idempotency key.
  package static func derived(tenant: Tenant, idempotencyKey: String) -> CampaignID {
    CampaignID(.derived(tenant: tenant, idempotencyKey: "campaign \(idempotencyKey)", item: 0))
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
