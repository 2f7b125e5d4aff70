package import Events
internal import Domain

/// What our own workers read, and the name under which each keeps its bookmarks: the group that Kafka's tools show.
package enum ReadingGroup: String, CaseIterable, Sendable {
  case intake = "postrider-dispatch"
  case bulk = "postrider-dispatch-bulk"
  case callbacks = "postrider-status"
  case inbound = "postrider-status-inbound"
  case account = "postrider-status-account"

  package var topic: Topic {
    switch self {
    case .intake: .sends
    case .bulk: .bulk
    case .callbacks: .callbacks
    case .inbound: .inbound
    case .account: .account
    }
  }
}
