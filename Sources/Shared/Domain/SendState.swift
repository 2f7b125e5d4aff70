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
  package var name: String { Self.names[rawValue] }

  private static let names = allCases.map { $0 == .inDoubt ? "in-doubt" : String(describing: $0) }

  package init?(name: String) {
    guard let state = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = state
  }

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
