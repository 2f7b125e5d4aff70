package import Time

/// Of the campaign that a send which waits is a row of.
package struct CampaignWait: Hashable, Sendable {
  package let name: String
  package let state: CampaignState
  package let reason: String
  /// nil where nobody has asked for its start, or it has started.
  package let startsAt: Timestamp?

  package init(name: String, state: CampaignState, reason: String, startsAt: Timestamp?) {
    (self.name, self.state, self.reason, self.startsAt) = (name, state, reason, startsAt)
  }

  func reason(at now: Timestamp) -> WaitReason? {
    switch state {
    case .running, .finishing, .done, .canceled: return nil
    case .loading:
      return WaitReason(
        code: .campaignStopped, end: .byPerson,
        sentence: "its campaign \(name) is still loading its recipients")
    case .planned:
      if let startsAt, startsAt > now {
        return WaitReason(
          code: .campaignScheduled, end: .at(startsAt),
          sentence: "its campaign \(name) starts at \(startsAt.told(at: now))")
      }
      return WaitReason(
        code: .campaignStopped, end: .byPerson,
        sentence: "its campaign has not been started: postrider campaign run \(name)")
    case .paused:
      return WaitReason(
        code: .campaignStopped, end: .byPerson,
        sentence: "its campaign is paused\(reason.afterColon): postrider campaign resume \(name)")
    }
  }
}
