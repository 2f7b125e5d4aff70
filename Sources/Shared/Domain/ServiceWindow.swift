package import Time

/// The 24 hours after a person's last message in which free text may be sent to them.
package struct ServiceWindow: Hashable, Sendable {
  /// nil where we never heard from the person. That proves nothing: replies may go to another system.
  package let lastInbound: Timestamp?

  package init(lastInbound: Timestamp?) { self.lastInbound = lastInbound }

  package static let length = Duration.seconds(24 * 3600)

  package func isOpen(at now: Timestamp) -> Bool {
    guard let lastInbound else { return false }
    return now < lastInbound + Self.length
  }
}
