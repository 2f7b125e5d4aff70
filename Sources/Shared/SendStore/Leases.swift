package import Domain
package import Time

/// A lane group that this worker may send for, until its time runs out.
package struct Lease: Hashable, Sendable {
  package let group: LaneGroupID
  package let epoch: Int64
  let key: Int64
}

/// What a worker holds after it has tended its leases.
package struct LeaseReport: Hashable, Sendable {
  package let held: [Lease]
  /// Held above the fair share: to be drained and released, so that another worker can take them.
  package let surplus: [Lease]
  package let until: Timestamp
  /// When somebody else's lease or life runs out, if nobody renews it: worth a look of its own.
  package let nextLook: Timestamp?
}

/// Workers of one kind share what there is of it.
package enum WorkerKind: String, Hashable, Sendable, CaseIterable { case dispatch, status }

extension SendStore {
  package static let leaseSpan = Duration.seconds(3)

  /// Renews what the worker holds and takes what nobody holds, up to its share among the workers alive.
  /// Called each second.
  package func tendLeases(_ worker: WorkerID) throws(StoreError) -> LeaseReport {
    try engine.write { transaction throws(StoreError) in
      let now = try transaction.now()
      let until = now + Self.leaseSpan
      try transaction.run(.saveFact, [.text("clock-reached"), .time(now)])
      try transaction.saw(worker, .dispatch, at: now)
      let groups = try transaction.rows(.groups) { $0.integer(0) }.count
      let share = try transaction.share(of: groups, among: .dispatch)
      // One that ran out and that nobody took is simply renewed: who owns it decides.
      var held = try transaction.leases(.renewLeases, [.text(worker.text), .time(until)])
      if held.count < share {
        held += try transaction.leases(
          .takeGroups,
          [.text(worker.text), .time(now), .time(until), .integer(share - held.count)])
      }
      held.sort { $0.key < $1.key }
      return LeaseReport(
        held: held, surplus: Array(held.dropFirst(share)), until: until,
        nextLook: try transaction.rows(.nextLapse, [.text(worker.text), .time(now)]) {
          $0.optionalTime(0)
        }.first ?? nil)
    }
  }

  /// Gives a group back at once. What was posted for it must have been recorded.
  package func release(_ lease: Lease) throws(StoreError) {
    try engine.write { transaction throws(StoreError) in
      try transaction.run(.releaseGroup, [.integer(lease.key), .integer(lease.epoch)])
    }
  }

  /// A worker that goes leaves its share to the others without their waiting for it.
  package func leave(_ worker: WorkerID) throws(StoreError) {
    try engine.write { transaction throws(StoreError) in
      try transaction.run(.forgetWorker, [.text(worker.text)])
    }
  }

  /// The right to do what only one worker may do at a time, for the span of a lease; nil where another
  /// has it. Asked again it is renewed.
  package func takeDuty(_ name: String, _ worker: WorkerID) throws(StoreError) -> Int64? {
    try engine.write { transaction throws(StoreError) in
      let now = try transaction.now()
      return try transaction.rows(
        .takeDuty, [.text(name), .text(worker.text), .time(now), .time(now + Self.leaseSpan)]
      ) { $0.integer(0) }.first
    }
  }

  package func releaseDuty(_ name: String, _ worker: WorkerID) throws(StoreError) {
    try engine.write { transaction throws(StoreError) in
      try transaction.run(.releaseDuty, [.text(name), .text(worker.text)])
    }
  }
}

extension Transaction {
  /// It lives for the span of a lease from now; who was silent for longer counts no more.
  func saw(_ worker: WorkerID, _ kind: WorkerKind, at now: Timestamp) throws(StoreError) {
    try run(.forgetSilentWorkers, [.time(now)])
    try run(
      .sawWorker,
      [.text(worker.text), .time(now + SendStore.leaseSpan), .text(kind.rawValue)])
  }

  /// Rounded up, so that together the shares hold all of it.
  func share(of count: Int, among kind: WorkerKind) throws(StoreError) -> Int {
    let workers = max(1, try rows(.workerCount, [.text(kind.rawValue)]) { $0.int(0) }.first ?? 1)
    return (count + workers - 1) / workers
  }

  fileprivate func leases(
    _ statement: StatementName, _ batch: [Column]
  ) throws(StoreError) -> [Lease] {
    try rows(statement, batch) {
      Lease(group: LaneGroupID($0.text(1)), epoch: $0.integer(2), key: $0.integer(0))
    }
  }

}
