package import Domain
internal import Platform

/// What one part of a process has queued in the store, told to those beside it: they need not find it by looking. Other
/// processes do look.
package final class QueuedNews: Sendable {
  package typealias Handler = @Sendable (Set<SenderID>) -> Void

  private let handlers = Locked<[Handler]>([])

  package init() {}

  /// Called on the thread of whoever has queued, so it must not block.
  package func onNews(_ handler: @escaping Handler) { handlers.withLock { $0.append(handler) } }

  package func tell(_ senders: Set<SenderID>) {
    guard !senders.isEmpty else { return }
    for handler in handlers.withLock({ $0 }) { handler(senders) }
  }
}
