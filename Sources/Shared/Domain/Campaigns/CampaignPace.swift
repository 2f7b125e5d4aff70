package import Time

/// What one campaign may take of a lane: a number in a time over all of its lanes, a part of each lane's rate, or both.
package struct CampaignPace: Hashable, Sendable {
  package var pace: Rate?
  /// In hundredths of the lane's rate.
  package var share: Int?
  /// How many lanes the pace is divided by.
  package var lanes: Int
  /// When all that it took of this lane is paid back.
  package var paidBack: Timestamp

  package init(
    pace: Rate? = nil, share: Int? = nil, lanes: Int = 1, paidBack: Timestamp = .distantPast
  ) {
    (self.pace, self.share, self.lanes, self.paidBack) = (pace, share, lanes, paidBack)
  }

  /// What it may take of a lane with that rate; nil: as much as the lane lets out.
  package func bucket(in lane: Rate?) -> TokenBucket? {
    let (own, shared) = (own, shared(of: lane))
    guard let rate = [own, shared].compactMap(\.self).min(by: { $0.perSecond < $1.perSecond })
    else { return nil }
    return TokenBucket(rate, paidBack: paidBack, guardSpan: .zero)
  }

  /// Whether the share is what holds it, rather than the pace.
  func isHeldByShare(in lane: Rate?) -> Bool {
    guard let shared = shared(of: lane) else { return false }
    return own.map { shared.perSecond < $0.perSecond } ?? true
  }

  private var own: Rate? { pace.map { $0.divided(by: max(1, lanes)).spread } }

  private func shared(of lane: Rate?) -> Rate? {
    share.flatMap { share in lane?.share(ofHundred: share) }
  }
}
