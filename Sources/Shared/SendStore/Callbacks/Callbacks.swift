package import Domain
private import Platform
package import Store
package import Time

/// What a provider told of a message, with who signed it.
package struct CallbackReport: Hashable, Sendable {
  /// What our id in the callback names, if it carried one.
  package var attempt: AttemptID?
  package var providerID: ProviderID
  package var provider: Provider
  package var account: AccountID
  /// Meta's id of the phone number; nil where the account alone tells.
  package var address: String?
  /// Of the path that it came by; nil where the path named none.
  package var tenant: Tenant?
  package var status: Status
  package var providerAt: CalendarTime?
  package var code: String?
  /// Texts of the failure, price, whatever is kept of it.
  package var detail: HistoryDetail?
  package var consequences: [Consequence] = []
  /// The provider took it, held it and did not send it.
  package var isDrop = false

  package enum Status: Hashable, Sendable {
    case wentOut(SendNews.Reached)
    /// Due again after the wait, while attempts are left; nil: never again.
    case failed(SendState, againAfter: Duration?)
  }

  package init(
    attempt: AttemptID?, providerID: ProviderID, provider: Provider, account: AccountID,
    address: String?, tenant: Tenant? = nil, status: Status, providerAt: CalendarTime? = nil,
    code: String? = nil, detail: HistoryDetail? = nil, consequences: [Consequence] = []
  ) {
    self.attempt = attempt
    self.providerID = providerID
    self.provider = provider
    self.account = account
    self.address = address
    self.tenant = tenant
    self.consequences = consequences
    self.status = status
    self.providerAt = providerAt
    self.code = code
    self.detail = detail
  }
}

package enum CallbackResult: Hashable, Sendable {
  case moved(SendID, SendState)
  /// It said nothing that the send did not know.
  case unchanged(SendID)
  /// No send of that signer's is known yet: kept until there is.
  case parked
}

extension SendStore {
  /// Applies callbacks in the order in which they stand. One that finds no send is parked, and looked for
  /// again after the commit: whoever of the two comes second finds the other.
  package func apply(_ callbacks: [CallbackReport]) throws(StoreError) -> [CallbackResult] {
    let lanes = catalog.withLock { $0 }
    let results = try engine.write(.callbacks) { transaction throws(StoreError) in
      let results = try transaction.apply(callbacks, lanes)
      let parked = zip(callbacks, results).filter { $1 == .parked }.map(\.0)
      try transaction.park(parked, at: try transaction.now())
      return results
    }
    let parked = zip(callbacks, results).filter { $1 == .parked }.map(\.0)
    try joinWhatCameMeanwhile(parked)
    return results
  }
}

extension Transaction {
  func apply(
    _ callbacks: [CallbackReport], _ lanes: LaneCatalog
  ) throws(StoreError) -> [CallbackResult] {
    let now = try now()
    var results = try advance(callbacks, lanes, at: now)
    let rest = callbacks.indices.filter { results[$0] == nil }
    for (index, result) in zip(rest, try judge(rest.map { callbacks[$0] }, lanes, at: now)) {
      results[index] = result
    }
    return results.map { $0 ?? .parked }
  }

  private func judge(
    _ callbacks: [CallbackReport], _ lanes: LaneCatalog, at now: Timestamp
  ) throws(StoreError) -> [CallbackResult] {
    guard !callbacks.isEmpty else { return [] }
    let (matches, rows) = try find(callbacks)
    var changes = ChangeSet(rows, at: now)
    var bindings: [(ProviderID, CallbackMatch)] = []
    var due: [DueConsequence] = []
    var results: [CallbackResult] = []
    results.reserveCapacity(callbacks.count)
    for (place, match) in matches.enumerated() {
      guard let match, let before = changes[match.key], let lane = lanes.byKey[before.lane],
        callbacks[place].isSigned(byOwnerOf: lane)
      else {
        results.append(.parked)
        continue
      }
      if before.progress.state.rank < SendState.accepted.rank {
        bindings.append((callbacks[place].providerID, match))
      }
      let moved = changes.apply(callbacks[place], match, at: now)
      if !callbacks[place].consequences.isEmpty {
        due += callbacks[place].due(before, after: changes[match.key])
      }
      results.append(moved.map { .moved(before.id, $0) } ?? .unchanged(before.id))
    }
    try changes.writeSends(to: self)
    let touched = due.filter(\.consequence.touchesLane).map(\.send.lane)
    if !touched.isEmpty { _ = try lockLanes(Set(touched).sorted()) }
    try changes.writeQueue(to: self)
    try bringAbout(due, at: now)
    // The answer that would have told the provider's id may never be recorded.
    try run(
      Callbacks.insertProviderIDs,
      [
        .day: .integers(bindings.map { _ in now.day }), .id: .texts(bindings.map(\.0.text)),
        .send: .keys(bindings, \.1.key),
        .attempt: .integers(bindings.map { Int64($0.1.attempt) }),
      ])
    return results
  }

  /// By our own id first, by the provider's second; with the rows, locked.
  private func find(
    _ callbacks: [CallbackReport]
  ) throws(StoreError) -> ([CallbackMatch?], [SendRow]) {
    let ids = callbacks.compactMap { $0.attempt?.send }.sorted().withoutRepetitions
    var rows = try rows(Sends.lockByID, [.id: .bytes(ids.map(\.bytes))]) { row throws(StoreError) in
      try SendRow(row)
    }
    let byID = Dictionary(rows.map { ($0.id, $0.key) }) { $1 }
    var matches = callbacks.map { callback in
      callback.attempt.flatMap { attempt in
        byID[attempt.send].map { CallbackMatch(key: $0, attempt: attempt.number) }
      }
    }
    let unnamed = matches.indices.filter { matches[$0] == nil }
    let byProviderID = try attempts(of: Set(unnamed.map { callbacks[$0].providerID }))
    rows += try lockSends(Set(byProviderID.values.map(\.key)).subtracting(byID.values))
    for place in unnamed { matches[place] = byProviderID[callbacks[place].providerID] }
    return (matches, rows)
  }
}

extension [SendID] {
  /// Of a sorted list.
  fileprivate var withoutRepetitions: [SendID] {
    indices.filter { $0 == 0 || self[$0] != self[$0 - 1] }.map { self[$0] }
  }
}

extension CallbackReport {
  fileprivate var stopsLane: Bool {
    consequences.contains(where: \.stopsLane)
  }

  func isSigned(byOwnerOf lane: LaneIdentity) -> Bool {
    lane.provider == provider.rawValue && lane.account == account
      && (address.map { $0 == lane.address } ?? (provider == .twilio))
      && (tenant == nil || lane.tenant == tenant)
  }

  /// What follows where this is the first that is heard of the attempt's failure.
  fileprivate func due(_ before: SendRow, after: SendRow?) -> [DueConsequence] {
    guard let after,
      after.progress.failedAttempts != before.progress.failedAttempts
    else { return [] }
    return consequences.map { DueConsequence(consequence: $0, code: code ?? "", send: before) }
  }
}

extension ChangeSet {
  fileprivate mutating func apply(
    _ callback: CallbackReport, _ match: CallbackMatch, at now: Timestamp
  ) -> SendState? {
    var due: Timestamp?
    let news: SendNews
    switch callback.status {
    case .wentOut(let reached): news = .wentOut(attempt: match.attempt, reached)
    case .failed(let state, nil): news = .failed(attempt: match.attempt, .final(state))
    case .failed(let state, let wait?):
      due = now + wait
      // A stop is not the send's own fault: it goes on however often that was so.
      let attempts =
        callback.stopsLane ? nil : self[match.key]?.maxAttempts
      news = .failed(
        attempt: match.attempt,
        .again(attempts: attempts ?? SendProgress.attemptLimit, otherwise: state))
    }
    return apply(
      news, to: match.key, due: due, providerAt: callback.providerAt, code: callback.code,
      detail: callback.detail)
  }
}
