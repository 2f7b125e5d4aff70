package import Domain
package import Store
internal import Time

extension SendStore {
  /// One send with its whole history; nil where intake does not have it yet, or any more.
  package func send(_ id: SendID) throws(StoreError) -> StoredSend? {
    try engine.read { transaction throws(StoreError) in try transaction.send(id)?.send }
  }

  package func key(of id: SendID) throws(StoreError) -> SendKey? {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(Sends.keys, [.id: .bytes([id.bytes])]) { $0.key(.key) as SendKey }
        .first
    }
  }

  /// The attempt that is being made of each; those that are not being sent are left out.
  package func attemptsUnderWay(_ keys: [SendKey]) throws(StoreError) -> [SendKey: Int] {
    try engine.read { transaction throws(StoreError) in
      let rows = try transaction.rows(Sends.underWay, [.key: .keys(keys.sorted())]) {
        ($0.key(.key) as SendKey, $0.int(.attempt))
      }
      return Dictionary(rows) { $1 }
    }
  }

  /// How far each has come, and what its provider answered last. Those that are not there are left out.
  package func answers(
    to sends: Set<SendID>
  ) throws(StoreError) -> [SendID: (state: SendState, attempt: Int, answer: [UInt8]?)] {
    guard !sends.isEmpty else { return [:] }
    return try engine.read { transaction throws(StoreError) in
      let rows = try transaction.rows(
        Sends.answers, [.id: .bytes(sends.sorted().map(\.bytes))]
      ) { row throws(StoreError) in
        guard let state = SendState(rawValue: row.int(.state)) else {
          throw .broken("a state \(row.int(.state))")
        }
        return (
          try SendID(column: row.bytes(.id)),
          (state: state, attempt: row.int(.attempt), answer: row.optionalBytes(.answer))
        )
      }
      return Dictionary(rows) { $1 }
    }
  }

  /// Takes a send back while it is queued.
  package func cancel(_ id: SendID) throws(StoreError) -> SendState? {
    try engine.write { transaction throws(StoreError) in
      let key = try transaction.rows(Sends.keys, [.id: .bytes([id.bytes])]) {
        $0.key(.key) as SendKey
      }
      var changes = ChangeSet(try transaction.lockSends(key), at: try transaction.now())
      guard let key = key.first else { return nil }
      _ = changes.apply(.canceled, to: key)
      try changes.write(to: transaction)
      return changes[key]?.progress.state
    }
  }
}

extension Transaction {
  func send(_ id: SendID) throws(StoreError) -> (key: SendKey, send: StoredSend)? {
    let found = try rows(Sends.one, [.id: .bytes([id.bytes])]) { row throws(StoreError) in
      (
        key: row.key(.key) as SendKey, send: try StoredSend(row),
        packed: try PackedHistory.entries(row.optionalBytes(.history) ?? [])
      )
    }
    guard let (key, send, packed) = found.first else { return nil }
    let history = packed + (try history(of: key))
    return (key, send.with(history.sorted { $0.version < $1.version }))
  }

  private func history(of send: SendKey) throws(StoreError) -> [HistoryEntry] {
    try rows(Sends.history, [.send: .key(send)]) { row throws(StoreError) in
      guard let state = SendState(rawValue: row.int(.state)) else {
        throw .broken("a state \(row.int(.state))")
      }
      return HistoryEntry(
        version: row.int(.version), state: state, attempt: row.int(.attempt), at: row.time(.at),
        providerAt: row.optionalCalendar(.providerAt), code: row.optionalText(.code),
        detail: row.optionalBytes(.detail).map { HistoryDetail(json: $0) })
    }
  }
}

extension StoredSend {
  fileprivate init(_ row: Row<Sends.OneColumn>) throws(StoreError) {
    self.init(
      id: try SendID(column: row.bytes(.id)), sender: SenderID(row.text(.sender)),
      recipient: PersonAddress(row.text(.recipient)),
      progress: try SendProgress(
        state: row.int(.state), attempt: row.int(.attempt), lastAttempt: row.int(.lastAttempt),
        failed: row.integer(.failed),
        proven: row.integer(.proven), version: row.int(.version)),
      campaign: row.text(.campaign), template: TemplateKey(text: row.text(.template)).name,
      due: row.time(.due),
      expires: row.time(.expires),
      content: SendContent(json: row.bytes(.content)), answer: row.optionalBytes(.answer),
      history: [])
  }

  fileprivate func with(_ history: [HistoryEntry]) -> StoredSend {
    StoredSend(
      id: id, sender: sender, recipient: recipient, progress: progress, campaign: campaign,
      template: template, due: due, expires: expires, content: content, answer: answer,
      history: history)
  }
}

extension Sends {
  enum KeysParameter: Int, Columns { case id }
  enum KeysColumn: Int, Columns { case id, key }
  static let keys = Query<KeysParameter, KeysColumn>("keys")

  enum AnswersColumn: Int, Columns { case id, state, attempt, answer }
  static let answers = Query<KeysParameter, AnswersColumn>("answers")

  enum UnderWayParameter: Int, Columns { case key }
  enum UnderWayColumn: Int, Columns { case key, attempt }
  static let underWay = Query<UnderWayParameter, UnderWayColumn>("underWay")

  enum OneParameter: Int, Columns { case id }
  enum OneColumn: Int, Columns {
    case key, id, sender, recipient, state, attempt, lastAttempt, failed, proven, version, campaign,
      template, due, expires, content, answer, history
  }
  static let one = Query<OneParameter, OneColumn>("one")

  enum HistoryParameter: Int, Columns { case send }
  enum HistoryColumn: Int, Columns { case version, state, attempt, at, providerAt, code, detail }
  static let history = Query<HistoryParameter, HistoryColumn>("history")
}
