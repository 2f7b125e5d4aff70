internal import Platform
package import SendStore

/// Where the store will be once it is open. Only queries need it: webhooks and sends go on without.
package final class StoreSlot: Sendable {
  private let slot = Locked<SendStore?>(nil)

  package init() {}

  package func fill(_ store: SendStore) { slot.withLock { $0 = store } }

  package var opened: SendStore? { slot.withLock { $0 } }
}
