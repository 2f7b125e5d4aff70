internal import Domain
internal import Time

/// A due send with what is known of its recipient.
struct Candidate {
  let row: SendRow
  let content: [UInt8]
  let window: ServiceWindow
  let optOut: OptOut?
  let pairPaidBack: Timestamp?
  let lastCounted: Timestamp?
  /// Nothing to this person before then.
  let restUntil: Timestamp?

  func claimed(by claim: ClaimID) -> ClaimedSend {
    ClaimedSend(
      key: SendKey(row.key), id: row.id, attempt: row.progress.attempt, claim: claim,
      recipient: row.recipient, content: content, window: window, optOut: optOut,
      expires: row.expires)
  }
}

/// A flow with something in it.
struct Flow {
  let key: Int64
  let priority: Int
  let campaign: String
  let template: String
  let holdsNewRecipients: Bool
  let heldUntil: Timestamp
}

extension SendRow {
  init(moving row: SendRow, to flow: Int64, due: Timestamp) {
    self.init(
      key: row.key, id: row.id, lane: row.lane, flow: flow, recipient: row.recipient,
      progress: row.progress, maxAttempts: row.maxAttempts, due: due, expires: row.expires)
  }
}

extension Transaction {
  func flows(of lane: Int64) throws(StoreError) -> [Flow] {
    try rows(.flowsOfLane, [.integer(lane)]) { row in
      Flow(
        key: row.integer(0), priority: row.int(1), campaign: row.text(2), template: row.text(3),
        holdsNewRecipients: row.integer(4) == 1, heldUntil: row.time(7))
    }
  }

  /// Locked, so that proof of an earlier attempt that comes meanwhile waits; one whose callback is being
  /// applied right now is passed over.
  func candidates(
    _ lane: LaneIdentity, flow: Int64, at now: Timestamp, limit: Int
  ) throws(StoreError) -> [Candidate] {
    try rows(
      .dueSends,
      [.integer(lane.key), .integer(flow), .time(now), .integer(limit), .integer(lane.group)]
    ) { row throws(StoreError) in
      let progress = try SendProgress(
        state: SendState.queued.rawValue, attempt: row.int(4), lastAttempt: row.int(5),
        failed: row.integer(6), proven: row.integer(7), version: row.int(8))
      let send = SendRow(
        key: row.integer(0), id: try SendID(column: row.bytes(2)), lane: lane.key, flow: flow,
        recipient: row.text(3), progress: progress, maxAttempts: row.int(9), due: row.time(1),
        expires: row.time(10))
      return Candidate(
        row: send, content: row.bytes(11),
        window: ServiceWindow(
          lastInbound: row.optionalTime(12), lastRefusal: row.optionalTime(17)),
        optOut: row.optionalText(13).flatMap(OptOut.init(rawValue:)),
        pairPaidBack: row.optionalTime(14), lastCounted: row.optionalTime(15),
        restUntil: row.optionalTime(16))
    }
  }

  func nextDue(
    _ lane: Int64, _ flow: Int64, after now: Timestamp
  ) throws(StoreError) -> Timestamp? {
    try rows(.nextDue, [.integer(lane), .integer(flow), .time(now)]) { $0.time(0) }.first
  }

  func takeFromQueue(_ rows: [SendRow]) throws(StoreError) {
    try run(
      .takeFromQueue,
      [
        .integers(rows.map(\.lane)), .integers(rows.map(\.flow)),
        .integers(rows.map(\.due.microseconds)), .integers(rows.map(\.key)),
      ])
  }

  func saveTimes(
    _ statement: StatementName, _ owner: Int64, _ times: [String: Timestamp]
  ) throws(StoreError) {
    let addresses = times.keys.sorted()
    try run(
      statement,
      [
        .integers(addresses.map { _ in owner }), .texts(addresses),
        .integers(addresses.map { times[$0, default: .distantPast].microseconds }),
      ])
  }
}
