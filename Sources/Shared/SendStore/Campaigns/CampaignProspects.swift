internal import Platform
package import Domain
package import Store
package import Time

/// Some people of a campaign that it has not written to yet.
package struct CampaignAudience: Hashable, Sendable {
  package let sender: SenderID
  package let template: String
  package let place: Int
  package let variant: Int
  package let people: Int
  /// They wrote within a day, so no limit of recipients counts them.
  package let inWindow: Int
  /// They were written to within a day, and are counted already.
  package let counted: Int
  package let optedOut: Int
  /// From marketing alone.
  package let noMarketing: Int
  /// Until when is not told: nobody sends them marketing now.
  package let resting: Int

  package init(
    sender: SenderID, template: String, place: Int, variant: Int, people: Int, inWindow: Int = 0,
    counted: Int = 0, optedOut: Int = 0, noMarketing: Int = 0, resting: Int = 0
  ) {
    (self.sender, self.template, self.place, self.variant) = (sender, template, place, variant)
    (self.people, self.inWindow, self.counted) = (people, inWindow, counted)
    (self.optedOut, self.noMarketing, self.resting) = (optedOut, noMarketing, resting)
  }
}

/// What a lane may still spend, and what else waits in it.
package struct LaneProspect: Sendable {
  package let sender: SenderID
  package let group: LaneGroupID
  /// With what the provider has told.
  package let budget: Budget
  package let spent: LaneBudget
  package let recipients: RecipientBudget?
  package let inFlight: Int
  package let isStopped: Bool
  package let heldUntil: Timestamp
  package let others: [(priority: Int, waiting: Int)]
}

extension SendStore {
  /// A look at each of them, which takes some seconds for a million.
  package func audience(of campaign: StoredCampaign) throws(StoreError) -> [CampaignAudience] {
    try engine.read { transaction throws(StoreError) in
      let now = try transaction.now()
      return try transaction.rows(
        Care.audience,
        [
          .campaign: .key(campaign.key), .load: .integer(campaign.load), .now: .time(now),
          .since: .time(now - DailyLimit.length),
        ]
      ) { row in
        CampaignAudience(
          sender: SenderID(row.text(.sender)), template: row.text(.template),
          place: row.int(.place), variant: FlowKind(number: row.integer(.kind)).variant,
          people: row.int(.people), inWindow: row.int(.inWindow), counted: row.int(.counted),
          optedOut: row.int(.optedOut), noMarketing: row.int(.noMarketing),
          resting: row.int(.resting))
      }
    }
  }

  /// Of these senders, under the budgets that the settings give them.
  package func prospects(
    of senders: [Sender], besides campaign: CampaignKey?
  ) throws(StoreError) -> (lanes: [LaneProspect], now: Timestamp) {
    let byID = Dictionary(senders.map { ($0.id, $0) }) { first, _ in first }
    return try engine.read { transaction throws(StoreError) in
      let now = try transaction.now()
      let others = Dictionary(
        grouping: try transaction.rows(
          Care.others, [.campaign: .integer(campaign?.value ?? -1)]
        ) {
          (SenderID($0.text(.sender)), (priority: $0.int(.priority), waiting: $0.int(.waiting)))
        },
        by: \.0)
      let lanes = try transaction.rows(Care.lanes) { row throws(StoreError) -> LaneProspect? in
        guard let sender = byID[SenderID(row.text(.sender))] else { return nil }
        let told = ToldLimits(
          rate: row.optionalInt(.toldRate), recipients: row.optionalInt(.toldRecipients))
        let budget = sender.budget.limited(by: told)
        do {
          var recipients: RecipientBudget?
          if case .recipients(let limit) = budget.daily {
            recipients = try RecipientBudget(limit: limit, kept: row.bytes(.recipients))
          }
          return LaneProspect(
            sender: sender.id, group: sender.laneGroup, budget: budget,
            spent: try LaneBudget(budget, kept: row.bytes(.budget)), recipients: recipients,
            inFlight: row.int(.inFlight), isStopped: row.optionalTime(.stopped) != nil,
            heldUntil: row.time(.heldUntil), others: others[sender.id]?.map(\.1) ?? [])
        } catch { throw .broken("\(error)") }
      }
      return (lanes.compactMap(\.self), now)
    }
  }
}

extension SendStore {
  /// How many different people the lanes of a group wrote to outside windows, by days of 24 hours that end now: the last
  /// day last. Who was written to on several days counts on the last of them.
  package func recipientsByDay(
    of group: LaneGroupID, days: Int = 30
  ) throws(StoreError) -> [Int] {
    let key = catalog.withLock { $0.groups[group] }
    guard let key else { return [] }
    return try engine.read { transaction throws(StoreError) in
      let now = try transaction.now()
      var counts = Array(repeating: 0, count: days)
      let found = try transaction.rows(
        Care.recipientsByDay,
        [
          .group: .key(key), .now: .time(now), .since: .time(now - DailyLimit.length * days),
        ]
      ) { (age: $0.int(.age), count: $0.int(.count)) }
      for (age, count) in found { counts[days - 1 - min(max(age, 0), days - 1)] += count }
      return counts
    }
  }
}

extension Care {
  enum RecipientsByDayParameter: Int, Columns { case group, now, since }
  enum RecipientsByDayColumn: Int, Columns { case age, count }
  static let recipientsByDay = Query<RecipientsByDayParameter, RecipientsByDayColumn>(
    "recipientsByDay")

  enum AudienceParameter: Int, Columns { case campaign, load, now, since }
  enum AudienceColumn: Int, Columns {
    case sender, template, place, kind, people, inWindow, counted, optedOut, noMarketing, resting
  }
  static let audience = Query<AudienceParameter, AudienceColumn>("audience")

  enum OtherColumn: Int, Columns { case sender, priority, campaign, waiting }
  static let others = Query<CampaignParameter, OtherColumn>("others")

  enum LaneColumn: Int, Columns {
    case sender, inFlight, stopped, heldUntil, budget, recipients, toldRate, toldRecipients
  }
  static let lanes = Query<Nothing, LaneColumn>("lanes")
}
