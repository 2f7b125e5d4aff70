package import Settings
internal import Domain
internal import Platform

/// Our senders, as the settings have them by now.
package final class LiveSenders: Sendable {
  private let known: Locked<SenderIndex>

  package init(_ senders: [SenderSettings]) { known = Locked(SenderIndex(senders)) }

  package func replace(by senders: [SenderSettings]) {
    let new = SenderIndex(senders)
    known.withLock { $0 = new }
  }

  var ids: [SenderID] { index.all.map(\.sender.id) }

  var all: [SenderSettings] { index.all }

  var index: SenderIndex { known.withLock { $0 } }

  subscript(id: SenderID) -> SenderSettings? { known.withLock { $0[id] } }
}
