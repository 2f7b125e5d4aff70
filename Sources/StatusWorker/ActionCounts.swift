internal import Telemetry

/// What was posted to tenants and other systems, by what became of it.
struct ActionCounts {
  private let delivered: Counter
  private let failed: Counter
  private let dead: Counter

  init(_ metrics: Metrics) {
    let counter = { (result: String) in
      metrics.counter(
        "postrider_deliveries_total", "What was posted to tenants, by what became of it.",
        ["result": result])
    }
    (delivered, failed, dead) = (counter("delivered"), counter("failed"), counter("dead"))
  }

  func count(_ delivered: Int, _ failed: Int, _ dead: Int) {
    self.delivered.add(delivered)
    self.failed.add(failed)
    self.dead.add(dead)
  }
}
