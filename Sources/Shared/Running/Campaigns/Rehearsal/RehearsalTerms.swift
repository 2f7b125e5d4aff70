package import Domain
package import SendStore
package import Settings

/// What has to be so of a campaign that is rehearsed.
package struct RehearsalTerms: Sendable {
  package enum Refusal: Error, Hashable, Sendable {
    /// As the campaign stands now.
    case state(String)
    case unknownSenders([String])

    package var sentence: String {
      switch self {
      case .state(let why): why
      case .unknownSenders(let names):
        "the settings do not name all senders of the campaign: \(names.joined(separator: ", "))"
      }
    }
  }

  private let senders: [SenderSettings]

  package init(_ settings: Settings) { senders = settings.senders }

  /// The settings of its senders.
  package func senders(
    of campaign: StoredCampaign, in store: SendStore
  ) throws -> [SenderSettings] {
    if let why = Self.refusal(
      in: campaign.state, isLoaded: campaign.isLoaded, wave: try store.care(of: campaign.key).wave)
    {
      throw Refusal.state(why)
    }
    let names = Set(try store.crowds(of: campaign).map(\.sender))
    let found = senders.filter { names.contains($0.sender.id) }
    guard found.count == names.count else {
      throw Refusal.unknownSenders(
        names.subtracting(found.map(\.sender.id)).map(\.text).sorted())
    }
    return found
  }

  /// nil where it can be rehearsed.
  package static func refusal(
    in state: CampaignState, isLoaded: Bool, wave: StoredCare.Wave
  ) -> String? {
    guard isLoaded, [.planned, .running, .paused].contains(state) else {
      return
        "the campaign is \(state.name): one is rehearsed from when its recipients are loaded until all of them were begun"
    }
    guard wave != .out else {
      return "the campaign's first wave is out: rehearse it once that has passed"
    }
    return nil
  }
}
