internal import Domain
internal import Store
internal import Time

/// One change of a send on its way into history and outbox.
struct Change {
  let key: SendKey
  let version: Int
  let state: SendState
  let attempt: Int
  let at: Timestamp
  var providerAt: CalendarTime?
  var code: String?
  var detail: HistoryDetail?
}

extension Change {
  init(
    _ row: SendRow, at: Timestamp, providerAt: CalendarTime? = nil, code: String? = nil,
    detail: HistoryDetail? = nil
  ) {
    self.init(
      key: row.key, version: row.progress.version, state: row.progress.state,
      attempt: row.progress.attempt, at: at, providerAt: providerAt, code: code, detail: detail)
  }
}

/// Rows under change in one transaction. News is applied to them by the domain's rules; what follows from
/// it, queue and doubts and stream, is written at the end in batches.
struct ChangeSet {
  private var entries: [Entry]
  private let places: [SendKey: Int]
  private var changes: [Change] = []
  private let now: Timestamp

  struct Doubt {
    let nextLook: Timestamp
    let reason: String
    /// The claim that has no record, where its own worker may still bring it.
    var claim: ClaimID?
  }

  fileprivate struct Entry {
    var row: SendRow
    /// nil while nothing has changed.
    var before: Standing?
    var doubt: Doubt?
  }

  fileprivate struct Standing {
    let state: SendState
    let due: Timestamp
  }

  init(_ rows: [SendRow], at now: Timestamp) {
    entries = rows.map { Entry(row: $0) }
    places = Dictionary(rows.enumerated().map { ($0.element.key, $0.offset) }) { $1 }
    self.now = now
  }

  subscript(key: SendKey) -> SendRow? { places[key].map { entries[$0].row } }

  /// The state the send moved to, or nil where the news moved nothing.
  mutating func apply(
    _ news: SendNews, to key: SendKey, due: Timestamp? = nil, providerAt: CalendarTime? = nil,
    code: String? = nil, detail: HistoryDetail? = nil, doubt: Doubt? = nil
  ) -> SendState? {
    guard let place = places[key] else { return nil }
    let old = entries[place].row.progress
    let moved = entries[place].row.progress.apply(news)
    let new = entries[place].row.progress
    guard new != old else { return nil }
    if entries[place].before == nil {
      entries[place].before = Standing(state: old.state, due: entries[place].row.due)
    }
    guard moved else { return nil }
    if new.state == .queued { entries[place].row.due = due ?? now }
    if let doubt { entries[place].doubt = doubt }
    changes.append(
      Change(entries[place].row, at: now, providerAt: providerAt, code: code, detail: detail))
    return new.state
  }

  /// Tells something of a send that moves it nowhere.
  mutating func remark(_ key: SendKey, code: String, detail: HistoryDetail) {
    guard let place = places[key] else { return }
    let old = entries[place].row
    if entries[place].before == nil {
      entries[place].before = Standing(state: old.progress.state, due: old.due)
    }
    entries[place].row.progress.remark()
    changes.append(Change(entries[place].row, at: now, code: code, detail: detail))
  }

  func write(to transaction: any Transaction) throws(StoreError) {
    try writeSends(to: transaction)
    try writeQueue(to: transaction)
  }

  /// All but the queue, whose flows are locked after lanes.
  func writeSends(to transaction: any Transaction) throws(StoreError) {
    let touched = touched
    guard !touched.isEmpty else { return }
    // The versions of one send keep their order.
    let changes = changes.sorted { ($0.key, $0.version) < ($1.key, $1.version) }
    try transaction.update(touched.map(\.row), by: changes, at: now)
    try writeDoubts(touched, transaction)
    try transaction.publish(changes)
  }

  func writeQueue(to transaction: any Transaction) throws(StoreError) {
    try transaction.dequeue(touched.compactMap(\.placeLeft))
    try transaction.enqueue(touched.filter(\.joinsQueue).map(\.row))
  }

  private var touched: [Entry] {
    entries.filter { $0.before != nil }.sorted { $0.row.key < $1.row.key }
  }

  private func writeDoubts(
    _ touched: [Entry], _ transaction: any Transaction
  ) throws(StoreError) {
    let settled = touched.filter { $0.before?.state == .inDoubt && $0.state != .inDoubt }
    try transaction.run(Doubts.delete, [.send: .keys(settled, \.row.key)])
    let new = touched.filter { $0.state == .inDoubt }.compactMap { entry in
      entry.doubt.map { (row: entry.row, doubt: $0) }
    }
    try transaction.run(
      Doubts.insert,
      [
        .send: .keys(new, \.row.key),
        .attempt: .integers(new.map { Int64($0.row.progress.attempt) }),
        .lane: .keys(new, \.row.lane), .since: .integers(new.map { _ in now.microseconds }),
        .nextLook: .integers(new.map(\.doubt.nextLook.microseconds)),
        .looks: .integers(new.map { _ in 0 }), .reason: .texts(new.map(\.doubt.reason)),
        .worker: .optionalTexts(new.map { $0.doubt.claim?.worker.text }),
        .claim: .optionalIntegers(new.map { $0.doubt.claim?.number }),
      ])
  }
}

extension ChangeSet.Entry {
  fileprivate var state: SendState { row.progress.state }

  /// The row with the place that it had in the queue, where it does not stay there.
  fileprivate var placeLeft: SendRow? {
    guard let before, before.state == .queued, state != .queued || before.due != row.due else {
      return nil
    }
    var old = row
    old.due = before.due
    return old
  }

  fileprivate var joinsQueue: Bool {
    state == .queued && (before?.state != .queued || before?.due != row.due)
  }
}

extension Transaction {
  /// Locks them in the order of their keys, so that two batches never wait for each other in a ring.
  func lockSends(_ keys: some Sequence<SendKey>) throws(StoreError) -> [SendRow] {
    try rows(Sends.lock, [.key: .keys(Set(keys).sorted())]) { row throws(StoreError) in
      try SendRow(row)
    }
  }

  /// With what is packed of the changes beside them; `publish` writes the rest.
  func update(
    _ rows: [SendRow], by changes: [Change] = [], at now: Timestamp
  ) throws(StoreError) {
    let histories = histories(of: rows, by: changes)
    try run(
      Sends.update,
      [
        .key: .keys(rows, \.key),
        .state: .integers(rows.map { Int64($0.progress.state.rawValue) }),
        .attempt: .integers(rows.map { Int64($0.progress.attempt) }),
        .lastAttempt: .integers(rows.map { Int64($0.progress.lastAttempt) }),
        .failed: .integers(rows.map(\.progress.failedAttempts.bits)),
        .proven: .integers(rows.map(\.progress.provenAttempts.bits)),
        .version: .integers(rows.map { Int64($0.progress.version) }),
        .flow: .keys(rows, \.flow), .due: .integers(rows.map(\.due.microseconds)),
        .changed: .integers(rows.map { _ in now.microseconds }),
        .history: .bytes(histories),
      ])
  }

  /// What of one send's changes is packed beside it; nothing where each has a row.
  func packed(_ changes: some Sequence<Change>) -> [UInt8] {
    var packed: [UInt8] = []
    guard form >= .packed else { return packed }
    for change in changes where HistoryEntry.isPacked(change.state) { change.pack(into: &packed) }
    return packed
  }

  /// What joins the history beside each row. The changes stand in the order of the rows, several of one together.
  func histories(of rows: [SendRow], by changes: [Change]) -> [[UInt8]] {
    var place = 0
    let histories = rows.map { row in
      let start = place
      while place < changes.count, changes[place].key == row.key { place += 1 }
      return packed(changes[start..<place])
    }
    precondition(place == changes.count, "a change stands beside no row")
    return histories
  }

  func enqueue(_ rows: [SendRow]) throws(StoreError) {
    try run(Sends.enqueue, Self.places(rows))
    try addWaiting(rows, 1)
  }

  func dequeue(_ rows: [SendRow]) throws(StoreError) {
    try run(Sends.dequeue, Self.places(rows))
    try addWaiting(rows, -1)
  }

  /// Changes with a row in history, and all of them in the outbox.
  func publish(_ changes: [Change]) throws(StoreError) {
    try keep(form >= .packed ? changes.filter { !HistoryEntry.isPacked($0.state) } : changes)
    try tell(changes.map { OutboxMark(send: $0.key, version: $0.version) })
  }

  private func tell(_ marks: [OutboxMark]) throws(StoreError) {
    guard form >= .packed else {
      return try run(
        Outbox.insert,
        [
          .send: .keys(marks, \.send),
          .version: .integers(marks.map { Int64($0.version) }),
        ])
    }
    guard let first = marks.map(\.send).min(), let last = marks.map(\.send).max() else { return }
    var packed: [UInt8] = []
    packed.reserveCapacity(marks.count * OutboxMark.width)
    for mark in marks { mark.pack(into: &packed) }
    try run(
      Outbox.insertPacked,
      [.send: .key(first), .last: .key(last), .changes: .bytes([packed])])
  }

  private func keep(_ changes: [Change]) throws(StoreError) {
    try run(
      Sends.insertHistory,
      [
        .send: .keys(changes, \.key),
        .version: .integers(changes.map { Int64($0.version) }),
        .state: .integers(changes.map { Int64($0.state.rawValue) }),
        .attempt: .integers(changes.map { Int64($0.attempt) }),
        .at: .integers(changes.map(\.at.microseconds)),
        .providerAt: .optionalIntegers(changes.map { $0.providerAt?.microseconds }),
        .code: .optionalTexts(changes.map(\.code)),
        .detail: .optionalBytes(changes.map(\.detail?.json)),
      ])
  }

  private static func places(_ rows: [SendRow]) -> Batch<Sends.QueueParameter> {
    [
      .lane: .keys(rows, \.lane), .flow: .keys(rows, \.flow),
      .due: .integers(rows.map(\.due.microseconds)), .send: .keys(rows, \.key),
    ]
  }

  private func addWaiting(_ rows: [SendRow], _ sign: Int64) throws(StoreError) {
    let counts = Dictionary(grouping: rows, by: \.flow).mapValues { Int64($0.count) * sign }
    let flows = counts.keys.sorted()
    let found = try self.rows(
      Flows.addWaiting,
      [.flow: .keys(flows), .count: .integers(flows.map { counts[$0, default: 0] })]
    ) { $0.key(.key) as FlowKey }
    // A queue without its flow would be read by nobody.
    guard found.count == flows.count else { throw .busy("a flow was forgotten meanwhile") }
  }
}

extension Sends {
  enum UpdateParameter: Int, Columns {
    case key, state, attempt, lastAttempt, failed, proven, version, flow, due, changed, history
  }
  static let update = Command<UpdateParameter>("update")

  enum QueueParameter: Int, Columns { case lane, flow, due, send }
  static let enqueue = Command<QueueParameter>("enqueue")
  static let dequeue = Command<QueueParameter>("dequeue")

  enum InsertHistoryParameter: Int, Columns {
    case send, version, state, attempt, at, providerAt, code, detail
  }
  static let insertHistory = Command<InsertHistoryParameter>("insertHistory")
}

extension Doubts {
  enum InsertParameter: Int, Columns {
    case send, attempt, lane, since, nextLook, looks, reason, worker, claim
  }
  static let insert = Command<InsertParameter>("insert")

  enum DeleteParameter: Int, Columns { case send }
  static let delete = Command<DeleteParameter>("delete")
}

extension Flows {
  enum CountParameter: Int, Columns { case flow, count }
  enum AddWaitingColumn: Int, Columns { case key }
  static let addWaiting = Query<CountParameter, AddWaitingColumn>("addWaiting")
  static let serve = Command<CountParameter>("serve")
}

extension Outbox {
  enum InsertParameter: Int, Columns { case send, version }
  static let insert = Command<InsertParameter>("insert")

  enum InsertPackedParameter: Int, Columns { case send, last, changes }
  static let insertPacked = Command<InsertPackedParameter>("insertPacked")
}
