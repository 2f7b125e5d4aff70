package import Domain
internal import Platform

/// The tenants that want to be told, with where and how, and the senders that are theirs.
package final class ActionBook: Sendable {
  private struct Content {
    var actions: [Tenant: ActionSettings] = [:]
    var senders: [SenderID: Sender] = [:]
  }

  private let content = Locked(Content())

  package init() {}

  package convenience init(_ settings: Settings) {
    self.init()
    takeUp(settings)
  }

  package func takeUp(_ settings: Settings) {
    let new = Content(
      actions: Dictionary(settings.actions.map { ($0.tenant, $0) }) { $1 },
      senders: Dictionary(settings.senders.map { ($0.sender.id, $0.sender) }) { $1 })
    content.withLock { $0 = new }
  }

  package var isEmpty: Bool { content.withLock { $0.actions.isEmpty } }

  package var all: [ActionSettings] {
    content.withLock { content in
      content.actions.values.sorted { $0.tenant.description < $1.tenant.description }
    }
  }

  package func hasAction(_ tenant: Tenant) -> Bool {
    content.withLock { $0.actions[tenant] != nil }
  }

  package func sender(_ id: SenderID) -> Sender? { content.withLock { $0.senders[id] } }

  /// Whose senders these are; nil where they are several tenants', or nobody's.
  package func owner(of account: AccountID, address: String?) -> Tenant? {
    let senders = content.withLock { $0.senders.values.filter { $0.account == account } }
    let exact = senders.filter { $0.address == address }
    let tenants = Set((exact.isEmpty && address == nil ? senders : exact).map(\.tenant))
    return tenants.count == 1 ? tenants.first : nil
  }
}
