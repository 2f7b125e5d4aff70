internal import Telemetry

/// How orders to send again go.
struct ResendMetrics {
  let open: Gauge
  let sent: Counter
  let leftOut: Counter
  let givenUp: Counter

  init(_ metrics: Metrics) {
    open = metrics.gauge("postrider_resend_orders_open", "Orders to send again that are under way.")
    let help = "Sends that orders to send again came to."
    sent = metrics.counter("postrider_resends_total", help, ["result": "sent"])
    leftOut = metrics.counter("postrider_resends_total", help, ["result": "left-out"])
    givenUp = metrics.counter(
      "postrider_resend_orders_given_up_total",
      "Orders to send again that ended before they were done, as they could not go on.")
  }
}
