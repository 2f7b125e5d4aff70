internal import Events
internal import Domain
package import HTTP
internal import Providers
package import SendStore
package import Time

/// What providers post of sends, applied as the status worker does, for a rehearsal in which nothing leaves the machine.
package struct RehearsalCallbacks: Sendable {
  private let store: SendStore

  package init(_ store: SendStore) { self.store = store }

  package func apply(_ calls: [HTTPCall], at now: Timestamp) throws {
    var callbacks: [ProviderCallback] = []
    for call in calls {
      for case .callback(let callback) in try items(of: call, at: now) {
        callbacks.append(callback)
      }
    }
    guard !callbacks.isEmpty else { return }
    var judge = try CallbackJudge(of: callbacks, in: store)
    _ = try store.apply(callbacks.compactMap { judge.report($0) })
  }

  private func items(of call: HTTPCall, at now: Timestamp) throws -> [WebhookItem] {
    // Meta alone posts JSON.
    if call.body.first == UInt8(ascii: "{") {
      return try MetaWebhook.read(call.body, receivedAt: now)
    }
    let query = call.url.firstIndex(of: "?").map {
      call.url[$0...].dropFirst().prefix { $0 != "#" }
    }
    return [
      try TwilioWebhook.read(
        try FormFields(call.body), query: try query.map { try FormFields(Array($0.utf8)) },
        receivedAt: now)
    ]
  }
}
