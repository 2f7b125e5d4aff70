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

package struct DueDelivery: Hashable, Sendable {
  package let number: Int64
  package let id: String
  package let line: String
  package let tries: Int
  package let created: Timestamp
  package let body: [UInt8]
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

  /// The oldest of each line, where it is due. Only the holder of the tenant's duty reads them.
  package func dueDeliveries(of tenant: Tenant, limit: Int) throws(StoreError) -> [DueDelivery] {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(
        .dueDeliveries,
        [
          .text(tenant.app), .text(tenant.company), .time(try transaction.now()), .integer(limit),
        ]
      ) { row in
        DueDelivery(
          number: row.integer(0), id: row.text(1), line: row.text(2), tries: row.int(3),
          created: row.time(4), body: row.bytes(5))
      }
    }
  }

  /// Delivered, or given up: it is kept by its id until it is pruned, so that it cannot come twice.
  package func finish(_ deliveries: [DueDelivery]) throws(StoreError) {
    try mark(.finishDeliveries, deliveries.map(\.number)) { $0 }
  }

  package func retry(_ deliveries: [DueDelivery], after wait: Duration) throws(StoreError) {
    try mark(.retryDeliveries, deliveries.map(\.number)) { $0 + wait }
  }

  private func mark(
    _ statement: StatementName, _ numbers: [Int64], _ time: (Timestamp) -> Timestamp
  ) throws(StoreError) {
    try engine.write { transaction throws(StoreError) in
      let at = time(try transaction.now()).microseconds
      try transaction.run(statement, [.integers(numbers), .integers(numbers.map { _ in at })])
    }
  }
}
