internal import Platform
package import SendStore

/// Takes a webhook once more that was kept as it came: answers of how many items it was.
package protocol RawReplay: Sendable {
  func replay(_ event: RawEvent) throws(ReplayFailed) -> Int
}

package struct ReplayFailed: Error, CustomStringConvertible {
  package let description: String
  /// Whether the same may go well later.
  package let isPassing: Bool

  package init(_ description: String, isPassing: Bool) {
    self.description = description
    self.isPassing = isPassing
  }
}

/// Where whoever takes webhooks says how: others that are served beside it may ask for it.
package final class ReplaySlot: Sendable {
  private let slot = Locked<(any RawReplay)?>(nil)

  package init() {}

  package func fill(_ replay: any RawReplay) { slot.withLock { $0 = replay } }

  package var opened: (any RawReplay)? { slot.withLock { $0 } }
}
