package import Domain
package import Store
package import Time

/// Something for a tenant's action URL.
package struct NewDelivery: Hashable, Sendable {
  /// The same id again is the same delivery.
  package let id: String
  package let tenant: Tenant
  /// Deliveries of one line go out one after the other.
  package let line: String
  package let body: [UInt8]

  package init(id: String, tenant: Tenant, line: String, body: [UInt8]) {
    self.id = id
    self.tenant = tenant
    self.line = line
    self.body = body
  }
}

/// One that its holder may deliver, alone, until its time runs out.
package struct ClaimedDelivery: Hashable, Sendable {
  package let number: Int64
  package let id: String
  package let line: String
  package let tries: Int
  package let created: Timestamp
  package let body: [UInt8]
  package let claimedUntil: Timestamp
}

extension SendStore {
  package func add(_ deliveries: [NewDelivery]) throws(StoreError) {
    try engine.write(.relay) { transaction throws(StoreError) in
      let now = try transaction.now().microseconds
      try transaction.run(
        Deliveries.insert,
        [
          .id: .texts(deliveries.map(\.id)), .app: .texts(deliveries.map(\.tenant.app)),
          .company: .texts(deliveries.map(\.tenant.company)), .line: .texts(deliveries.map(\.line)),
          .due: .integers(deliveries.map { _ in now }),
          .tries: .integers(deliveries.map { _ in 0 }),
          .created: .integers(deliveries.map { _ in now }), .body: .bytes(deliveries.map(\.body)),
        ])
    }
  }

  /// Whether any may be claimed now: a look that holds up no writer.
  package func hasDueDeliveries(of tenant: Tenant) throws(StoreError) -> Bool {
    try engine.read(.relay) { transaction throws(StoreError) in
      try !transaction.rows(
        Deliveries.due,
        [
          .app: .text(tenant.app), .company: .text(tenant.company),
          .now: .time(try transaction.now()),
        ], { _ in }
      ).isEmpty
    }
  }

  /// For how long the delivery has been due that has been due longest; zero where none is. One that is under way
  /// is due again when its claim runs out.
  package func longestDueDelivery(of tenant: Tenant) throws(StoreError) -> Duration {
    try engine.read { transaction throws(StoreError) in
      let now = try transaction.now()
      let due = try transaction.rows(
        Deliveries.longestDue,
        [.app: .text(tenant.app), .company: .text(tenant.company), .now: .time(now)]
      ) { $0.time(.due) }.first
      return due.map { now - $0 } ?? .zero
    }
  }

  /// The oldest of each line, where it is due and nobody holds it. It comes to nobody else for that span, and
  /// the rest of its line stays behind it, with any number of workers.
  package func claimDeliveries(
    of tenant: Tenant, limit: Int, for span: Duration
  ) throws(StoreError) -> [ClaimedDelivery] {
    try engine.write(.relay) { transaction throws(StoreError) in
      let now = try transaction.now()
      let until = now + span
      return try transaction.rows(
        Deliveries.claim,
        [
          .app: .text(tenant.app), .company: .text(tenant.company), .now: .time(now),
          .until: .time(until), .limit: .integer(limit),
        ]
      ) { row in
        ClaimedDelivery(
          number: row.integer(.seq), id: row.text(.id), line: row.text(.line),
          tries: row.int(.tries),
          created: row.time(.created), body: row.bytes(.body), claimedUntil: until)
      }
      .sorted { $0.number < $1.number }
    }
  }

  /// Delivered, or given up: it is kept by its id until it is pruned, so that it cannot come twice.
  package func finish(_ deliveries: [ClaimedDelivery]) throws(StoreError) {
    try engine.write(.relay) { transaction throws(StoreError) in
      let now = try transaction.now().microseconds
      try transaction.run(
        Deliveries.finish,
        [.seq: .integers(deliveries.map(\.number)), .done: .integers(deliveries.map { _ in now })])
    }
  }

  /// One that somebody else has claimed since is theirs.
  package func retry(
    _ deliveries: [ClaimedDelivery], after wait: Duration
  ) throws(StoreError) {
    try put(deliveries, back: Deliveries.retry, after: wait)
  }

  /// The same for what was claimed and not tried.
  package func postpone(
    _ deliveries: [ClaimedDelivery], for wait: Duration
  ) throws(StoreError) {
    try put(deliveries, back: Deliveries.postpone, after: wait)
  }

  private func put(
    _ deliveries: [ClaimedDelivery], back command: Command<Deliveries.RetryParameter>,
    after wait: Duration
  ) throws(StoreError) {
    try engine.write(.relay) { transaction throws(StoreError) in
      let due = (try transaction.now() + wait).microseconds
      try transaction.run(
        command,
        [
          .seq: .integers(deliveries.map(\.number)), .due: .integers(deliveries.map { _ in due }),
          .claimed: .integers(deliveries.map(\.claimedUntil.microseconds)),
        ])
    }
  }
}

extension Deliveries {
  enum InsertParameter: Int, Columns { case id, app, company, line, due, tries, created, body }
  static let insert = Command<InsertParameter>("insert")

  enum DueParameter: Int, Columns { case app, company, now }
  enum DueColumn: Int, Columns { case seq }
  static let due = Query<DueParameter, DueColumn>("due")

  enum LongestDueColumn: Int, Columns { case due }
  static let longestDue = Query<DueParameter, LongestDueColumn>("longestDue")

  enum ClaimParameter: Int, Columns { case app, company, now, until, limit }
  enum ClaimColumn: Int, Columns { case seq, id, line, tries, created, body }
  static let claim = Query<ClaimParameter, ClaimColumn>("claim")

  enum FinishParameter: Int, Columns { case seq, done }
  static let finish = Command<FinishParameter>("finish")

  enum RetryParameter: Int, Columns { case seq, due, claimed }
  static let retry = Command<RetryParameter>("retry")
  static let postpone = Command<RetryParameter>("postpone")
}
