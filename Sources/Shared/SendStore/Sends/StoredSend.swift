package import Domain
internal import Store
package import Time

/// A send as intake hands it to the store.
package struct NewSend: Hashable, Sendable {
  package var id: SendID
  package var sender: SenderID
  package var recipient: PersonAddress
  /// What is to be sent, as the log has it.
  package var content: SendContent
  package var priority: Int
  package var campaign: String
  package var template: String
  package var due: Timestamp
  package var expires: Timestamp
  package var maxAttempts: Int
  /// The trace that it belongs to, where that is recorded.
  package var traceparent: String?
  /// JSON: where and how its states are told beside events, where somebody asked for that.
  package var report: [UInt8]?
  /// Where it is said.
  package var conversation: ConversationSend?

  package init(
    id: SendID, sender: SenderID, recipient: PersonAddress, content: [UInt8], priority: Int = 0,
    campaign: String = "", template: String = "", due: Timestamp, expires: Timestamp,
    maxAttempts: Int = 10, traceparent: String? = nil, report: [UInt8]? = nil
  ) {
    self.report = report
    self.traceparent = traceparent
    self.id = id
    self.sender = sender
    self.recipient = recipient
    self.content = SendContent(json: content)
    self.priority = priority
    self.campaign = campaign
    self.template = template
    self.due = due
    self.expires = expires
    self.maxAttempts = maxAttempts
  }
}

/// A send as a query shows it.
package struct StoredSend: Hashable, Sendable {
  package let id: SendID
  package let sender: SenderID
  package let recipient: PersonAddress
  package let progress: SendProgress
  package let campaign: String
  package let template: String
  package let due: Timestamp
  package let expires: Timestamp
  package let content: SendContent
  /// The provider's whole last answer.
  package let answer: [UInt8]?
  package let history: [HistoryEntry]
}

extension StoredSend {
  /// Its provider took it and does not send it yet.
  package var isHeld: Bool {
    progress.state == .accepted
      && history.contains { $0.isHeld && $0.attempt == progress.attempt }
  }
}

extension StoredSend {
  /// What went wrong last, as long as nothing has gone well since.
  package var lastFailure: HistoryEntry? {
    guard progress.state.isFailure || progress.state.rank < SendState.accepted.rank else {
      return nil
    }
    return history.last { $0.code != nil && !$0.isHeld }
  }
}

extension HistoryEntry {
  /// A mark of the acceptance, and no failure.
  package var isHeld: Bool { state == .accepted && code == ProviderHold.code }
}

/// One change of a send.
package struct HistoryEntry: Hashable, Sendable {
  package let version: Int
  package let state: SendState
  package let attempt: Int
  package let at: Timestamp
  package let providerAt: CalendarTime?
  package let code: String?
  package let detail: HistoryDetail?
}

/// The narrow row that changes.
struct SendRow {
  let key: SendKey
  let id: SendID
  let lane: LaneKey
  let flow: FlowKey
  let recipient: PersonAddress
  var progress: SendProgress
  let maxAttempts: Int
  var due: Timestamp
  let expires: Timestamp

  /// In the order of the columns of `lockSends`.
  init(_ row: Row<Sends.SendColumn>) throws(StoreError) {
    key = row.key(.key)
    id = try SendID(column: row.bytes(.id))
    lane = row.key(.lane)
    flow = row.key(.flow)
    recipient = PersonAddress(row.text(.recipient))
    progress = try SendProgress(
      state: row.int(.state), attempt: row.int(.attempt), lastAttempt: row.int(.lastAttempt),
      failed: row.integer(.failed),
      proven: row.integer(.proven), version: row.int(.version))
    maxAttempts = row.int(.maxAttempts)
    due = row.time(.due)
    expires = row.time(.expires)
  }

  init(
    key: SendKey, id: SendID, lane: LaneKey, flow: FlowKey, recipient: PersonAddress,
    progress: SendProgress,
    maxAttempts: Int, due: Timestamp, expires: Timestamp
  ) {
    self.key = key
    self.id = id
    self.lane = lane
    self.flow = flow
    self.recipient = recipient
    self.progress = progress
    self.maxAttempts = maxAttempts
    self.due = due
    self.expires = expires
  }
}

extension SendID {
  init(column bytes: [UInt8]) throws(StoreError) {
    guard let id = SendID(bytes: bytes) else { throw .broken("an id of \(bytes.count) bytes") }
    self = id
  }
}

extension SendProgress {
  init(
    state: Int, attempt: Int, lastAttempt: Int, failed: Int64, proven: Int64, version: Int
  ) throws(StoreError) {
    guard let state = SendState(rawValue: state) else { throw .broken("a state \(state)") }
    self.init(
      state: state, attempt: attempt, lastAttempt: lastAttempt, version: version,
      failed: AttemptSet(bits: failed), provenOut: AttemptSet(bits: proven))
  }
}

extension Sends {
  enum LockParameter: Int, Columns { case key }
  enum SendColumn: Int, Columns {
    case key, id, lane, flow, recipient, state, attempt, lastAttempt, failed, proven, version,
      maxAttempts, due, expires
  }
  static let lock = Query<LockParameter, SendColumn>("lock")

  enum LockByIDParameter: Int, Columns { case id }
  static let lockByID = Query<LockByIDParameter, SendColumn>("lockByID")
}
