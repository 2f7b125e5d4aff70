package import Domain
private import Platform
package import Time

/// A send of which nobody knows whether it went out.
package struct Doubt: Hashable, Sendable {
  package let send: SendKey
  package let id: SendID
  package let attempt: Int
  package let recipient: String
  package let since: Timestamp
  package let looks: Int
  package let content: [UInt8]
  package let reason: String
  /// When the attempt was claimed; its bytes left soon after, if at all.
  package let claimedAt: Timestamp?
  /// Only where all lanes are asked for.
  package let sender: SenderID?
}

extension SendStore {
  /// The doubts of a lane that are to be looked into now.
  package func doubtsDue(of sender: SenderID, limit: Int) throws(StoreError) -> [Doubt] {
    guard let lane = catalog.withLock({ $0.byName[sender]?.key }) else { return [] }
    return try engine.read { transaction throws(StoreError) in
      try transaction.rows(
        .doubtsDue, [.integer(lane), .time(try transaction.now()), .integer(limit)]
      ) { row throws(StoreError) in try Doubt(row, sender: nil) }
    }
  }

  /// Every doubt, in the order of their keys.
  package func doubts(after key: SendKey?, limit: Int) throws(StoreError) -> [Doubt] {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(.openDoubts, [.integer(key?.value ?? 0), .integer(limit)]) {
        row throws(StoreError) in try Doubt(row, sender: SenderID(row.text(9)))
      }
    }
  }

  /// A look that found nothing yet; one that failed does not count.
  package func lookAgain(
    _ doubt: Doubt, at time: Timestamp, isRepeated: Bool = false
  ) throws(StoreError) {
    try engine.write { transaction throws(StoreError) in
      try transaction.run(
        .lookAgain, [.integer(doubt.send.value), .time(time), .integer(isRepeated ? 0 : 1)])
    }
  }

  /// The contents of all that went to the same person and may still turn up at the provider: other doubts,
  /// and attempts that are not recorded.
  package func rivals(of doubt: Doubt, on sender: SenderID) throws(StoreError) -> [[UInt8]] {
    guard let lane = catalog.withLock({ $0.byName[sender]?.key }) else { return [] }
    return try engine.read { transaction throws(StoreError) in
      try transaction.rows(.rivals, [.integer(lane), .text(doubt.recipient)]) {
        (key: $0.integer(0), content: $0.bytes(1))
      }
      .filter { $0.key != doubt.send.value }.map(\.content)
    }
  }

  /// Those of these ids that belong to a send of ours already.
  package func known(_ ids: [ProviderID]) throws(StoreError) -> Set<ProviderID> {
    try engine.read { transaction throws(StoreError) in
      Set(try transaction.attempts(of: Set(ids)).keys)
    }
  }
}

extension Doubt {
  fileprivate init(_ row: any Row, sender: SenderID?) throws(StoreError) {
    self.init(
      send: SendKey(row.integer(0)), id: try SendID(column: row.bytes(1)), attempt: row.int(2),
      recipient: row.text(3), since: row.time(4), looks: row.int(5), content: row.bytes(6),
      reason: row.text(7), claimedAt: row.optionalTime(8), sender: sender)
  }
}

/// What a person knows better than we can.
package enum DoubtDecision: String, Hashable, Sendable, CaseIterable {
  case sent, resend, fail

  package static let words = allCases.map(\.rawValue).joined(separator: ", ")
}

extension SendStore {
  /// The state after it; nil where the send is not in doubt any more.
  package func decide(
    _ send: StoredSend, _ decision: DoubtDecision
  ) throws(StoreError) -> SendState? {
    guard send.progress.state == .inDoubt, let key = try key(of: send.id) else { return nil }
    let result: AttemptResult =
      switch decision {
      case .sent: .wentOut(because: "decided by hand")
      case .resend: .notSent(due: try now(), because: "decided by hand")
      case .fail: .givenUp(because: "decided by hand")
      }
    let report = AttemptReport(send: key, attempt: send.progress.attempt, result: result)
    guard let recorded = try record([report]).first, recorded.moved else { return nil }
    return recorded.state
  }
}
