private import Platform
package import Domain
package import Store
package import Time

/// A send that the provider accepted and has said nothing of since.
package struct SilentSend: Hashable, Sendable {
  package let id: SendID
  package let sender: SenderID
  package let attempt: Int
  /// How often it was looked at before.
  package let looks: Int
  /// The provider's answer to its acceptance.
  package let answer: [UInt8]?
}

extension SendStore {
  /// How often a send is found silent, with the sender's patience between.
  package static let silentLooks = 4

  /// Marks the sends that have been silent for as long as their sender minds. Each comes again after the
  /// same time, a few times, so that whoever asks the provider may fail in between. True where there are more.
  package func fallSilent(
    limit: Int = 500
  ) throws(StoreError) -> (silent: [SilentSend], hasMore: Bool) {
    let (lanes, patience) = catalog.withLock { ($0.byKey, $0.silentAfter) }
    return try engine.write(.upkeep) { transaction throws(StoreError) in
      let now = try transaction.now()
      let awaited = try transaction.awaited(at: now, limit: limit)
      let silent = awaited.filter { row in
        guard row.state == .accepted, let patience = patience[row.lane] else { return false }
        // Accepted anew since then, it has a row of its own.
        return row.looks > 0 || row.changed + patience <= now
      }
      try transaction.run(
        Silence.deleteAwaited,
        [.due: .integers(awaited.map(\.due.microseconds)), .send: .keys(awaited, \.send)])
      try transaction.run(
        Silence.insert,
        [
          .send: .keys(silent, \.send),
          .since: .integers(silent.map { _ in now.microseconds }),
        ])
      let again = silent.filter { $0.looks + 1 < Self.silentLooks }
      try transaction.run(
        Silence.expect,
        [
          .due: .integers(
            again.map { (now + patience[$0.lane, default: .seconds(3600)]).microseconds }),
          .send: .keys(again, \.send), .looks: .integers(again.map { Int64($0.looks + 1) }),
        ])
      return (silent.compactMap { $0.send(lanes) }, awaited.count == limit)
    }
  }

  /// Since when a send is silent; nil where it is not, or no more.
  package func silentSince(_ id: SendID) throws(StoreError) -> Timestamp? {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(Silence.since, [.id: .bytes([id.bytes])]) { $0.time(.since) }.first
    }
  }

  /// How many are silent, for people who ask; it reads all of them.
  package func silentCounts() throws(StoreError) -> [SenderID: Int] {
    let counts = try engine.read { transaction throws(StoreError) in
      try transaction.rows(Silence.counts) { (SenderID($0.text(.sender)), $0.int(.count)) }
    }
    return Dictionary(counts) { $1 }
  }
}

private struct AwaitedRow {
  let due: Timestamp
  let send: SendKey
  let looks: Int
  let id: SendID?
  let lane: LaneKey
  let state: SendState?
  let attempt: Int
  let changed: Timestamp
  let answer: [UInt8]?

  func send(_ lanes: [LaneKey: LaneIdentity]) -> SilentSend? {
    guard let id, let sender = lanes[lane]?.sender else { return nil }
    return SilentSend(id: id, sender: sender, attempt: attempt, looks: looks, answer: answer)
  }
}

extension Transaction {
  /// Accepted sends of senders that mind silence are looked at when their patience is over.
  func awaitWord(
    of accepted: [(send: SendKey, lane: LaneKey)], _ patience: [LaneKey: Duration],
    since now: Timestamp
  ) throws(StoreError) {
    let awaited = accepted.compactMap { send, lane in patience[lane].map { (send, now + $0) } }
    try run(
      Silence.expect,
      [
        .due: .integers(awaited.map(\.1.microseconds)), .send: .keys(awaited, \.0),
        .looks: .integers(awaited.map { _ in 0 }),
      ])
  }

  /// A send that was forgotten meanwhile has only its place here.
  fileprivate func awaited(at now: Timestamp, limit: Int) throws(StoreError) -> [AwaitedRow] {
    try rows(Silence.awaited, [.now: .time(now), .limit: .integer(limit)]) {
      row throws(StoreError) in
      let isThere = !row.isNull(.id)
      return AwaitedRow(
        due: row.time(.due), send: row.key(.send), looks: row.int(.looks),
        id: isThere ? try SendID(column: row.bytes(.id)) : nil,
        lane: isThere ? row.key(.lane) : LaneKey(0),
        state: isThere ? SendState(rawValue: row.int(.state)) : nil,
        attempt: isThere ? row.int(.attempt) : 0,
        changed: isThere ? row.time(.changed) : .distantPast,
        answer: row.optionalBytes(.answer))
    }
  }
}

extension Silence {
  enum ExpectParameter: Int, Columns { case due, send, looks }
  static let expect = Command<ExpectParameter>("expect")

  enum AwaitedParameter: Int, Columns { case now, limit }
  enum AwaitedColumn: Int, Columns {
    case due, send, looks, id, lane, state, attempt, changed, answer
  }
  static let awaited = Query<AwaitedParameter, AwaitedColumn>("awaited")

  enum DeleteAwaitedParameter: Int, Columns { case due, send }
  static let deleteAwaited = Command<DeleteAwaitedParameter>("deleteAwaited")

  enum InsertParameter: Int, Columns { case send, since }
  static let insert = Command<InsertParameter>("insert")

  enum CountColumn: Int, Columns { case sender, count }
  static let counts = Query<Nothing, CountColumn>("counts")

  enum SinceParameter: Int, Columns { case id }
  enum SinceColumn: Int, Columns { case since }
  static let since = Query<SinceParameter, SinceColumn>("since")
}
