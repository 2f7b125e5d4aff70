internal import Domain
internal import Events
internal import Platform
internal import Telemetry
internal import Time

/// How late callbacks are applied, by what they say of a send.
struct CallbackAges {
  private let states: [SendState: Histogram]

  private static let told: [SendState] = [
    .accepted, .sent, .delivered, .read, .failed, .undelivered, .canceled,
  ]

  init(_ metrics: Metrics) {
    let made = Self.told.map { state in
      (
        state,
        metrics.histogram(
          "postrider_callback_age_seconds",
          "From the provider's time of a callback, or else its arrival, until it is applied.",
          ["state": state.name], bounds: Histogram.waits)
      )
    }
    states = Dictionary(uniqueKeysWithValues: made)
  }

  /// Of a batch that has just been applied.
  func observe(_ callbacks: [ProviderCallback], at now: CalendarTime) {
    var ages: [SendState: [Double]] = [:]
    for callback in callbacks {
      guard let state = callback.meaning.state else { continue }
      let since = callback.providerAt?.microseconds ?? callback.receivedAt.microseconds
      ages[state, default: []].append(Double(max(0, now.microseconds - since)) / 1_000_000)
    }
    for (state, ages) in ages { states[state]?.observe(ages) }
  }
}

extension ProviderCallback.Meaning {
  fileprivate var state: SendState? {
    switch self {
    case .wentOut(let reached): reached.state
    case .failed(let state): state
    case .nothing: nil
    }
  }
}
