package import Time

/// How many of a campaign's rows stand where, as the relay has counted them: each change once and in order.
package struct CampaignTally: Hashable, Sendable {
  /// Of one state, and where it ended without arriving, of one reason.
  package struct Item: Hashable, Sendable {
    package let sender: SenderID
    package let template: String
    /// The calling code of the country, such as +39; empty where a person has no number.
    package let segment: String
    /// Where its people live: the number of one of the campaign's places; 0 where nothing is known.
    package let place: Int
    /// Which of its messages they get, from 1 on; 0 where there is one alone.
    package let variant: Int
    package let state: SendState
    package let code: String
    package let count: Int

    package init(
      sender: SenderID, template: String, segment: String, place: Int = 0, variant: Int = 0,
      state: SendState, code: String, count: Int
    ) {
      (self.sender, self.template, self.segment) = (sender, template, segment)
      (self.place, self.variant) = (place, variant)
      (self.state, self.code, self.count) = (state, code, count)
    }
  }

  package let items: [Item]

  package init(_ items: [Item]) { self.items = items }

  /// What a provider has accepted and keeps back, until it has judged the first of them.
  package var held: Int {
    items.reduce(0) { $0 + ($1.code == ProviderHold.code ? $1.count : 0) }
  }

  /// Those that were claimed at least once.
  package var begun: Int { items.reduce(0) { $0 + $1.count } }

  package func count(_ states: SendState...) -> Int {
    items.reduce(0) { $0 + (states.contains($1.state) ? $1.count : 0) }
  }

  /// Why sends did not arrive, the commonest first.
  package var causes: [(code: String, count: Int)] {
    var counts: [String: Int] = [:]
    for item in items where item.state.isFailure { counts[item.code, default: 0] += item.count }
    return counts.filter { $0.value != 0 }.map { (code: $0.key, count: $0.value) }
      .sorted { ($1.count, $0.code) < ($0.count, $1.code) }
  }
}

/// What a campaign that runs is judged by.
package struct CampaignStanding: Hashable, Sendable {
  package let state: CampaignState
  /// In its queues.
  package let waiting: Int
  package let rows: Int
  package let tally: CampaignTally
  package let expires: Timestamp?
  /// When the last change of one of its sends was counted, or it changed itself.
  package let changed: Timestamp

  package init(
    _ state: CampaignState, waiting: Int, rows: Int, tally: CampaignTally, expires: Timestamp?,
    changed: Timestamp
  ) {
    (self.state, self.waiting, self.rows) = (state, waiting, rows)
    (self.tally, self.expires, self.changed) = (tally, expires, changed)
  }

  /// A message that a provider took and never spoke of again keeps no campaign open for longer.
  package static let patience = Duration.seconds(3600)

  /// The state that it is to move to by itself, if any.
  ///
  /// Nothing ends before every row was counted: what is claimed and not counted yet is neither waiting nor in the tally.
  package func next(at now: Timestamp) -> CampaignState? {
    switch state {
    case .loading, .planned, .paused, .canceled: return nil
    case .done: return waiting > 0 ? .finishing : nil
    case .running, .finishing:
      guard waiting == 0 else { return nil }
      let isAnswered = tally.begun >= rows && tally.count(.queued, .sending, .inDoubt) == 0
      if isAnswered, tally.count(.accepted) == 0 || now - changed >= Self.patience { return .done }
      return state == .running ? .finishing : nil
    }
  }
}
