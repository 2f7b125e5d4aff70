package import Time

/// Of the campaign that a send which waits is a row of.
package struct CampaignWait: Hashable, Sendable {
  package let name: String
  package let state: CampaignState
  package let reason: String
  /// nil where nobody has asked for its start, or it has started.
  package let startsAt: Timestamp?
  /// When people who live there may be written to; nil where the campaign keeps no hours.
  package var opening: Range<Timestamp>?
  /// Its part waits until then since too much of it failed.
  package var stoppedUntil: Timestamp?
  /// Until when somebody sees how its sends fare; nil where nobody has to.
  package var seenUntil: Timestamp?
  /// Those of the first wave went, and what becomes of them is waited for.
  package var isBehindFirstWave = false
  /// It gets the message that is the best of those that are tried first.
  package var waitsForBest = false

  package init(name: String, state: CampaignState, reason: String, startsAt: Timestamp?) {
    (self.name, self.state, self.reason, self.startsAt) = (name, state, reason, startsAt)
  }

  /// What it takes care of while it runs.
  private func careReason(at now: Timestamp) -> WaitReason? {
    if waitsForBest {
      return WaitReason(
        code: .campaignBestMessage, end: .byItself,
        sentence:
          "the best message of its campaign \(name) is not known yet: postrider campaign winner \(name) says it by hand"
      )
    }
    if let stoppedUntil, stoppedUntil > now {
      return WaitReason(
        code: .campaignStopped, end: stoppedUntil.isOpenEnded ? .byPerson : .at(stoppedUntil),
        sentence:
          "too many of its campaign \(name) failed in its country: postrider campaign resume \(name)"
      )
    }
    if let opening, !opening.contains(now) {
      // Whoever looks after campaigns finds the next hours.
      let isKnown = opening.lowerBound > now && !opening.lowerBound.isOpenEnded
      return WaitReason(
        code: .campaignQuiet, end: isKnown ? .at(opening.lowerBound) : .byItself,
        sentence: isKnown
          ? "it is quiet where the person lives until \(opening.lowerBound.told(at: now))"
          : "it is quiet where the person lives")
    }
    if let seenUntil, seenUntil <= now {
      return WaitReason(
        code: .campaignBlind, end: .byItself,
        sentence: "nobody sees what becomes of the sends of its campaign \(name)")
    }
    guard isBehindFirstWave else { return nil }
    return WaitReason(
      code: .campaignFirstWave, end: .byItself,
      sentence: "what becomes of the first of its campaign \(name) is waited for")
  }

  func reason(at now: Timestamp) -> WaitReason? {
    switch state {
    case .running, .finishing: return careReason(at: now)
    case .done, .canceled: return nil
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
