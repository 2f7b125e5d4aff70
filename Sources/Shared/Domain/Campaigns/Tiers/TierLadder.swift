internal import Time

/// The levels of a portfolio's limit of recipients, and what leads from each to the next. The real limit is read from the
/// provider; this is only for plans.
package struct TierLadder: Hashable, Sendable {
  package var levels: [Level]

  package init(_ levels: [Level]) { self.levels = levels }

  package struct Level: Hashable, Sendable {
    package let limit: Int
    package let way: Way

    package init(_ limit: Int, _ way: Way = .half) { (self.limit, self.way) = (limit, way) }
  }

  /// Each beside a high quality of all numbers and templates.
  package enum Way: Hashable, Sendable {
    /// At least half of the limit was used in the last seven days.
    case half
    /// So many were delivered to different people in the last thirty days.
    case delivered(Int)

    var days: Int {
      switch self {
      case .half: 7
      case .delivered: 30
      }
    }

    func need(at limit: Int) -> Int {
      switch self {
      case .half: (limit + 1) / 2
      case .delivered(let count): count
      }
    }
  }

  /// Above the last there is no limit.
  package static let meta = TierLadder([
    Level(250, .delivered(2_000)), Level(2_000), Level(10_000), Level(100_000),
  ])

  /// What leads upwards from a limit; one that is not of the ladder rises as the level below it does.
  func way(from limit: Int) -> Way {
    levels.last { $0.limit <= limit }?.way ?? levels.first?.way ?? .half
  }

  /// nil: no limit.
  func next(after limit: Int) -> Int? { levels.first { $0.limit > limit }?.limit }
}
