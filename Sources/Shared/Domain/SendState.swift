/// Where a send stands. The numbers are what the stores keep, so they never change.
package enum SendState: Int, CaseIterable, Hashable, Sendable {
  case queued = 0
  case sending = 1
  case inDoubt = 2
  case accepted = 3
  case sent = 4
  case delivered = 5
  case read = 6
  case failed = 7
  case undelivered = 8
  case expired = 9
  case canceled = 10

  /// As the API and the events spell it.
  package var name: String {
    switch self {
    case .queued: "queued"
    case .sending: "sending"
    case .inDoubt: "in-doubt"
    case .accepted: "accepted"
    case .sent: "sent"
    case .delivered: "delivered"
    case .read: "read"
    case .failed: "failed"
    case .undelivered: "undelivered"
    case .expired: "expired"
    case .canceled: "canceled"
    }
  }

  package init?(name: String) {
    guard let state = Self.byName[name] else { return nil }
    self = state
  }

  private static let byName = Dictionary(uniqueKeysWithValues: allCases.map { ($0.name, $0) })

  /// How far along: a send only moves to a higher rank, except that a failure may put it back into the
  /// queue as its next attempt. Delivered stands above the failures, so that it wins in any order.
  package var rank: Int {
    switch self {
    case .queued: 0
    case .sending, .inDoubt: 1
    case .accepted: 2
    case .sent: 3
    case .failed, .undelivered, .expired, .canceled: 4
    case .delivered: 5
    case .read: 6
    }
  }

  /// Ended without reaching anybody.
  package var isFailure: Bool { rank == 4 }

  /// Nothing more is expected. A delivered message may still be read.
  package var isFinal: Bool { rank >= 4 }
}

extension SendState {
  /// All of them, for a sentence: `queued, sending, …`
  package static let names = allCases.map(\.name).joined(separator: ", ")
}
