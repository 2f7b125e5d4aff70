internal import Events
internal import Running
internal import Telemetry
internal import Domain
internal import JSON
internal import SendStore

/// Asks the store what an idempotency key was used for before.
typealias KeyLookup = BriefLookup<SendID, SendGlance>

extension KeyLookup {
  convenience init(_ slot: StoreSlot, metrics: Metrics) {
    self.init(metrics: metrics) { ids in
      do { return try slot.opened?.glance(at: ids) } catch { return nil }
    }
  }

  convenience init(
    metrics: Metrics, patience: Duration = .milliseconds(500), find: @escaping Find
  ) {
    let unchecked = metrics.counter(
      "postrider_idempotency_keys_unchecked_total",
      "Requests whose idempotency key the store could not be asked about in time.")
    self.init("keys", counting: unchecked, patience: patience, find: find)
  }
}

extension SendGlance {
  /// Whether the store has what this says.
  func isSame(as event: SendEvent) -> Bool {
    guard sender == event.sender, recipient == event.to else { return false }
    if content.json == event.request { return true }
    // The store has it as the log's reader wrote it again.
    do { return content.json == (try JSONDocument(event.request).root.text) } catch { return false }
  }
}
