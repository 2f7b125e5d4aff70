package import Campaigns
package import Domain
package import SendStore

/// Rehearses a campaign where that disturbs nobody, and blocks until it is done: to be called on a thread of its own.
/// `goesOn` hears how far it is, as soon as that is known, at least once a second; it ends the rehearsal by saying no.
package typealias Rehearse =
  @Sendable (
    _ campaign: CampaignID, _ faults: [RehearsalFault],
    _ goesOn: (RehearsalProgress?) -> Bool
  ) -> RehearsalResult
