internal import Platform
package import Telemetry

/// What a transaction is for, as the metrics tell it.
package enum TransactionKind: String, Hashable, Sendable, CaseIterable {
  case intake, claim, record, callbacks, inbound, relay, campaigns, conversations, upkeep, query,
    other
}

/// How long transactions take, from the call to the end of the commit: waiting for a turn, a connection or a lock is
/// part of it, and so are repetitions after a conflict. One that failed counts as well.
package final class TransactionTimes: Sendable {
  private let histograms = Locked<[TransactionKind: Histogram]>([:])

  package init() {}

  /// From now on they are told there.
  package func show(in metrics: Metrics) {
    let made = TransactionKind.allCases.map { kind in
      (
        kind,
        metrics.histogram(
          "postrider_store_transaction_seconds",
          "From the call to the end of a transaction's commit.", ["kind": kind.rawValue])
      )
    }
    histograms.withLock { $0 = Dictionary(uniqueKeysWithValues: made) }
  }

  func measure<Value>(
    _ kind: TransactionKind, _ body: () throws(StoreError) -> Value
  ) throws(StoreError) -> Value {
    guard let histogram = histograms.withLock({ $0[kind] }) else { return try body() }
    let start = monotonicMicroseconds()
    defer { histogram.observe(Double(monotonicMicroseconds() - start) / 1_000_000) }
    return try body()
  }
}
