internal import Domain
internal import Store
internal import Time

/// A due send with what is known of its recipient.
struct Candidate {
  let row: SendRow
  let content: SendContent
  let window: ServiceWindow
  let optOut: OptOut?
  let pairPaidBack: Timestamp?
  let lastCounted: Timestamp?
  /// Nothing to this person before then.
  let restUntil: Timestamp?
  /// No marketing to this person before then.
  let marketingUntil: Timestamp?

  /// Of a campaign, where it is in one.
  var campaign: PacedCampaign?

  var expires: Timestamp { min(row.expires, campaign?.expires ?? row.expires) }

  /// Whether it goes for the first time.
  var isFirst: Bool { row.progress.version == 0 }

  func claimed(by claim: ClaimID) -> ClaimedSend {
    ClaimedSend(
      key: row.key, id: row.id, attempt: row.progress.attempt, claim: claim,
      recipient: row.recipient, content: content, window: window, optOut: optOut,
      due: row.due, expires: expires, campaign: campaign?.key)
  }
}

/// A flow with something in it.
struct Flow {
  let key: FlowKey
  let priority: Int
  let campaign: String
  let template: String
  let kind: FlowKind
  let heldUntil: Timestamp
  let served: Int64
  /// nil where it is of no campaign, or of a mere label.
  let paced: PacedCampaign?
  /// When it may be claimed from, as far as its campaign takes care.
  let hours: FlowHours
  /// What a message of it costs at most, in millionths.
  let price: Int64?

  var holdsNewRecipients: Bool { kind.holdsNewRecipients }

  /// A hold of its template counts beside what its campaign takes care of.
  func verdict(at now: Timestamp, postBy: Timestamp) -> FlowHours.Verdict {
    if heldUntil > now { return .closed(until: heldUntil) }
    return hours.verdict(at: now, postBy: postBy)
  }

  func marketingRest(of candidate: Candidate) -> Timestamp? {
    paced?.isMarketing == true && candidate.isFirst ? candidate.marketingUntil : nil
  }

  /// Where what waits for a slot of a new recipient is put.
  func aside(in lane: LaneKey) -> FlowName {
    var kind = kind
    kind.holdsNewRecipients = true
    return FlowName(
      lane: lane, priority: priority, campaign: campaign, template: template, kind: kind,
      campaignKey: paced?.key)
  }
}

extension SendRow {
  init(moving row: SendRow, to flow: FlowKey, due: Timestamp) {
    self.init(
      key: row.key, id: row.id, lane: row.lane, flow: flow, recipient: row.recipient,
      progress: row.progress, maxAttempts: row.maxAttempts, due: due, expires: row.expires)
  }
}

extension Transaction {
  func flows(of lane: LaneKey) throws(StoreError) -> [Flow] {
    try rows(Flows.waiting, [.lane: .key(lane)]) { row in
      Flow(
        key: row.key(.key), priority: row.int(.priority), campaign: row.text(.campaign),
        template: row.text(.template), kind: FlowKind(number: row.integer(.kind)),
        heldUntil: row.time(.heldUntil), served: row.integer(.served), paced: PacedCampaign(row),
        hours: FlowHours(row),
        price: row.optionalInteger(.price))
    }
  }

  /// Locked, so that proof of an earlier attempt that comes meanwhile waits; one whose callback is being
  /// applied right now is passed over.
  func candidates(
    _ lane: LaneIdentity, flow: Flow, at now: Timestamp, limit: Int
  ) throws(StoreError) -> [Candidate] {
    try rows(
      Sends.due,
      [
        .lane: .key(lane.key), .flow: .key(flow.key), .now: .time(now), .limit: .integer(limit),
        .laneGroup: .key(lane.group),
      ]
    ) { row throws(StoreError) in
      let progress = try SendProgress(
        state: SendState.queued.rawValue, attempt: row.int(.attempt),
        lastAttempt: row.int(.lastAttempt),
        failed: row.integer(.failed), proven: row.integer(.proven), version: row.int(.version))
      let send = SendRow(
        key: row.key(.send), id: try SendID(column: row.bytes(.id)), lane: lane.key, flow: flow.key,
        recipient: PersonAddress(row.text(.recipient)), progress: progress,
        maxAttempts: row.int(.maxAttempts),
        due: row.time(.due),
        expires: row.time(.expires))
      return Candidate(
        row: send, content: SendContent(json: row.bytes(.content)),
        window: ServiceWindow(
          lastInbound: row.optionalTime(.lastInbound), lastRefusal: row.optionalTime(.windowClosed)),
        optOut: row.optionalText(.optOut).flatMap(OptOut.init(rawValue:)),
        pairPaidBack: row.optionalTime(.paidBack), lastCounted: row.optionalTime(.counted),
        restUntil: row.optionalTime(.restUntil),
        marketingUntil: row.optionalTime(.marketingUntil), campaign: flow.paced)
    }
  }

  func nextDue(
    _ lane: LaneKey, _ flow: FlowKey, after now: Timestamp
  ) throws(StoreError) -> Timestamp? {
    try rows(Sends.nextDue, [.lane: .key(lane), .flow: .key(flow), .now: .time(now)]) {
      $0.time(.due)
    }.first
  }

  func takeFromQueue(_ rows: [SendRow]) throws(StoreError) {
    try run(
      Sends.dequeue,
      [
        .lane: .keys(rows, \.lane), .flow: .keys(rows, \.flow),
        .due: .integers(rows.map(\.due.microseconds)), .send: .keys(rows, \.key),
      ])
  }

  func saveTimes<Owner>(
    _ command: Command<People.SaveTimesParameter>, _ owner: Key<Owner>,
    _ times: [PersonAddress: Timestamp]
  ) throws(StoreError) {
    let addresses = times.keys.sorted()
    try run(
      command,
      [
        .owner: .keys(addresses, { _ in owner }), .address: .texts(addresses.map(\.text)),
        .at: .integers(addresses.map { times[$0, default: .distantPast].microseconds }),
      ])
  }
}

extension Sends {
  enum DueParameter: Int, Columns { case lane, flow, now, limit, laneGroup }
  enum DueColumn: Int, Columns {
    case send, due, id, recipient, attempt, lastAttempt, failed, proven, version, maxAttempts,
      expires, content, lastInbound, optOut, paidBack, counted, restUntil, windowClosed,
      marketingUntil
  }
  static let due = Query<DueParameter, DueColumn>("due")

  enum NextDueParameter: Int, Columns { case lane, flow, now }
  enum NextDueColumn: Int, Columns { case due }
  static let nextDue = Query<NextDueParameter, NextDueColumn>("nextDue")
}

extension Flows {
  enum WaitingParameter: Int, Columns { case lane }
  enum WaitingColumn: Int, Columns {
    case key, priority, campaign, template, kind, heldUntil, served, campaignKey, pace, share,
      lanes, expires, campaignServed, paidBack, place, openFrom, openUntil, price, allowance, taken,
      needsSight, seenUntil, isMarketing, cap, capSpan, ceiling, dayCeiling, app, company,
      stoppedUntil
  }
  static let waiting = Query<WaitingParameter, WaitingColumn>("waiting")
}

extension People {
  enum SaveTimesParameter: Int, Columns { case owner, address, at }
  static let savePairs = Command<SaveTimesParameter>("savePairs")
  static let saveRecipients = Command<SaveTimesParameter>("saveRecipients")
}
