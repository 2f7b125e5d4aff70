package import Domain
package import Store
package import Time

/// A part of a campaign that waits since too many of it failed for one cause.
package struct CampaignStop: Hashable, Sendable {
  package let segment: ErrorBudget.Segment
  package let cause: String
  package let since: Timestamp
  package let until: Timestamp
  package let reason: String

  package init(
    _ segment: ErrorBudget.Segment, cause: String, since: Timestamp, until: Timestamp,
    reason: String
  ) {
    (self.segment, self.cause, self.since) = (segment, cause, since)
    (self.until, self.reason) = (until, reason)
  }
}

extension SendStore {
  package func stops(of campaign: CampaignKey) throws(StoreError) -> [CampaignStop] {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(Care.stops, [.campaign: .key(campaign)]) { row in
        CampaignStop(
          ErrorBudget.Segment(
            sender: SenderID(row.text(.sender)), template: row.text(.template),
            place: row.int(.place)),
          cause: row.text(.cause), since: row.time(.since), until: row.time(.until),
          reason: row.text(.reason))
      }
    }
  }

  /// These wait from now on. Nothing of them is claimed once it answers, as each of their lanes is locked for it.
  package func stop(
    _ stops: [CampaignStop], of campaign: CampaignKey
  ) throws(StoreError) {
    guard !stops.isEmpty else { return }
    try engine.write(.campaigns) { transaction throws(StoreError) in
      try transaction.lockGroups(of: campaign)
      try transaction.run(
        Care.stop,
        [
          .campaign: .keys(stops.map { _ in campaign }),
          .sender: .texts(stops.map(\.segment.sender.text)),
          .template: .texts(stops.map(\.segment.template)),
          .place: .integers(stops.map { Int64($0.segment.place) }),
          .cause: .texts(stops.map(\.cause)),
          .since: .integers(stops.map(\.since.microseconds)),
          .until: .integers(stops.map(\.until.microseconds)),
          .reason: .texts(stops.map(\.reason)),
        ])
    }
  }
}

extension Care {
  enum StopColumn: Int, Columns { case sender, template, place, cause, since, until, reason }
  static let stops = Query<CampaignParameter, StopColumn>("stops")
  enum StopParameter: Int, Columns {
    case campaign, sender, template, place, cause, since, until, reason
  }
  static let stop = Command<StopParameter>("stop")
  enum EndStopsParameter: Int, Columns { case campaign, now }
  static let endStops = Command<EndStopsParameter>("endStops")

  static let pruneStops = Command<Campaigns.PruneParameter>("pruneStops")
}
