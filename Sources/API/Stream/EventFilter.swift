package import Domain
internal import Events

/// What of an event decides who hears it.
package struct EventFacts: Hashable, Sendable {
  package var tenant: Tenant?
  package var sender: String?
  package var campaign: String?
  package var state: String?
}

/// Which events of its topics a listener wants to hear. A place in the stream knows nothing of it: who comes back
/// with another filter, or none, goes on where they were.
package struct EventFilter: Hashable, Sendable {
  /// nil: all of them.
  private var senders, campaigns, states: Set<String>?

  package static let names: Set = ["sender", "campaign", "state"]
  /// Of each kind.
  static let most = 100

  /// As a query has it. `isSender` answers which senders there are for whoever asks.
  package init(
    _ topics: EventTopics, _ value: (String) -> String?, isSender: (SenderID) -> Bool
  ) throws(FieldFaults) {
    senders = try Self.list("sender", value, of: topics, [.messages, .inbound, .conversations])
    campaigns = try Self.list("campaign", value, of: topics, [.messages, .campaigns])
    states = try Self.list("state", value, of: topics, [.messages, .campaigns])
    guard senders?.allSatisfy({ isSender(SenderID($0)) }) ?? true else {
      throw FieldFaults("/sender", "must be ids of your senders, with commas between them")
    }
    guard campaigns?.allSatisfy({ (1...128).contains($0.unicodeScalars.count) }) ?? true else {
      throw FieldFaults("/campaign", "must be campaigns of sends, with commas between them")
    }
    let known = Self.states(of: topics)
    guard states?.isSubset(of: known) ?? true else {
      let all = known.joined(separator: ", ")
      throw FieldFaults("/state", "must be some of \(all), with commas between them")
    }
  }

  /// What an event does not have is not what was asked for.
  package func passes(_ facts: EventFacts) -> Bool {
    Self.isWanted(facts.sender, senders) && Self.isWanted(facts.campaign, campaigns)
      && Self.isWanted(facts.state, states)
  }

  private static func isWanted(_ value: String?, _ wanted: Set<String>?) -> Bool {
    guard let wanted else { return true }
    return value.map(wanted.contains) ?? false
  }

  private static func list(
    _ name: String, _ value: (String) -> String?, of topics: EventTopics, _ having: Set<Topic>
  ) throws(FieldFaults) -> Set<String>? {
    guard let text = value(name) else { return nil }
    guard topics.topics.contains(where: having.contains) else {
      throw FieldFaults("/\(name)", "is nothing that events of these topics have")
    }
    let words = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard words.count <= most else {
      throw FieldFaults("/\(name)", "must be at most \(most)")
    }
    return Set(words)
  }

  private static func states(of topics: EventTopics) -> [String] {
    var names: [String] = []
    if topics.topics.contains(.messages) { names += SendState.allCases.map(\.name) }
    if topics.topics.contains(.campaigns) {
      names += CampaignState.allCases.map(\.name).filter { !names.contains($0) }
    }
    return names
  }
}
