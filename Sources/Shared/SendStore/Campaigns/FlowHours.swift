internal import Domain
internal import Store
internal import Time

/// When a flow may be claimed from, as far as its campaign takes care of it: in the hours of its place, while it is not
/// stopped for what failed, and while somebody sees how its sends fare.
///
/// All of it is kept as times until which something holds, so that nobody has to be there for it to end: where whoever
/// looks after campaigns is gone, a place stays closed once its hours are over, and what needs sight is claimed no more.
struct FlowHours {
  private let open: Range<Timestamp>?
  private let stoppedUntil: Timestamp
  private let seenUntil: Timestamp?

  init(_ row: Row<Flows.WaitingColumn>) {
    open = row.optionalTime(.openFrom).map { from in
      from..<max(from, row.optionalTime(.openUntil) ?? from)
    }
    stoppedUntil = row.optionalTime(.stoppedUntil) ?? .distantPast
    seenUntil =
      row.optionalInteger(.needsSight) == 1 ? row.optionalTime(.seenUntil) ?? .distantPast : nil
  }

  enum Verdict: Hashable {
    case open
    /// Not before then; nil: not before somebody says so, who wakes the lane.
    case closed(until: Timestamp?)
  }

  /// Whether what is claimed now may still be posted up to `postBy`.
  func verdict(at now: Timestamp, postBy: Timestamp) -> Verdict {
    if stoppedUntil > now {
      return .closed(until: stoppedUntil.isOpenEnded ? nil : stoppedUntil)
    }
    // Sight comes back without a wake.
    if let seenUntil, seenUntil <= now { return .closed(until: now + Self.nextSight) }
    guard let open else { return .open }
    if now < open.lowerBound {
      return .closed(until: open.lowerBound.isOpenEnded ? nil : open.lowerBound)
    }
    return postBy <= open.upperBound ? .open : .closed(until: nil)
  }

  private static let nextSight = Duration.seconds(1)
}
