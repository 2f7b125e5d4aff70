package import Domain
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
    try engine.write { transaction throws(StoreError) in
      let now = try transaction.now().microseconds
      try transaction.run(
        .insertDeliveries,
        [
          .texts(deliveries.map(\.id)), .texts(deliveries.map(\.tenant.app)),
          .texts(deliveries.map(\.tenant.company)), .texts(deliveries.map(\.line)),
          .integers(deliveries.map { _ in now }), .integers(deliveries.map { _ in 0 }),
          .integers(deliveries.map { _ in now }), .bytes(deliveries.map(\.body)),
        ])
    }
  }

  /// Whether any may be claimed now: a look that holds up no writer.
  package func hasDueDeliveries(of tenant: Tenant) throws(StoreError) -> Bool {
    try engine.read { transaction throws(StoreError) in
      try !transaction.rows(
        .dueDeliveries,
        [.text(tenant.app), .text(tenant.company), .time(try transaction.now())], { _ in }
      ).isEmpty
    }
  }

  /// The oldest of each line, where it is due and nobody holds it. It comes to nobody else for that span, and
  /// the rest of its line stays behind it, with any number of workers.
  package func claimDeliveries(
    of tenant: Tenant, limit: Int, for span: Duration
  ) throws(StoreError) -> [ClaimedDelivery] {
    try engine.write { transaction throws(StoreError) in
      let now = try transaction.now()
      let until = now + span
      return try transaction.rows(
        .claimDeliveries,
        [.text(tenant.app), .text(tenant.company), .time(now), .time(until), .integer(limit)]
      ) { row in
        ClaimedDelivery(
          number: row.integer(0), id: row.text(1), line: row.text(2), tries: row.int(3),
          created: row.time(4), body: row.bytes(5), claimedUntil: until)
      }
      .sorted { $0.number < $1.number }
    }
  }

  /// Delivered, or given up: it is kept by its id until it is pruned, so that it cannot come twice.
  package func finish(_ deliveries: [ClaimedDelivery]) throws(StoreError) {
    try engine.write { transaction throws(StoreError) in
      let now = try transaction.now().microseconds
      try transaction.run(
        .finishDeliveries,
        [.integers(deliveries.map(\.number)), .integers(deliveries.map { _ in now })])
    }
  }

  /// One that somebody else has claimed since is theirs.
  package func retry(
    _ deliveries: [ClaimedDelivery], after wait: Duration
  ) throws(StoreError) {
    try engine.write { transaction throws(StoreError) in
      let due = (try transaction.now() + wait).microseconds
      try transaction.run(
        .retryDeliveries,
        [
          .integers(deliveries.map(\.number)), .integers(deliveries.map { _ in due }),
          .integers(deliveries.map(\.claimedUntil.microseconds)),
        ])
    }
  }
}
