internal import Platform
package import Domain
package import Store
package import Time

/// A row of a campaign that was not claimed yet, with all that the store knows of its person.
package struct CopiedRow: Hashable, Sendable {
  package var row: CampaignBatch.Row
  package let priority: Int
  fileprivate let lastInbound: Timestamp?
  fileprivate let windowClosed: Timestamp?
  fileprivate let optOut: String?
  fileprivate let optedOut: Timestamp?
  fileprivate let restUntil: Timestamp?
  fileprivate let counted: Timestamp?
  fileprivate let paidBack: Timestamp?
  fileprivate let resting: Timestamp?
  fileprivate let restTimes: Int
  fileprivate let reached: [Timestamp]

  /// Whether the person wrote within a day before that time.
  package func isWindowOpen(at time: Timestamp) -> Bool {
    ServiceWindow(lastInbound: lastInbound, lastRefusal: windowClosed).isOpen(at: time)
  }
}

/// What a lane has spent, and what its provider has told of it.
package struct CopiedLane: Hashable, Sendable {
  fileprivate let sender: SenderID
  fileprivate let isStopped: Bool
  fileprivate let heldUntil: Timestamp
  fileprivate let budget: [UInt8]
  fileprivate let recipients: [UInt8]
  fileprivate let toldRate: Int?
  fileprivate let toldRecipients: Int?
}

extension SendStore {
  /// Reads a campaign for a copy, page by page.
  package func copy(
    of campaign: StoredCampaign, reachedSince since: Timestamp?,
    _ page: ([CopiedRow]) throws -> Void
  ) throws {
    let places = try places(of: campaign.key)
    let flows = try engine.read { transaction throws(StoreError) in
      try transaction.flows(of: campaign.key).filter { $0.load == campaign.load }.map(\.key)
    }
    for flow in flows {
      var after = SendKey(0)
      while true {
        let (rows, last) = try engine.read { transaction throws(StoreError) in
          try transaction.copied(flow, after: after, places, campaign.tenant, since)
        }
        guard let last else { break }
        try page(rows)
        after = last
      }
    }
  }

  package func copiedLanes() throws(StoreError) -> [CopiedLane] {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(Care.lanes) { row in
        CopiedLane(
          sender: SenderID(row.text(.sender)), isStopped: row.optionalTime(.stopped) != nil,
          heldUntil: row.time(.heldUntil), budget: row.bytes(.budget),
          recipients: row.bytes(.recipients), toldRate: row.optionalInt(.toldRate),
          toldRecipients: row.optionalInt(.toldRecipients))
      }
    }
  }

  /// Into a store of which nobody claims yet: the lanes that it knows.
  package func put(_ lanes: [CopiedLane]) throws(StoreError) {
    let known = catalog.withLock { $0.byName }
    try engine.write { transaction throws(StoreError) in
      let now = try transaction.now()
      for copy in lanes {
        guard let lane = known[copy.sender] else { continue }
        try transaction.run(
          Lanes.save,
          [
            .lane: .key(lane.key), .budget: .bytes([copy.budget]), .inFlight: .integer(0),
            .sweptEpoch: .integer(0),
          ])
        try transaction.run(
          Lanes.saveGroup,
          [
            .group: .key(lane.group), .recipients: .optionalBytes([copy.recipients]),
            .budgetLag: .integers([0]),
          ])
        if let rate = copy.toldRate {
          try transaction.run(Lanes.tellRate, [.lane: .key(lane.key), .rate: .integer(rate)])
        }
        if let limit = copy.toldRecipients {
          try transaction.run(
            Lanes.tellRecipients, [.group: .key(lane.group), .recipients: .integer(limit)])
        }
        if copy.heldUntil > now {
          try transaction.run(
            Lanes.hold,
            [.lane: .key(lane.key), .until: .time(copy.heldUntil), .reason: .text("held")])
        }
        guard copy.isStopped else { continue }
        try transaction.run(
          Lanes.stop,
          [
            .lane: .key(lane.key), .at: .time(now), .code: .text(LaneStop.byHand),
            .reason: .text("It is stopped."),
          ])
      }
    }
  }

  /// What is known of people, into a copy.
  package func put(_ rows: [CopiedRow], of tenant: Tenant) throws(StoreError) {
    let known = catalog.withLock { $0.byName }
    try engine.write { transaction throws(StoreError) in
      for (number, copy) in rows.enumerated() {
        guard let lane = known[copy.row.sender] else { continue }
        try transaction.put(copy, lane, tenant, send: SendKey(Int64(-1 - number)))
      }
    }
  }
}

extension Transaction {
  fileprivate func copied(
    _ flow: FlowKey, after key: SendKey, _ places: [CampaignPlace], _ tenant: Tenant,
    _ since: Timestamp?
  ) throws(StoreError) -> ([CopiedRow], SendKey?) {
    var found = try rows(
      Care.copied, [.flow: .key(flow), .after: .key(key), .limit: .integer(1000)]
    ) { row in
      let kind = FlowKind(number: row.integer(.kind))
      let place = places.first { $0.number == kind.place }
      let send: SendKey = row.key(.send)
      return (
        send,
        CopiedRow(
          row: CampaignBatch.Row(
            line: Int(send.value), sender: SenderID(row.text(.sender)),
            recipient: PersonAddress(row.text(.recipient)), content: row.bytes(.content),
            template: row.text(.template), maxAttempts: row.int(.maxAttempts),
            region: place?.region ?? "", zone: place?.zone ?? "", variant: kind.variant),
          priority: row.int(.priority), lastInbound: row.optionalTime(.lastInbound),
          windowClosed: row.optionalTime(.windowClosed), optOut: row.optionalText(.optOut),
          optedOut: row.optionalTime(.optedOut), restUntil: row.optionalTime(.restUntil),
          counted: row.optionalTime(.counted), paidBack: row.optionalTime(.paidBack),
          resting: row.optionalTime(.resting), restTimes: row.optionalInt(.times) ?? 0,
          reached: [])
      )
    }
    if let first = found.first, let last = found.last,
      found.contains(where: { $0.1.row.variant == VariantShares.rest })
    {
      let choices = try choices(of: flow, first.0...last.0)
      for place in found.indices { found[place].1.row.others = choices[found[place].0] ?? [] }
    }
    guard let since, !found.isEmpty else { return (found.map(\.1), found.last?.0) }
    let people = found.map(\.1.row.recipient)
    let reached = Dictionary(
      grouping: try rows(
        Care.reached,
        [
          .app: .texts(people.map { _ in tenant.app }),
          .company: .texts(people.map { _ in tenant.company }),
          .address: .texts(people.map(\.text)),
          .since: .integers(people.map { _ in since.microseconds }),
        ]
      ) { (PersonAddress($0.text(.address)), $0.time(.at)) }, by: \.0)
    return (
      found.map { $0.1.with(reached[$0.1.row.recipient]?.map(\.1) ?? []) }, found.last?.0
    )
  }

  fileprivate func put(
    _ copy: CopiedRow, _ lane: LaneIdentity, _ tenant: Tenant, send: SendKey
  ) throws(StoreError) {
    let person = copy.row.recipient
    if copy.isKnown {
      try run(
        Care.copyContact,
        [
          .lane: .key(lane.key), .address: .text(person.text),
          .lastInbound: .optionalIntegers([copy.lastInbound?.microseconds]),
          .windowClosed: .optionalIntegers([copy.windowClosed?.microseconds]),
          .optOut: .optionalTexts([copy.optOut]),
          .optedOut: .optionalIntegers([copy.optedOut?.microseconds]),
          .restUntil: .optionalIntegers([copy.restUntil?.microseconds]),
        ])
    }
    if let counted = copy.counted {
      try saveTimes(People.saveRecipients, lane.group, [person: counted])
    }
    if let paidBack = copy.paidBack {
      try saveTimes(People.savePairs, lane.key, [person: paidBack])
    }
    if let resting = copy.resting {
      try run(
        Care.copyRest,
        [
          .laneGroup: .key(lane.group), .address: .text(person.text), .until: .time(resting),
          .times: .integer(copy.restTimes),
        ])
    }
    guard !copy.reached.isEmpty else { return }
    try run(
      Care.reach,
      [
        .app: .texts(copy.reached.map { _ in tenant.app }),
        .company: .texts(copy.reached.map { _ in tenant.company }),
        .address: .texts(copy.reached.map { _ in person.text }),
        .at: .integers(copy.reached.map(\.microseconds)),
        .send: .keys(copy.reached, { _ in send }),
      ])
  }
}

extension CopiedRow {
  fileprivate var isKnown: Bool {
    lastInbound != nil || windowClosed != nil || optOut != nil || optedOut != nil
      || restUntil != nil
  }

  fileprivate func with(_ reached: [Timestamp]) -> CopiedRow {
    CopiedRow(
      row: row, priority: priority, lastInbound: lastInbound, windowClosed: windowClosed,
      optOut: optOut, optedOut: optedOut, restUntil: restUntil, counted: counted,
      paidBack: paidBack, resting: resting, restTimes: restTimes, reached: reached)
  }
}

extension Care {
  enum CopiedParameter: Int, Columns { case flow, after, limit }
  enum CopiedColumn: Int, Columns {
    case send, sender, template, kind, priority, recipient, maxAttempts, content, lastInbound,
      windowClosed, optOut, optedOut, restUntil, counted, paidBack, resting, times
  }
  static let copied = Query<CopiedParameter, CopiedColumn>("copied")
  enum CopyContactParameter: Int, Columns {
    case lane, address, lastInbound, windowClosed, optOut, optedOut, restUntil
  }
  static let copyContact = Command<CopyContactParameter>("copyContact", only: .sqlite)
  enum CopyRestParameter: Int, Columns { case laneGroup, address, until, times }
  static let copyRest = Command<CopyRestParameter>("copyRest", only: .sqlite)
}
