internal import Time

/// Both providers on one address, as strict as they are, and able to fail as they do. It judges whoever
/// speaks to it: it shares no code with them beyond HTTP, forms, JSON and hashes, and counts by itself.
///
/// Memory goes with what was accepted: about half a kilobyte and its body for each kept message, and
/// 100 to 200 bytes that stay for each send and each pair of sender and recipient.
package final class Simulator: Sendable {
  package let port: UInt16
  private let engine: Engine

  package init(_ settings: SimulatorSettings = SimulatorSettings()) throws {
    engine = try Engine(settings)
    port = try engine.start()
  }

  deinit { engine.stop(within: .zero) }

  /// Blocks; never to be called from a callback's receiver.
  package func stop(within limit: Duration = .seconds(1)) { engine.stop(within: limit) }

  /// As `GET /_sim/ledger` gives it.
  package var ledger: [UInt8] {
    let now = engine.now
    return engine.read { $0.ledger(LedgerQuery(), at: now) }
  }

  package func summary() -> String { engine.read { $0.summary() } }

  /// Returns the fault's number.
  @discardableResult
  package func switchOn(_ fault: Fault) -> Int { engine.change { $0.switchOn(fault, at: $1) } }

  /// All of them without a number.
  package func switchOff(_ id: Int? = nil) { engine.change { world, _ in world.desk.remove(id) } }

  /// Returns the provider id of what the person wrote; nil where there is no such sender.
  @discardableResult
  package func says(_ person: String, _ saying: Saying) -> String? {
    engine.change { $0.says(person, saying, at: $1) }
  }

  /// Where Twilio passes on what people write, and where Meta's webhooks go, for every account and app.
  package func report(inboundTo inboundURL: String?, webhooksTo webhookURL: String?) {
    engine.change { world, _ in
      world.report(inboundTo: inboundURL)
      world.report(webhooksTo: webhookURL)
    }
  }

  /// Asks the webhook of a Meta app whether it is its own, as the dashboard does.
  package func verifyWebhook(app: String) { engine.change { $0.verifyWebhook(app, at: $1) } }

  /// Moves the simulated time ahead of the clock.
  package func advance(_ span: Duration) { engine.advance(span) }

  /// To be called after the clock of the settings was moved.
  package func clockMoved() { engine.look() }

  /// Whether every callback that was due by now is over with, its repetitions too unless they wait.
  package func finishCallbacks(within limit: Duration) -> Bool {
    engine.finishCallbacks(within: limit)
  }
}
