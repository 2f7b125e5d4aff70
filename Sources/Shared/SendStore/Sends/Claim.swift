internal import Platform
package import Domain
package import Store
package import Time

/// A send that may be posted now, once, before its deadline.
package struct ClaimedSend: Hashable, Sendable {
  package let key: SendKey
  package let id: SendID
  package let attempt: Int
  package let claim: ClaimID
  package let recipient: PersonAddress
  package let content: SendContent
  /// What is known of the 24-hour window, to be judged at posting.
  package let window: ServiceWindow
  /// An opt-out that is not from everything; whether it matters depends on the content.
  package let optOut: OptOut?
  /// When it was last due: what put it off has moved that.
  package let due: Timestamp
  package let expires: Timestamp
  /// Which may be stopped between claim and post.
  package let campaign: CampaignKey?
}

package enum ClaimResult: Hashable, Sendable {
  /// The lease is no longer ours: nothing may be posted for this group.
  case fenced
  /// The store has less than it has told us: what it calls unsent may have been sent.
  case commitsLost
  case claimed(Claim)
}

package struct Claim: Hashable, Sendable {
  package var sends: [ClaimedSend] = []
  /// On the store's clock: past this an attempt must not be posted any more.
  package var postBy: Timestamp
  package let now: Timestamp
  /// The earliest moment at which another claim may find something; nil: when something is told or taken
  /// in. A record of what was claimed may bring it forward.
  package var next: Timestamp?
  package var hold: LaneHold?
  /// Sends that ended here instead of going out.
  package var expired = 0
  package var optedOut = 0

  mutating func look(at time: Timestamp?) {
    guard let time else { return }
    next = min(next ?? time, time)
  }
}

/// Why a lane does not send more now.
package enum LaneHold: Hashable, Sendable {
  case stopped(LaneStop)
  case held(until: Timestamp, reason: String)
  case budget(BudgetName, until: Timestamp?)
  /// Attempts of an owner before us may still be posted until then.
  case predecessor(until: Timestamp)
}

extension SendStore {
  /// From the intent to the last moment at which its bytes may leave.
  package static let postSpan = Duration.seconds(2)

  /// Takes as many due sends of the lane as its budgets allow now, and writes the intent to post each.
  /// `firstLook`: how long after it arose the doubt of a predecessor's attempt is looked into.
  package func claim(
    _ sender: SenderID, _ lease: Lease, worker: WorkerID, limit: Int,
    firstLook: Duration = DoubtLooks.standard.first
  ) throws(StoreError) -> ClaimResult {
    let (lane, budget) = try catalog.withLock { catalog throws(StoreError) in
      guard let lane = catalog.byName[sender], let budget = catalog.budgets[lane.key] else {
        throw .broken("no lane \(sender)")
      }
      return (lane, budget)
    }
    let id = ClaimID(worker: worker, number: claimNumbers.withLock { $0.next() })
    let known = flows.withLock { $0 }
    let clock = budgetClocks.withLock { $0[lane.group] }
    let (acknowledged, isSwept) = (
      acknowledged.withLock { $0 }, swept.withLock { $0[lane.key] == lease }
    )
    let claiming = try forgettingFlows { () throws(StoreError) in
      try engine.write(.claim) { transaction throws(StoreError) -> Claiming in
        var claiming = try Claiming(
          lane, budget, lease, id, firstLook: firstLook, isSwept: isSwept, clock, FlowBook(known),
          transaction)
        guard claiming.holdsLease, !claiming.misses(acknowledged) else { return claiming }
        guard try claiming.isOpen() else { return claiming }
        try claiming.choose(limit: limit)
        try claiming.write()
        return claiming
      }
    }
    guard claiming.holdsLease else { return .fenced }
    guard !claiming.misses(acknowledged) else { return .commitsLost }
    flows.withLock { $0.merge(claiming.flowsFound) { $1 } }
    self.acknowledged.withLock { $0.note(claiming.stamps) }
    budgetClocks.withLock { $0[lane.group] = claiming.clock }
    if claiming.isSwept { swept.withLock { $0[lane.key] = lease } }
    return .claimed(claiming.claim)
  }
}
