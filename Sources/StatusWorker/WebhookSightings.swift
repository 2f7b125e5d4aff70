internal import Domain
internal import Events
internal import Platform
package import SendStore
internal import Store
internal import Time

/// When a webhook of each number of Meta's was last seen, by the time at which it came in. Written at most once a minute
/// for each, and only for those that a sender is of.
package final class WebhookSightings: Sendable {
  private struct Place: Hashable {
    let account: AccountID
    let address: String?
  }

  private let store: SendStore
  /// What was written last.
  private let written = Locked<[Place: Timestamp]>([:])

  static let pause = Duration.seconds(60)

  package init(_ store: SendStore) { self.store = store }

  func note(_ callbacks: [ProviderCallback]) throws(StoreError) {
    try note(
      callbacks.lazy.filter { $0.provider == .meta }
        .map { ($0.account, $0.phoneNumberID, $0.receivedAt) })
  }

  func note(_ messages: [InboundMessage]) throws(StoreError) {
    try note(
      messages.lazy.filter { $0.provider == .meta }
        .map { ($0.account, $0.address, $0.receivedAt) })
  }

  func note(_ events: [AccountEvent]) throws(StoreError) {
    try note(
      events.lazy.filter { $0.provider == .meta }
        .map { ($0.account, $0.phoneNumberID, $0.receivedAt) })
  }

  private func note(
    _ seen: some Sequence<(AccountID, String?, Timestamp)>
  ) throws(StoreError) {
    var newest: [Place: Timestamp] = [:]
    for (account, address, at) in seen {
      let place = Place(account: account, address: address)
      newest[place] = max(newest[place] ?? .distantPast, at)
    }
    let due = written.withLock { written in
      newest.filter { place, at in
        written[place].map { at >= $0 + Self.pause } ?? true
      }
    }
    let ours = due.filter {
      !store.senders(of: $0.key.account, address: $0.key.address).isEmpty
    }
    guard !ours.isEmpty else { return }
    try store.see(ours.map { Sighting($0.key.account, $0.key.address, at: $0.value) })
    written.withLock { $0.merge(ours) { max($0, $1) } }
  }
}
