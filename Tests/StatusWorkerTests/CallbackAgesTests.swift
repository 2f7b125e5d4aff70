import Domain
import Events
import Telemetry
import Testing
import Time

@testable import StatusWorker

@Suite struct CallbackAgesTests {
  @Test("a callback's age counts from the provider's time, or else from its arrival")
  func ages() {
    let metrics = Metrics()
    let now = CalendarTime(seconds: 1_700_000_000)
    func callback(_ status: String, told: Int64?, arrived: Int64) -> ProviderCallback {
      var callback = ProviderCallback(
        provider: .meta, account: AccountID("a"), providerID: ProviderID("wamid.1"),
        status: status, meaning: .ofMeta(status),
        receivedAt: Timestamp(seconds: 1_700_000_000 - arrived))
      callback.providerAt = told.map { CalendarTime(seconds: 1_700_000_000 - $0) }
      return callback
    }
    CallbackAges(metrics).observe(
      [
        callback("sent", told: 100, arrived: 3), callback("sent", told: 200, arrived: 3),
        callback("delivered", told: nil, arrived: 3), callback("read", told: -50, arrived: 3),
        callback("warning", told: 7, arrived: 3),
      ], at: now)
    let lines = Set(metrics.text().split(separator: "\n").map(String.init))
    func line(_ part: String, _ state: String, _ value: String) -> String {
      "postrider_callback_age_seconds_\(part){state=\"\(state)\"} \(value)"
    }
    #expect(
      lines.isSuperset(of: [
        line("count", "sent", "2"), line("sum", "sent", "300.0"),
        line("count", "delivered", "1"), line("sum", "delivered", "3.0"),
        // Of a provider whose clock is ahead.
        line("count", "read", "1"), line("sum", "read", "0.0"),
        line("count", "failed", "0"), line("count", "undelivered", "0"),
      ]))
  }
}
