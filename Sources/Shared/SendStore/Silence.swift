private import Platform
package import Domain
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
    return try engine.write { transaction throws(StoreError) in
      let now = try transaction.now()
      let awaited = try transaction.awaited(at: now, limit: limit)
      let silent = awaited.filter { row in
        guard row.state == .accepted, let patience = patience[row.lane] else { return false }
        // Accepted anew since then, it has a row of its own.
        return row.looks > 0 || row.changed + patience <= now
      }
      try transaction.run(
        .deleteAwaited,
        [.integers(awaited.map(\.due.microseconds)), .integers(awaited.map(\.send))])
      try transaction.run(
        .insertSilent,
        [.integers(silent.map(\.send)), .integers(silent.map { _ in now.microseconds })])
      let again = silent.filter { $0.looks + 1 < Self.silentLooks }
      try transaction.run(
        .insertAwaited,
        [
          .integers(again.map { (now + patience[$0.lane, default: .seconds(3600)]).microseconds }),
          .integers(again.map(\.send)), .integers(again.map { Int64($0.looks + 1) }),
        ])
      return (silent.compactMap { $0.send(lanes) }, awaited.count == limit)
    }
  }

  /// Since when a send is silent; nil where it is not, or no more.
  package func silentSince(_ id: SendID) throws(StoreError) -> Timestamp? {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(.isSilent, [.bytes([id.bytes])]) { $0.time(0) }.first
    }
  }

  /// How many are silent, for people who ask; it reads all of them.
  package func silentCounts() throws(StoreError) -> [SenderID: Int] {
    let counts = try engine.read { transaction throws(StoreError) in
      try transaction.rows(.silentSends) { (SenderID($0.text(0)), $0.int(1)) }
    }
    return Dictionary(counts) { $1 }
  }
}

private struct AwaitedRow {
  let due: Timestamp
  let send: Int64
  let looks: Int
  let id: SendID?
  let lane: Int64
  let state: SendState?
  let attempt: Int
  let changed: Timestamp
  let answer: [UInt8]?

  func send(_ lanes: [Int64: LaneIdentity]) -> SilentSend? {
    guard let id, let sender = lanes[lane]?.sender else { return nil }
    return SilentSend(id: id, sender: sender, attempt: attempt, looks: looks, answer: answer)
  }
}

extension Transaction {
  /// Accepted sends of senders that mind silence are looked at when their patience is over.
  func awaitWord(
    of accepted: [(send: Int64, lane: Int64)], _ patience: [Int64: Duration], since now: Timestamp
  ) throws(StoreError) {
    let awaited = accepted.compactMap { send, lane in patience[lane].map { (send, now + $0) } }
    try run(
      .insertAwaited,
      [
        .integers(awaited.map(\.1.microseconds)), .integers(awaited.map(\.0)),
        .integers(awaited.map { _ in 0 }),
      ])
  }

  /// A send that was forgotten meanwhile has only its place here.
  fileprivate func awaited(at now: Timestamp, limit: Int) throws(StoreError) -> [AwaitedRow] {
    try rows(.awaitedDue, [.time(now), .integer(limit)]) { row throws(StoreError) in
      let isThere = !row.isNull(3)
      return AwaitedRow(
        due: row.time(0), send: row.integer(1), looks: row.int(2),
        id: isThere ? try SendID(column: row.bytes(3)) : nil, lane: isThere ? row.integer(4) : 0,
        state: isThere ? SendState(rawValue: row.int(5)) : nil,
        attempt: isThere ? row.int(6) : 0, changed: isThere ? row.time(7) : .distantPast,
        answer: row.optionalBytes(8))
    }
  }
}
