package import Domain
private import Platform
package import Time

/// A send of which nobody knows whether it went out.
package struct DoubtDue: Hashable, Sendable {
  package let send: SendKey
  package let id: SendID
  package let attempt: Int
  package let recipient: String
  package let since: Timestamp
  package let looks: Int
  package let content: [UInt8]
}

extension SendStore {
  /// The doubts of a lane that are to be looked into now.
  package func doubtsDue(of sender: SenderID, limit: Int) throws(StoreError) -> [DoubtDue] {
    guard let lane = catalog.withLock({ $0.byName[sender]?.key }) else { return [] }
    return try engine.read { transaction throws(StoreError) in
      try transaction.rows(
        .doubtsDue, [.integer(lane), .time(try transaction.now()), .integer(limit)]
      ) { row throws(StoreError) in
        DoubtDue(
          send: SendKey(row.integer(0)), id: try SendID(column: row.bytes(1)), attempt: row.int(2),
          recipient: row.text(3), since: row.time(4), looks: row.int(5), content: row.bytes(6))
      }
    }
  }

  /// A look that found nothing yet.
  package func lookAgain(_ doubt: DoubtDue, at time: Timestamp) throws(StoreError) {
    try engine.write { transaction throws(StoreError) in
      try transaction.run(.lookAgain, [.integer(doubt.send.value), .time(time)])
    }
  }
}
