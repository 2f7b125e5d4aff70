internal import Platform
package import Settings

/// How people are answered, as the settings have it by now.
package final class LiveInboxes: Sendable {
  private let known: Locked<InboxSettings>

  package init(_ inboxes: InboxSettings = InboxSettings()) { known = Locked(inboxes) }

  package func replace(by inboxes: InboxSettings) { known.withLock { $0 = inboxes } }

  package var now: InboxSettings { known.withLock { $0 } }
}
