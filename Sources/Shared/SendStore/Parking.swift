package import Domain
internal import JSON
private import Platform
package import Time

/// A callback that has found no send so far.
package struct ParkedCallback: Hashable, Sendable {
  package let number: Int64
  package let at: Timestamp
  package let callback: CallbackReport
}

extension SendStore {
  /// Joins what is parked under these names with its sends; answers how many found theirs.
  package func joinParked(
    providerIDs: [ProviderID], sends: [SendID] = []
  ) throws(StoreError) -> Int {
    try join { transaction throws(StoreError) in
      let byProvider = try transaction.parked(
        .parkedForProviderIDs, [.texts(Set(providerIDs).map(\.text).sorted())])
      let bySend = try transaction.parked(
        .parkedForSends, [.bytes(Set(sends).sorted().map(\.bytes))])
      return byProvider.merging(bySend) { $1 }
    }
  }

  /// The sweep: joins what was parked since then. It finds what two commits at once have missed.
  package func joinParked(since time: Timestamp) throws(StoreError) -> Int {
    try join { transaction throws(StoreError) in
      try transaction.parked(.parkedSince, [.time(time)])
    }
  }

  /// The oldest that were parked before then: for the dead letters, which forget them here afterwards.
  package func parked(before time: Timestamp, limit: Int) throws(StoreError) -> [ParkedCallback] {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(.parkedOldest, [.time(time), .integer(limit)]) {
        row throws(StoreError) in
        ParkedCallback(
          number: row.integer(0), at: row.time(1),
          callback: try CallbackReport(kept: row.bytes(2)))
      }
    }
  }

  package func forgetParked(_ numbers: [Int64]) throws(StoreError) {
    try engine.write { transaction throws(StoreError) in
      try transaction.run(.deleteParked, [.integers(numbers)])
    }
  }

  package func parkedCount() throws(StoreError) -> Int {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(.parkedCount) { $0.int(0) }.first ?? 0
    }
  }

  private func join(
    _ find: (any Transaction) throws(StoreError) -> [Int64: CallbackReport]
  ) throws(StoreError) -> Int {
    let lanes = catalog.withLock { $0.byKey }
    return try engine.write { transaction throws(StoreError) in
      let found = try find(transaction).sorted { $0.key < $1.key }
      guard !found.isEmpty else { return 0 }
      let results = try transaction.apply(found.map(\.value), lanes)
      let joined = zip(found, results).filter { $1 != .parked }.map(\.0.key)
      try transaction.run(.deleteParked, [.integers(joined)])
      return joined.count
    }
  }
}

extension Transaction {
  func park(_ callbacks: [CallbackReport], at now: Timestamp) throws(StoreError) {
    try run(
      .insertParked,
      [
        .integers(callbacks.map { _ in now.microseconds }),
        .optionalBytes(callbacks.map { $0.attempt?.send.bytes }),
        .texts(callbacks.map(\.providerID.text)), .bytes(callbacks.map(\.kept)),
      ])
  }

  fileprivate func parked(
    _ statement: StatementName, _ batch: [Column]
  ) throws(StoreError) -> [Int64: CallbackReport] {
    let rows = try rows(statement, batch) { row throws(StoreError) in
      (row.integer(0), try CallbackReport(kept: row.bytes(1)))
    }
    return Dictionary(rows) { $1 }
  }
}

extension CallbackReport {
  /// The form in which it waits in the store.
  fileprivate var kept: [UInt8] {
    JSONWriter.object { writer in
      writer.field("attempt", attempt?.description)
      writer.field("providerId", providerID.text)
      writer.field("provider", provider.rawValue)
      writer.field("account", account.text)
      writer.field("address", address)
      switch status {
      case .wentOut(let reached): writer.field("state", reached.state.name)
      case .failed(let state, let wait):
        writer.field("state", state.name)
        if let wait { writer.field("again", wait.microseconds) }
      }
      if let providerAt { writer.field("providerAt", providerAt.microseconds) }
      writer.field("code", code)
      if let detail {
        writer.name("detail")
        writer.raw(detail)
      }
    }
  }

  fileprivate init(kept bytes: [UInt8]) throws(StoreError) {
    let root: JSONValue
    do { root = try JSONDocument(bytes).root } catch {
      throw .broken("a parked callback: \(error)")
    }
    guard let providerID = root["providerId"]?.string, let account = root["account"]?.string,
      let provider = root["provider"]?.string.flatMap(Provider.init(rawValue:)),
      let state = root["state"]?.string.flatMap(SendState.init(name:))
    else { throw .broken("a parked callback lacks a field") }
    self.init(
      attempt: root["attempt"]?.string.flatMap { AttemptID($0) },
      providerID: ProviderID(providerID), provider: provider, account: AccountID(account),
      address: root["address"]?.string,
      status: Status(state, againAfter: root["again"]?.integer.map { .microseconds($0) }),
      providerAt: root["providerAt"]?.integer.map { Timestamp(microseconds: $0) },
      code: root["code"]?.string, detail: root["detail"]?.text)
  }
}

extension CallbackReport.Status {
  fileprivate init(_ state: SendState, againAfter wait: Duration?) {
    if let reached = SendNews.Reached.allCases.first(where: { $0.state == state }) {
      self = .wentOut(reached)
    } else {
      self = .failed(state, againAfter: wait)
    }
  }
}
