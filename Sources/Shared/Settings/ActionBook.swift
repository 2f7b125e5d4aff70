package import Crypto
package import Domain
package import Events
internal import Platform

/// The tenants that want to be told, with where and how, and the senders that are theirs.
package final class ActionBook: Sendable {
  private struct Content {
    var actions: [Tenant: ActionSettings] = [:]
    var senders = SenderIndex()
    var relay: RelaySettings?
    var relayReply: SenderSettings?
    var sealingKeys: [SealingKey] = []
    var inboxes = InboxSettings()
  }

  private let content = Locked(Content())

  package init() {}

  package convenience init(_ settings: Settings) {
    self.init()
    apply(settings)
  }

  package func apply(_ settings: Settings) {
    let new = Content(
      actions: Dictionary(settings.actions.map { ($0.tenant, $0) }) { $1 },
      senders: SenderIndex(settings.senders), relay: settings.relay,
      relayReply: settings.relayReply, sealingKeys: settings.sealingKeys,
      inboxes: settings.inboxes)
    content.withLock { $0 = new }
  }

  package var isEmpty: Bool { content.withLock { $0.actions.isEmpty } }

  package var all: [ActionSettings] {
    content.withLock { content in
      content.actions.values.sorted { $0.tenant.description < $1.tenant.description }
    }
  }

  /// Those through which other systems send as through their SMS provider, and may want to be told.
  package var providers: [SenderSettings] {
    content.withLock { $0.senders }.all.filter { $0.smsProvider != nil }
  }

  /// Accounts of Twilio's as which others may send, each with its senders.
  package var twilioAccounts: [(account: AccountID, senders: [SenderSettings])] {
    let own = content.withLock { $0.senders }.all.filter { $0.sender.channel.provider == .twilio }
    return Dictionary(grouping: own, by: \.sender.account).sorted { $0.key < $1.key }
      .map { (account: $0.key, senders: $0.value) }
  }

  /// The first seals, each opens what goes with a send for whoever is told of it.
  package var sealingKeys: [SealingKey] { content.withLock { $0.sealingKeys } }

  package func hasAction(_ tenant: Tenant) -> Bool {
    content.withLock { $0.actions[tenant] != nil }
  }

  /// With the sender whose number takes the relay's orders, and can answer them.
  package var relay: (settings: RelaySettings, sender: SenderSettings)? {
    content.withLock { content in
      guard let relay = content.relay, let sender = content.relayReply else { return nil }
      return (relay, sender)
    }
  }

  package func sender(_ id: SenderID) -> Sender? { content.withLock { $0.senders[id]?.sender } }

  package func settings(of sender: SenderID) -> SenderSettings? {
    content.withLock { $0.senders[sender] }
  }

  package func inbox(of tenant: Tenant) -> Inbox {
    content.withLock { $0.inboxes }.inbox(of: tenant)
  }

  /// The one that a person wrote to.
  package func sender(of message: InboundMessage) -> SenderSettings? {
    content.withLock { $0.senders }.sender(of: message)
  }

  package func owner(of account: AccountID, address: String?) -> Tenant? {
    content.withLock { $0.senders }.owner(of: account, address: address)
  }
}
