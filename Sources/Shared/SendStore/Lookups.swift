package import Domain
internal import Time

extension SendStore {
  /// One send with its whole history; nil where intake does not have it yet, or any more.
  package func send(_ id: SendID) throws(StoreError) -> StoredSend? {
    try engine.read { transaction throws(StoreError) in
      let found = try transaction.rows(.send, [.bytes([id.bytes])]) { row throws(StoreError) in
        (key: row.integer(0), send: try StoredSend(row))
      }
      guard let (key, send) = found.first else { return nil }
      return send.with(try transaction.history(of: key))
    }
  }

  package func key(of id: SendID) throws(StoreError) -> SendKey? {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(.keysOfIDs, [.bytes([id.bytes])]) { SendKey($0.integer(1)) }.first
    }
  }

  /// The attempt that is being made of each; those that are not being sent are left out.
  package func attemptsUnderWay(_ keys: [SendKey]) throws(StoreError) -> [SendKey: Int] {
    try engine.read { transaction throws(StoreError) in
      let rows = try transaction.rows(.attemptsUnderWay, [.integers(keys.map(\.value).sorted())]) {
        (SendKey($0.integer(0)), $0.int(1))
      }
      return Dictionary(rows) { $1 }
    }
  }

  /// Takes a send back while it is queued.
  package func cancel(_ id: SendID) throws(StoreError) -> SendState? {
    try engine.write { transaction throws(StoreError) in
      let key = try transaction.rows(.keysOfIDs, [.bytes([id.bytes])]) { $0.integer(1) }
      var changes = ChangeSet(try transaction.lockSends(key), at: try transaction.now())
      guard let key = key.first else { return nil }
      _ = changes.apply(.canceled, to: key)
      try changes.write(to: transaction)
      return changes[key]?.progress.state
    }
  }
}

extension Transaction {
  fileprivate func history(of send: Int64) throws(StoreError) -> [HistoryEntry] {
    try rows(.historyOfSend, [.integer(send)]) { row throws(StoreError) in
      guard let state = SendState(rawValue: row.int(1)) else {
        throw .broken("a state \(row.int(1))")
      }
      return HistoryEntry(
        version: row.int(0), state: state, attempt: row.int(2), at: row.time(3),
        providerAt: row.optionalTime(4), code: row.optionalText(5), detail: row.optionalBytes(6))
    }
  }
}

extension StoredSend {
  fileprivate init(_ row: any Row) throws(StoreError) {
    self.init(
      id: try SendID(column: row.bytes(1)), sender: SenderID(row.text(2)), recipient: row.text(3),
      progress: try SendProgress(
        state: row.int(4), attempt: row.int(5), lastAttempt: row.int(6), failed: row.integer(7),
        proven: row.integer(8), version: row.int(9)),
      campaign: row.text(10), template: TemplateKey(text: row.text(11)).name, due: row.time(12),
      expires: row.time(13),
      content: row.bytes(14), answer: row.optionalBytes(15), history: [])
  }

  fileprivate func with(_ history: [HistoryEntry]) -> StoredSend {
    StoredSend(
      id: id, sender: sender, recipient: recipient, progress: progress, campaign: campaign,
      template: template, due: due, expires: expires, content: content, answer: answer,
      history: history)
  }
}
