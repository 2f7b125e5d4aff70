/// Where a campaign stands. The numbers are what the stores keep, so they never change.
///
///     loading ─▶ planned ─▶ running ⇄ paused
///                              │
///                              ▼
///                          finishing ─▶ done         canceled from any but done
package enum CampaignState: Int, CaseIterable, Hashable, Sendable {
  /// Its recipients come in, or are still to come.
  case loading = 0
  /// All of them are there.
  case planned = 1
  case running = 2
  case paused = 3
  /// Nothing of it waits any more; of some the last word is still out.
  case finishing = 4
  case done = 5
  case canceled = 6

  package var name: String {
    switch self {
    case .loading: "loading"
    case .planned: "planned"
    case .running: "running"
    case .paused: "paused"
    case .finishing: "finishing"
    case .done: "done"
    case .canceled: "canceled"
    }
  }

  package init?(name: String) {
    guard let state = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = state
  }

  package static let names = allCases.map(\.name).joined(separator: ", ")

  /// Whether sends of it may be claimed. What a callback puts back into the queue goes out while it is finishing.
  package var isClaimable: Bool { self == .running || self == .finishing }

  package var hasEnded: Bool { self == .done || self == .canceled }
}

/// What a person or a rule wants of a campaign.
package enum CampaignOrder: String, CaseIterable, Hashable, Sendable {
  case start, pause, resume, cancel

  package enum Effect: Hashable, Sendable {
    case moves(CampaignState)
    /// It starts by itself once its recipients are there.
    case startsOnceLoaded
    case nothing
    case refused(String)
  }

  package func effect(on state: CampaignState) -> Effect {
    switch (self, state) {
    case (.start, .loading): .startsOnceLoaded
    case (.start, .planned): .moves(.running)
    case (.start, .running), (.start, .finishing): .nothing
    case (.start, .paused): .refused("the campaign is paused; resume it")
    case (.pause, .running), (.pause, .finishing): .moves(.paused)
    case (.pause, .paused): .nothing
    case (.pause, .loading), (.pause, .planned): .refused("the campaign has not started yet")
    case (.resume, .paused): .moves(.running)
    case (.resume, .running), (.resume, .finishing): .nothing
    case (.resume, .loading), (.resume, .planned):
      .refused("the campaign has not started yet; start it")
    case (.cancel, .canceled): .nothing
    case (.cancel, .done): .refused("the campaign is done")
    case (.cancel, _): .moves(.canceled)
    case (_, .done): .refused("the campaign is done")
    case (_, .canceled): .refused("the campaign is canceled")
    }
  }
}

/// Why a campaign does not go on.
package struct CampaignReason: Hashable, Sendable {
  package enum Cause: String, CaseIterable, Hashable, Sendable {
    /// Somebody asked for it.
    case person
    /// Its time has not come.
    case schedule
    /// What came before a restore may have gone out.
    case restored
    /// Its time is over.
    case expired
    /// Too little of its first wave arrived, or too much of it failed.
    case firstWave = "first-wave"
    /// What it may cost is spent.
    case ceiling
  }

  package let cause: Cause
  package let text: String

  package init(_ cause: Cause, _ text: String) { (self.cause, self.text) = (cause, text) }
}
