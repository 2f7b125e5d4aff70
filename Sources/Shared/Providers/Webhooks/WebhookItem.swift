package import Events
package import Domain

/// One thing that a webhook tells. A batch holds many; one that cannot be read does not take its neighbours
/// with it.
package enum WebhookItem: Hashable, Sendable {
  case callback(ProviderCallback)
  case inbound(InboundMessage)
  case account(AccountEvent)
  case malformed(MalformedItem)
}

package struct MalformedItem: Hashable, Sendable {
  package let provider: Provider
  package let reason: String
  /// JSON, as it came.
  package let raw: [UInt8]
}
