internal import Events
internal import Domain
internal import Providers
package import SendStore
package import Time

/// What a webhook of Meta's says of sends, for a rehearsal.
package enum RehearsalCallbacks {
  /// Without those that move nothing.
  package static func reports(in body: [UInt8], at now: Timestamp) throws -> [CallbackReport] {
    var judge = CallbackJudge([:])
    return try MetaWebhook.read(body, receivedAt: now).compactMap { item in
      guard case .callback(let callback) = item else { return nil }
      return judge.report(callback)
    }
  }
}
