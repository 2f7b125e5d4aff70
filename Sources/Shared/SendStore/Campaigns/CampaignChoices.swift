package import Domain
package import Store
package import Time

/// How a campaign's messages are tried before the rest of it is sent.
package struct CampaignTest: Hashable, Sendable {
  package struct Winner: Hashable, Sendable {
    /// From 1 on.
    package let variant: Int
    package let at: Timestamp
    package let reason: String
  }

  /// When the last of the test went.
  package var tested: Timestamp?
  package var winner: Winner?
}

extension SendStore {
  /// nil where nothing of the campaign waits for the best message.
  package func test(of campaign: CampaignKey) throws(StoreError) -> CampaignTest? {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(Choices.one, [.campaign: .key(campaign)]) { row -> CampaignTest? in
        guard row.isTrue(.isTest) else { return nil }
        var test = CampaignTest(tested: row.optionalTime(.tested))
        if let winner = row.optionalInt(.winner) {
          test.winner = CampaignTest.Winner(
            variant: winner, at: row.optionalTime(.winnerAt) ?? .distantPast,
            reason: row.optionalText(.winnerReason) ?? "")
        }
        return test
      }.first ?? nil
    }
  }

  /// All of the test have gone.
  package func noteTested(_ campaign: CampaignKey) throws(StoreError) {
    try engine.write(.campaigns) { transaction throws(StoreError) in
      try transaction.run(
        Choices.tested, [.campaign: .key(campaign), .at: .time(try transaction.now())])
    }
  }

  /// Whoever says it first. False where it is known already, or nothing waits for it.
  package func choose(
    _ variant: Int, of campaign: CampaignKey, because reason: String
  ) throws(StoreError) -> Bool {
    try engine.write(.campaigns) { transaction throws(StoreError) in
      try !transaction.rows(
        Choices.win,
        [
          .campaign: .key(campaign), .variant: .integer(variant), .reason: .text(reason),
          .at: .time(try transaction.now()),
        ]
      ) { $0.key(.campaign) as CampaignKey }.isEmpty
    }
  }

  /// Puts the chosen message in its place in the next so many rows, and lets go of each queue once all of its rows have it.
  /// True while there is more to do.
  package func settle(
    _ campaign: StoredCampaign, on variant: Int, template: String, limit: Int = 2000
  ) throws(StoreError) -> Bool {
    try engine.write(.campaigns) { transaction throws(StoreError) in
      let flows = try transaction.rows(
        Choices.flows, [.campaign: .key(campaign.key), .load: .integer(campaign.load)]
      ) { row in
        (
          key: row.key(.key) as FlowKey, lane: row.key(.lane) as LaneKey,
          kind: FlowKind(number: row.integer(.kind))
        )
      }
      guard let flow = flows.first else { return false }
      let sends = try transaction.rows(
        Choices.open, [.flow: .key(flow.key), .limit: .integer(limit)]
      ) { $0.key(.send) as SendKey }
      if !sends.isEmpty {
        let (keys, flowKeys) = (Column.keys(sends), Column.keys(sends, { _ in flow.key }))
        try transaction.run(
          Choices.choose,
          [
            .flow: flowKeys, .send: keys, .variant: .integers(sends.map { _ in Int64(variant) }),
          ])
        try transaction.forgetChoices(sends, of: flow.key)
      }
      if sends.count < limit {
        try transaction.run(
          Choices.settle,
          [
            .flow: .key(flow.key), .kind: .integers([flow.kind.decided(variant).number]),
            .template: .text(template),
          ])
        try transaction.run(Flows.holdAgain, [.lane: .key(flow.lane)])
        try transaction.run(Lanes.wake, [.lane: .key(flow.lane)])
      }
      return true
    }
  }
}

extension Transaction {
  /// What rows may say instead, the second message of their campaign first.
  func keepChoices(
    _ rows: [(flow: FlowKey, send: SendKey, others: [[UInt8]])]
  ) throws(StoreError) {
    let choices = rows.flatMap { row in
      row.others.enumerated().map { (row.flow, row.send, variant: $0 + 2, content: $1) }
    }
    guard !choices.isEmpty else { return }
    try run(
      Choices.keep,
      [
        .flow: .keys(choices, \.0), .send: .keys(choices, \.1),
        .variant: .integers(choices.map { Int64($0.variant) }),
        .content: .bytes(choices.map(\.content)),
      ])
  }

  /// What each of these may say instead, the second message of their campaign first.
  func choices(
    of flow: FlowKey, _ sends: ClosedRange<SendKey>
  ) throws(StoreError) -> [SendKey: [[UInt8]]] {
    let found = try rows(
      Choices.of,
      [.flow: .key(flow), .first: .key(sends.lowerBound), .last: .key(sends.upperBound)]
    ) { (send: $0.key(.send) as SendKey, content: $0.bytes(.content)) }
    return Dictionary(grouping: found, by: \.send).mapValues { $0.map(\.content) }
  }

  func forgetChoices(_ sends: [SendKey], of flow: FlowKey) throws(StoreError) {
    try run(Choices.forget, [.flow: .keys(sends, { _ in flow }), .send: .keys(sends)])
  }
}

extension Choices {
  enum KeepParameter: Int, Columns { case flow, send, variant, content }
  static let keep = Command<KeepParameter>("keep")

  enum FlowsParameter: Int, Columns { case campaign, load }
  enum FlowColumn: Int, Columns { case key, lane, kind, waiting }
  static let flows = Query<FlowsParameter, FlowColumn>("flows")

  enum OpenParameter: Int, Columns { case flow, limit }
  enum OpenColumn: Int, Columns { case send }
  static let open = Query<OpenParameter, OpenColumn>("open")

  enum OfParameter: Int, Columns { case flow, first, last }
  enum OfColumn: Int, Columns { case send, variant, content }
  static let of = Query<OfParameter, OfColumn>("of")

  enum ChooseParameter: Int, Columns { case flow, send, variant }
  static let choose = Command<ChooseParameter>("choose")
  enum ForgetParameter: Int, Columns { case flow, send }
  static let forget = Command<ForgetParameter>("forget")
  enum SettleParameter: Int, Columns { case flow, kind, template }
  static let settle = Command<SettleParameter>("settle")

  enum CampaignParameter: Int, Columns { case campaign }
  static let test = Command<CampaignParameter>("test")
  enum TestedParameter: Int, Columns { case campaign, at }
  static let tested = Command<TestedParameter>("tested")
  enum WinParameter: Int, Columns { case campaign, variant, at, reason }
  enum WinColumn: Int, Columns { case campaign }
  static let win = Query<WinParameter, WinColumn>("win")
  enum OneColumn: Int, Columns { case isTest, tested, winner, winnerAt, winnerReason }
  static let one = Query<CampaignParameter, OneColumn>("one")
}
