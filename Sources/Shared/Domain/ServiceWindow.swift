package import Time

/// The 24 hours after a person's last message in which free text may be sent to them.
package struct ServiceWindow: Hashable, Sendable {
  /// nil where we never heard from the person. That proves nothing: replies may go to another system.
  package let lastInbound: Timestamp?
  /// When the provider last refused free text for a closed window.
  package let lastRefusal: Timestamp?

  package init(lastInbound: Timestamp?, lastRefusal: Timestamp? = nil) {
    self.lastInbound = lastInbound
    self.lastRefusal = lastRefusal
  }

  package static let length = Duration.seconds(24 * 3600)

  package func isOpen(at now: Timestamp) -> Bool {
    guard let lastInbound else { return false }
    return now < lastInbound + Self.length
  }

  /// The provider said so, nobody wrote since, and it is not so long ago that it should be asked again.
  package func isKnownClosed(at now: Timestamp) -> Bool {
    guard let lastRefusal, now < lastRefusal + Self.length else { return false }
    return lastInbound.map { $0 <= lastRefusal } ?? true
  }
}
