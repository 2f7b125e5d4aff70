package import HTTP
internal import Platform
package import SendStore
package import Settings
package import Telemetry
package import Time

/// What every set of routes behind the public address stands on.
package struct DoorContext: Sendable {
  package let log: Log
  package let metrics: Metrics
  /// Where log and store will be once they are open: the address answers before that.
  package let eventLog: LogSlot
  package let store: StoreSlot
  /// For lines that strangers cause.
  package let throttle: LineThrottle
  /// The calendar's time.
  package let now: @Sendable () -> Timestamp
  /// nil where `otlp` is not set.
  package let tracer: Tracer?
  package let templates: TemplateShelf
  /// Whether an account that is not known may be about to be.
  package let recency: AccountRecency
  /// Takes webhooks that were kept once more.
  package let replay = ReplaySlot()
  /// Looks for what was just written, rather than half a second later; nil where nobody watches.
  package let lookAtAccounts: (@Sendable (SendStore) throws -> Void)?
  /// nil where campaigns cannot be rehearsed.
  package let rehearse: Rehearse?

  package init(
    _ eventLog: LogSlot, _ store: StoreSlot, log: Log, metrics: Metrics, tracer: Tracer? = nil,
    templates: TemplateShelf = TemplateShelf(), accounts: AccountWatch? = nil,
    rehearse: Rehearse? = nil,
    now: @escaping @Sendable () -> Timestamp = { Timestamp(microseconds: wallMicroseconds()) }
  ) {
    (self.eventLog, self.store) = (eventLog, store)
    (self.log, self.metrics, self.now) = (log, metrics, now)
    throttle = LineThrottle(now: now)
    self.tracer = tracer
    self.templates = templates
    self.rehearse = rehearse
    recency = accounts?.recency ?? AccountRecency()
    if let accounts {
      lookAtAccounts = { store in
        if try accounts.look(at: store) { accounts.recency.changed() }
      }
    } else {
      lookAtAccounts = nil
    }
  }
}

/// A set of routes behind the public address.
package protocol DoorRoutes: AnyObject, Sendable {
  /// Called again with other settings; requests under way end as they began.
  func add(to router: inout Router, _ settings: Settings)

  /// Ends what would hold a connection for long.
  func close()
}
