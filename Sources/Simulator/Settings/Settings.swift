internal import Platform
package import Time

/// What the simulated world looks like. The defaults are a demo of both providers.
package struct SimulatorSettings: Sendable {
  package var address = "127.0.0.1"
  /// 0 takes any free port.
  package var port: UInt16 = 0
  /// Threads that serve requests.
  package var threads = 1
  /// The control API answers callers of other machines too.
  package var controlFromAnywhere = false
  /// The same seed gives the same outcomes to the same requests.
  package var seed: UInt64 = 1
  package var twilio: [TwilioAccount] = [.demo]
  package var meta: [MetaApp] = [.demo]
  /// Distinct recipients outside a window in any 24 hours, by portfolio.
  package var portfolios: [String: Int] = [Demo.portfolio: 1000]
  package var businesses: [Business] = []
  package var marketing = MarketingRules()
  /// Whoever is not named in `people`.
  package var everyone = Person(address: "")
  package var people: [Person] = []
  /// Between a request and its answer.
  package var latency = Delay.none
  package var life = LifeCycle()
  package var script: [ScriptLine] = []
  package var conversations: [Conversation] = []
  /// nil: nobody answers for a model.
  package var assistant: AssistantSettings?
  package var faults: [Fault] = []
  /// Messages that can still be fetched and listed. Counts go on beyond it.
  package var keptMessages = 1_000_000
  /// Of the caller; the simulator's own time can be moved ahead of it.
  package var clock: @Sendable () -> Timestamp = steadyClock()

  package init() {}
}

/// The calendar as it was at the start, carried on by a clock that nobody can set.
package func steadyClock() -> @Sendable () -> Timestamp {
  let offset = wallMicroseconds() - bootMicroseconds()
  return { Timestamp(microseconds: bootMicroseconds() + offset) }
}

/// What becomes of an accepted message.
package struct LifeCycle: Sendable {
  package var sent = Delay(.milliseconds(200), to: .milliseconds(600))
  /// After `sent`, as `read` is after `delivered`.
  package var delivered = Delay(.milliseconds(300), to: .seconds(2))
  package var read = Delay(.seconds(1), to: .seconds(10))
  /// Of those delivered on WhatsApp.
  package var readShare = 0.6
  /// False: no status ever changes and nothing is called.
  package var isReported = true
  /// How long Meta gathers updates for one webhook, and how many at most.
  package var batchDelay: Duration = .milliseconds(50)
  package var batchSize = 100
  /// Before each repetition of a webhook that Meta's side does not see answered 200; the last one stays.
  package var webhookRetries: [Duration] = [1, 2, 4, 8, 15, 30, 60, 300, 1800, 3600].map {
    .seconds($0)
  }
  package var webhookExpiry: Duration = .seconds(7 * 86400)
  /// Webhooks that may wait for their repetition; one more is given up. Each holds up to a batch.
  package var webhookBacklog = 10_000
  package var callbacksInFlight = 64
  /// How long Meta looks at a new or changed template.
  package var review: Duration = .seconds(2)
  /// How long after that the marketing messages endpoint does not know it.
  package var sync: Duration = .seconds(600)

  package init() {}
}

package struct Person: Sendable, Equatable {
  /// `+` and digits, or a business-scoped user id.
  package var address: String
  package var hasJoinedSandbox = true
  package var isOnWhatsApp = true
  package var hasOptedOut = false
  /// Has written within the last 24 hours, as of the start.
  package var hasOpenWindow = true
  package var name = "Somebody"

  package init(address: String) { self.address = address }
}

/// What a person does by itself, counted from the start.
package struct ScriptLine: Sendable {
  package var after: Duration
  package var from: String
  package var saying: Saying

  package init(after: Duration, from: String, saying: Saying) {
    self.after = after
    self.from = from
    self.saying = saying
  }
}
