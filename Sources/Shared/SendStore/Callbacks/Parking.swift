package import Domain
internal import JSON
private import Platform
package import Store
package import Time

/// A callback that has found no send so far.
package struct ParkedCallback: Hashable, Sendable {
  package let number: Int64
  package let at: Timestamp
  package let callback: CallbackReport
}

/// How far a sweep has come, by the time at which callbacks were parked.
package struct ParkedPlace: Hashable, Sendable {
  let at: Timestamp
  let number: Int64

  /// Before all that were parked at that time or later.
  package static func from(_ time: Timestamp) -> ParkedPlace { ParkedPlace(at: time, number: 0) }
}

extension SendStore {
  /// Joins what is parked under these names with its sends; answers how many found theirs.
  package func joinParked(
    providerIDs: [ProviderID], sends: [SendID] = []
  ) throws(StoreError) -> Int {
    try join { transaction throws(StoreError) in
      let byProvider = try transaction.parked(
        Parked.forProviderIDs, [.providerID: .texts(Set(providerIDs).map(\.text).sorted())])
      let bySend = try transaction.parked(
        Parked.forSends, [.sendID: .bytes(Set(sends).sorted().map(\.bytes))])
      return byProvider.merging(bySend) { $1 }
    }
  }

  /// One step of the sweep, which finds what a crash between a commit and the look after it has left: joins
  /// those of the next `limit` behind the place whose send is there. The others cost a look each, and hold up
  /// no writer.
  package func joinParked(
    after place: ParkedPlace, limit: Int
  ) throws(StoreError) -> (joined: Int, next: ParkedPlace?) {
    let seen = try engine.read(.callbacks) { transaction throws(StoreError) in
      let today = try transaction.now().day
      return try transaction.rows(
        Parked.after,
        [
          .at: .time(place.at), .seq: .integer(place.number), .today: .integer(today),
          .limit: .integer(limit),
        ]
      ) {
        (place: ParkedPlace(at: $0.time(.at), number: $0.integer(.seq)), isMet: $0.isTrue(.isMet))
      }
    }
    let met = seen.filter(\.isMet).map(\.place.number)
    var joined = 0
    for start in stride(from: 0, to: met.count, by: Self.joinedAtOnce) {
      let numbers = Array(met[start..<min(start + Self.joinedAtOnce, met.count)])
      joined += try join { transaction throws(StoreError) in
        try transaction.parked(Parked.byNumber, [.seq: .integers(numbers)])
      }
    }
    return (joined, seen.count < limit ? nil : seen.last?.place)
  }

  private static let joinedAtOnce = 500

  /// After the commit that parked them: whoever of the two comes second finds the other. A send that was
  /// not there a moment ago has its provider's id of today, or of yesterday just after midnight.
  func joinWhatCameMeanwhile(_ parked: [CallbackReport]) throws(StoreError) {
    guard !parked.isEmpty else { return }
    let sends = Set(parked.compactMap { $0.attempt?.send }).sorted()
    let (knownIDs, knownSends) = try engine.read(.callbacks) { transaction throws(StoreError) in
      (
        try transaction.attempts(of: Set(parked.map(\.providerID)), withinDays: 2).keys.sorted(),
        try transaction.rows(Sends.keys, [.id: .bytes(sends.map(\.bytes))]) {
          row throws(StoreError) in
          try SendID(column: row.bytes(.id))
        }
      )
    }
    guard !knownIDs.isEmpty || !knownSends.isEmpty else { return }
    _ = try joinParked(providerIDs: knownIDs, sends: knownSends)
  }

  /// The oldest that were parked before then: for the dead letters, which forget them here afterwards.
  package func parked(before time: Timestamp, limit: Int) throws(StoreError) -> [ParkedCallback] {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(Parked.before, [.before: .time(time), .limit: .integer(limit)]) {
        row throws(StoreError) in try ParkedCallback(row)
      }
    }
  }

  /// The oldest of all, whenever they were parked.
  package func oldestParked(limit: Int) throws(StoreError) -> [ParkedCallback] {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(Parked.oldest, [.limit: .integer(limit)]) { row throws(StoreError) in
        try ParkedCallback(row)
      }
    }
  }

  package func forgetParked(_ numbers: [Int64]) throws(StoreError) {
    try engine.write(.callbacks) { transaction throws(StoreError) in
      try transaction.run(Parked.delete, [.seq: .integers(numbers)])
    }
  }

  package func parkedCount() throws(StoreError) -> Int {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(Parked.count) { $0.int(.count) }.first ?? 0
    }
  }

  private func join(
    _ find: (any Transaction) throws(StoreError) -> [Int64: CallbackReport]
  ) throws(StoreError) -> Int {
    let lanes = catalog.withLock { $0 }
    return try engine.write(.callbacks) { transaction throws(StoreError) in
      let found = try find(transaction).sorted { $0.key < $1.key }
      guard !found.isEmpty else { return 0 }
      let results = try transaction.apply(found.map(\.value), lanes)
      let joined = zip(found, results).filter { $1 != .parked }.map(\.0.key)
      try transaction.run(Parked.delete, [.seq: .integers(joined)])
      return joined.count
    }
  }
}

extension ParkedCallback {
  fileprivate init(_ row: Row<Parked.ParkedColumn>) throws(StoreError) {
    number = row.integer(.seq)
    at = row.time(.at)
    callback = try CallbackReport(kept: row.bytes(.callback))
  }
}

extension Transaction {
  func park(_ callbacks: [CallbackReport], at now: Timestamp) throws(StoreError) {
    try run(
      Parked.insert,
      [
        .at: .integers(callbacks.map { _ in now.microseconds }),
        .sendID: .optionalBytes(callbacks.map { $0.attempt?.send.bytes }),
        .providerID: .texts(callbacks.map(\.providerID.text)),
        .callback: .bytes(callbacks.map(\.kept)),
      ])
  }

  fileprivate func parked<Takes>(
    _ query: Query<Takes, Parked.FoundColumn>, _ batch: Batch<Takes>
  ) throws(StoreError) -> [Int64: CallbackReport] {
    let rows = try rows(query, batch) { row throws(StoreError) in
      (row.integer(.seq), try CallbackReport(kept: row.bytes(.callback)))
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
      writer.field("app", tenant?.app)
      writer.field("company", tenant?.company)
      switch status {
      case .wentOut(let reached): writer.field("state", reached.state.name)
      case .failed(let state, let wait):
        writer.field("state", state.name)
        if let wait { writer.field("again", wait.microseconds) }
      }
      if let providerAt { writer.field("providerAt", providerAt.microseconds) }
      writer.field("code", code)
      writer.field("detail", json: detail?.json)
      guard !consequences.isEmpty else { return }
      writer.name("consequences")
      writer.array { list in
        for consequence in consequences { list.object { consequence.write(to: &$0) } }
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
      providerAt: root["providerAt"]?.integer.map { CalendarTime(microseconds: $0) },
      code: root["code"]?.string, detail: (root["detail"]?.text).map { HistoryDetail(json: $0) })
    if let app = root["app"]?.string, let company = root["company"]?.string {
      tenant = Tenant(app: app, company: company)
    }
    consequences = (root["consequences"]?.items ?? []).compactMap { Consequence($0) }
  }
}

extension CallbackReport.Status {
  fileprivate init(_ state: SendState, againAfter wait: Duration?) {
    if let reached = SendNews.Reached(state) {
      self = .wentOut(reached)
    } else {
      self = .failed(state, againAfter: wait)
    }
  }
}

extension Parked {
  enum InsertParameter: Int, Columns { case at, sendID, providerID, callback }
  static let insert = Command<InsertParameter>("insert")

  enum ForProviderIDsParameter: Int, Columns { case providerID }
  enum FoundColumn: Int, Columns { case seq, callback }
  static let forProviderIDs = Query<ForProviderIDsParameter, FoundColumn>("forProviderIDs")

  enum ForSendsParameter: Int, Columns { case sendID }
  static let forSends = Query<ForSendsParameter, FoundColumn>("forSends")

  enum NumberParameter: Int, Columns { case seq }
  static let byNumber = Query<NumberParameter, FoundColumn>("byNumber")

  enum AfterParameter: Int, Columns { case at, seq, today, limit }
  enum AfterColumn: Int, Columns { case at, seq, isMet }
  static let after = Query<AfterParameter, AfterColumn>("after")

  enum BeforeParameter: Int, Columns { case before, limit }
  enum ParkedColumn: Int, Columns { case seq, at, callback }
  static let before = Query<BeforeParameter, ParkedColumn>("before")

  enum OldestParameter: Int, Columns { case limit }
  static let oldest = Query<OldestParameter, ParkedColumn>("oldest")

  enum CountColumn: Int, Columns { case count }
  static let count = Query<Nothing, CountColumn>("count")
  static let delete = Command<NumberParameter>("delete")
}
