package import Domain
private import Synchronization
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
  package var status: Status
  package var providerAt: Timestamp?
  package var code: String?
  /// JSON: texts of the failure, price, whatever is kept of it.
  package var detail: [UInt8]?

  package enum Status: Hashable, Sendable {
    case wentOut(SendNews.Reached)
    /// Due again after the wait, while attempts are left; nil: never again.
    case failed(SendState, againAfter: Duration?)
  }

  package init(
    attempt: AttemptID?, providerID: ProviderID, provider: Provider, account: AccountID,
    address: String?, status: Status, providerAt: Timestamp? = nil, code: String? = nil,
    detail: [UInt8]? = nil
  ) {
    self.attempt = attempt
    self.providerID = providerID
    self.provider = provider
    self.account = account
    self.address = address
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
    let lanes = catalog.withLock { $0.byKey }
    let results = try engine.write { transaction throws(StoreError) in
      let results = try transaction.apply(callbacks, lanes)
      let parked = zip(callbacks, results).filter { $1 == .parked }.map(\.0)
      try transaction.park(parked, at: try transaction.now())
      return results
    }
    let parked = zip(callbacks, results).filter { $1 == .parked }.map(\.0)
    if !parked.isEmpty {
      _ = try joinParked(
        providerIDs: parked.map(\.providerID), sends: parked.compactMap(\.attempt?.send))
    }
    return results
  }
}

/// A callback's send: its key and the attempt that the callback is about.
private struct CallbackMatch {
  let key: Int64
  let attempt: Int
}

extension Transaction {
  func apply(
    _ callbacks: [CallbackReport], _ lanes: [Int64: LaneIdentity]
  ) throws(StoreError) -> [CallbackResult] {
    let now = try now()
    let matches = try find(callbacks)
    var changes = ChangeSet(try lockSends(matches.compactMap { $0?.key }), at: now)
    var bindings: [(CallbackReport, CallbackMatch)] = []
    let results = zip(callbacks, matches).map { callback, match -> CallbackResult in
      guard let match, let before = changes[match.key], let lane = lanes[before.lane],
        callback.isSigned(byOwnerOf: lane)
      else { return .parked }
      if before.progress.state.rank < SendState.accepted.rank { bindings.append((callback, match)) }
      let moved = changes.apply(callback, match, at: now)
      return moved.map { .moved(before.id, $0) } ?? .unchanged(before.id)
    }
    try changes.write(to: self)
    // The answer that would have told the provider's id may never be recorded.
    try run(
      .insertProviderIDs,
      [
        .integers(bindings.map { _ in now.day }), .texts(bindings.map(\.0.providerID.text)),
        .integers(bindings.map(\.1.key)), .integers(bindings.map { Int64($0.1.attempt) }),
      ])
    return results
  }

  /// By our own id first, by the provider's second.
  private func find(_ callbacks: [CallbackReport]) throws(StoreError) -> [CallbackMatch?] {
    let byID = try keys(of: Set(callbacks.compactMap(\.attempt?.send)))
    let unnamed = callbacks.filter { $0.attempt.flatMap { byID[$0.send] } == nil }
    let byProviderID = try attempts(of: Set(unnamed.map(\.providerID)))
    return callbacks.map { callback in
      if let attempt = callback.attempt, let key = byID[attempt.send] {
        return CallbackMatch(key: key, attempt: attempt.number)
      }
      return byProviderID[callback.providerID]
    }
  }

  private func keys(of ids: Set<SendID>) throws(StoreError) -> [SendID: Int64] {
    let rows = try rows(.keysOfIDs, [.bytes(ids.sorted().map(\.bytes))]) { row throws(StoreError) in
      (try SendID(column: row.bytes(0)), row.integer(1))
    }
    return Dictionary(rows) { $1 }
  }

  /// Day by day from the newest: almost every callback is about a message of today.
  private func attempts(
    of ids: Set<ProviderID>
  ) throws(StoreError) -> [ProviderID: CallbackMatch] {
    guard !ids.isEmpty,
      let oldest = try rows(.oldestProviderDay, { $0.isNull(0) ? nil : $0.integer(0) }).first ?? nil
    else { return [:] }
    var found: [ProviderID: CallbackMatch] = [:]
    var day = try now().day
    var missing = ids
    while day >= oldest, !missing.isEmpty {
      let wanted = missing.sorted()
      let rows = try rows(
        .findProviderIDs, [.integers(wanted.map { _ in day }), .texts(wanted.map(\.text))]
      ) {
        (ProviderID($0.text(0)), CallbackMatch(key: $0.integer(1), attempt: $0.int(2)))
      }
      for (id, match) in rows {
        found[id] = match
        missing.remove(id)
      }
      day -= 1
    }
    return found
  }
}

extension CallbackReport {
  fileprivate func isSigned(byOwnerOf lane: LaneIdentity) -> Bool {
    lane.provider == provider.rawValue && lane.account == account
      && (address == nil || lane.address == address)
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
      let attempts = self[match.key]?.maxAttempts ?? SendProgress.attemptLimit
      news = .failed(attempt: match.attempt, .again(attempts: attempts, otherwise: state))
    }
    return apply(
      news, to: match.key, due: due, providerAt: callback.providerAt, code: callback.code,
      detail: callback.detail)
  }
}
