package import Domain
private import Platform
package import Store
package import Time

/// A send of which nobody knows whether it went out.
package struct Doubt: Hashable, Sendable {
  package let send: SendKey
  package let id: SendID
  package let attempt: Int
  package let recipient: PersonAddress
  package let since: Timestamp
  package let looks: Int
  package let content: SendContent
  package let reason: String
  /// When the attempt was claimed; its bytes left soon after, if at all.
  package let claimedAt: Timestamp?
  package let sender: SenderID
}

extension SendStore {
  /// The doubts of a lane that are to be looked into now.
  package func doubtsDue(of sender: SenderID, limit: Int) throws(StoreError) -> [Doubt] {
    guard let lane = catalog.withLock({ $0.byName[sender]?.key }) else { return [] }
    return try engine.read { transaction throws(StoreError) in
      try transaction.rows(
        Doubts.due,
        [.lane: .key(lane), .now: .time(try transaction.now()), .limit: .integer(limit)]
      ) { row throws(StoreError) in try Doubt(row) }
    }
  }

  /// Every doubt, in the order of their keys.
  package func doubts(after key: SendKey?, limit: Int) throws(StoreError) -> [Doubt] {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(
        Doubts.open, [.after: .key(key ?? SendKey(0)), .limit: .integer(limit)]
      ) {
        row throws(StoreError) in try Doubt(row)
      }
    }
  }

  /// A look that found nothing yet; one that failed does not count.
  package func lookAgain(
    _ doubt: Doubt, at time: Timestamp, isRepeated: Bool = false
  ) throws(StoreError) {
    try engine.write { transaction throws(StoreError) in
      try transaction.run(
        Doubts.lookAgain,
        [
          .send: .key(doubt.send), .nextLook: .time(time),
          .counted: .integer(isRepeated ? 0 : 1),
        ])
    }
  }

  /// The contents of all that went to the same person and may still turn up at the provider: other doubts,
  /// and attempts that are not recorded.
  package func rivals(of doubt: Doubt, on sender: SenderID) throws(StoreError) -> [SendContent] {
    guard let lane = catalog.withLock({ $0.byName[sender]?.key }) else { return [] }
    return try engine.read { transaction throws(StoreError) in
      try transaction.rows(
        Doubts.rivals, [.lane: .key(lane), .recipient: .text(doubt.recipient.text)]
      ) {
        (key: $0.key(.send) as SendKey, content: SendContent(json: $0.bytes(.content)))
      }
      .filter { $0.key != doubt.send }.map(\.content)
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
  fileprivate init(_ row: Row<Doubts.DoubtColumn>) throws(StoreError) {
    let attempt = row.int(.attempt)
    let packed = try PackedHistory.entries(row.optionalBytes(.history) ?? [])
    let claims = packed.filter { $0.state == .sending && $0.attempt == attempt }.map(\.at)
    let claimedAt = (claims + [row.optionalTime(.claimedAt)].compactMap { $0 }).max()
    self.init(
      send: row.key(.send), id: try SendID(column: row.bytes(.id)),
      attempt: attempt,
      recipient: PersonAddress(row.text(.recipient)), since: row.time(.since),
      looks: row.int(.looks),
      content: SendContent(json: row.bytes(.content)),
      reason: row.text(.reason), claimedAt: claimedAt,
      sender: SenderID(row.text(.sender)))
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

extension Doubts {
  enum DueParameter: Int, Columns { case lane, now, limit }
  enum DoubtColumn: Int, Columns {
    case send, id, attempt, recipient, since, looks, content, reason, claimedAt, sender, history
  }
  static let due = Query<DueParameter, DoubtColumn>("due")

  enum OpenParameter: Int, Columns { case after, limit }
  static let open = Query<OpenParameter, DoubtColumn>("open")

  enum LookAgainParameter: Int, Columns { case send, nextLook, counted }
  static let lookAgain = Command<LookAgainParameter>("lookAgain")

  enum RivalsParameter: Int, Columns { case lane, recipient }
  enum RivalsColumn: Int, Columns { case send, content }
  static let rivals = Query<RivalsParameter, RivalsColumn>("rivals")
}
