internal import Domain
internal import Events
internal import Providers
internal import Time

extension WebhookItem {
  func record(_ trace: Traceparent, at now: Timestamp) -> NewRecord {
    switch self {
    case .callback(let callback): callback.record(trace)
    case .inbound(let message): message.record(trace)
    case .account(let event): event.record(trace)
    case .malformed(let item):
      DeadLetter(arrived: item.raw, for: nil, key: item.provider.rawValue, because: item.reason)
        .event(at: now)
    }
  }
}
