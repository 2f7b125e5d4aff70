internal import Domain
internal import Time

/// One change of a send on its way into history and outbox.
struct Change {
  let key: Int64
  let version: Int
  let state: SendState
  let attempt: Int
  let at: Timestamp
  var providerAt: Timestamp?
  var code: String?
  var detail: [UInt8]?
}

extension Change {
  init(
    _ row: SendRow, at: Timestamp, providerAt: Timestamp? = nil, code: String? = nil,
    detail: [UInt8]? = nil
  ) {
    self.init(
      key: row.key, version: row.progress.version, state: row.progress.state,
      attempt: row.progress.attempt, at: at, providerAt: providerAt, code: code, detail: detail)
  }
}

/// Rows under change in one transaction. News is applied to them by the domain's rules; what follows from
/// it, queue and doubts and stream, is written at the end in batches.
struct ChangeSet {
  private var rows: [Int64: SendRow]
  private var before: [Int64: SendRow] = [:]
  private var changes: [Change] = []
  private var doubts: [Int64: Doubt] = [:]
  private let now: Timestamp

  struct Doubt {
    let nextLook: Timestamp
    let reason: String
  }

  init(_ rows: [SendRow], at now: Timestamp) {
    self.rows = Dictionary(rows.map { ($0.key, $0) }) { $1 }
    self.now = now
  }

  subscript(key: Int64) -> SendRow? { rows[key] }

  /// The state the send moved to, or nil where the news moved nothing.
  mutating func apply(
    _ news: SendNews, to key: Int64, due: Timestamp? = nil, providerAt: Timestamp? = nil,
    code: String? = nil, detail: [UInt8]? = nil, doubt: Doubt? = nil
  ) -> SendState? {
    guard var row = rows[key] else { return nil }
    let old = row
    let moved = row.progress.apply(news)
    guard row.progress != old.progress else { return nil }
    if moved, row.progress.state == .queued { row.due = due ?? now }
    if before[key] == nil { before[key] = old }
    rows[key] = row
    guard moved else { return nil }
    if let doubt { doubts[key] = doubt }
    changes.append(
      Change(row, at: now, providerAt: providerAt, code: code, detail: detail))
    return row.progress.state
  }

  func write(to transaction: any Transaction) throws(StoreError) {
    let touched = before.keys.sorted().compactMap { rows[$0] }
    guard !touched.isEmpty else { return }
    try transaction.update(touched, at: now)
    let left = touched.compactMap { row in before[row.key].map { ($0, row) } }
    let wasQueued = left.filter { $0.0.progress.state == .queued }
    let leftQueue = wasQueued.filter { $0.1.progress.state != .queued || $0.0.due != $0.1.due }
    try transaction.dequeue(leftQueue.map(\.0))
    let joined = left.filter { old, new in
      new.progress.state == .queued && (old.progress.state != .queued || old.due != new.due)
    }
    try transaction.enqueue(joined.map(\.1))
    try writeDoubts(left, transaction)
    // Neighbours in history lie on one page; the versions of one send keep their order.
    try transaction.publish(changes.sorted { ($0.key, $0.version) < ($1.key, $1.version) })
  }

  private func writeDoubts(
    _ left: [(SendRow, SendRow)], _ transaction: any Transaction
  ) throws(StoreError) {
    let settled = left.filter { $0.progress.state == .inDoubt && $1.progress.state != .inDoubt }
    try transaction.run(.deleteDoubts, [.integers(settled.map(\.0.key))])
    let new = left.map(\.1).filter { $0.progress.state == .inDoubt && doubts[$0.key] != nil }
    try transaction.run(
      .insertDoubts,
      [
        .integers(new.map(\.key)), .integers(new.map { Int64($0.progress.attempt) }),
        .integers(new.map(\.lane)), .integers(new.map { _ in now.microseconds }),
        .integers(new.map { (doubts[$0.key]?.nextLook ?? now).microseconds }),
        .integers(new.map { _ in 0 }), .texts(new.map { doubts[$0.key]?.reason ?? "" }),
      ])
  }
}

extension Transaction {
  /// Locks them in the order of their keys, so that two batches never wait for each other in a ring.
  func lockSends(_ keys: some Sequence<Int64>) throws(StoreError) -> [SendRow] {
    try rows(.lockSends, [.integers(Set(keys).sorted())]) { row throws(StoreError) in
      try SendRow(row)
    }
  }

  func update(_ rows: [SendRow], at now: Timestamp) throws(StoreError) {
    try run(
      .updateSends,
      [
        .integers(rows.map(\.key)), .integers(rows.map { Int64($0.progress.state.rawValue) }),
        .integers(rows.map { Int64($0.progress.attempt) }),
        .integers(rows.map { Int64($0.progress.lastAttempt) }),
        .integers(rows.map(\.progress.failedAttempts.bits)),
        .integers(rows.map(\.progress.provenAttempts.bits)),
        .integers(rows.map { Int64($0.progress.version) }), .integers(rows.map(\.flow)),
        .integers(rows.map(\.due.microseconds)), .integers(rows.map { _ in now.microseconds }),
      ])
  }

  func enqueue(_ rows: [SendRow]) throws(StoreError) {
    try run(.insertQueue, Self.places(rows))
    try addWaiting(rows, 1)
  }

  func dequeue(_ rows: [SendRow]) throws(StoreError) {
    try run(.takeFromQueue, Self.places(rows))
    try addWaiting(rows, -1)
  }

  func publish(_ changes: [Change]) throws(StoreError) {
    let keys = Column.integers(changes.map(\.key))
    let versions = Column.integers(changes.map { Int64($0.version) })
    try run(
      .insertHistory,
      [
        keys, versions, .integers(changes.map { Int64($0.state.rawValue) }),
        .integers(changes.map { Int64($0.attempt) }), .integers(changes.map(\.at.microseconds)),
        .optionalIntegers(changes.map { $0.providerAt?.microseconds }),
        .optionalTexts(changes.map(\.code)), .optionalBytes(changes.map(\.detail)),
      ])
    try run(.insertOutbox, [keys, versions])
  }

  private static func places(_ rows: [SendRow]) -> [Column] {
    [
      .integers(rows.map(\.lane)), .integers(rows.map(\.flow)),
      .integers(rows.map(\.due.microseconds)), .integers(rows.map(\.key)),
    ]
  }

  private func addWaiting(_ rows: [SendRow], _ sign: Int64) throws(StoreError) {
    let counts = Dictionary(grouping: rows, by: \.flow).mapValues { Int64($0.count) * sign }
    let flows = counts.keys.sorted()
    try run(.addWaiting, [.integers(flows), .integers(flows.map { counts[$0, default: 0] })])
  }
}
