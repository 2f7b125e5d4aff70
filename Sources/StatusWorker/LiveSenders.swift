package import Settings
internal import Domain
internal import Platform

/// Our senders, as the settings have them by now.
package final class LiveSenders: Sendable {
  private struct Known {
    let directory: SenderIndex
    let byID: [SenderID: SenderSettings]

    init(_ senders: [SenderSettings]) {
      directory = SenderIndex(senders)
      byID = Dictionary(senders.map { ($0.sender.id, $0) }) { first, _ in first }
    }
  }

  private let known: Locked<Known>

  package init(_ senders: [SenderSettings]) { known = Locked(Known(senders)) }

  package func replace(by senders: [SenderSettings]) {
    let new = Known(senders)
    known.withLock { $0 = new }
  }

  var directory: SenderIndex { known.withLock { $0.directory } }

  subscript(id: SenderID) -> SenderSettings? { known.withLock { $0.byID[id] } }
}
