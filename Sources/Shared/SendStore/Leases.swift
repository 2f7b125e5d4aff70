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
}

extension SendStore {
  package static let leaseSpan = Duration.seconds(3)

  /// Renews what the worker holds and takes what nobody holds, up to its share among the workers alive.
  /// Called each second.
  package func tendLeases(_ worker: WorkerID) throws(StoreError) -> LeaseReport {
    try engine.write { transaction throws(StoreError) in
      let now = try transaction.now()
      let until = now + Self.leaseSpan
      try transaction.run(.saveFact, [.text("clock-reached"), .time(now)])
      try transaction.run(.forgetSilentWorkers, [.time(now)])
      try transaction.run(.sawWorker, [.text(worker.text), .time(until)])
      let share = try transaction.fairShare()
      var held = try transaction.leases(
        .renewLeases, [.text(worker.text), .time(now), .time(until)])
      if held.count < share {
        held += try transaction.leases(
          .takeGroups,
          [.text(worker.text), .time(now), .time(until), .integer(share - held.count)])
      }
      held.sort { $0.key < $1.key }
      return LeaseReport(held: held, surplus: Array(held.dropFirst(share)), until: until)
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
  fileprivate func leases(
    _ statement: StatementName, _ batch: [Column]
  ) throws(StoreError) -> [Lease] {
    try rows(statement, batch) {
      Lease(group: LaneGroupID($0.text(1)), epoch: $0.integer(2), key: $0.integer(0))
    }
  }

  /// Rounded up, so that together the shares hold all groups.
  fileprivate func fairShare() throws(StoreError) -> Int {
    let workers = max(1, try rows(.workerCount) { $0.int(0) }.first ?? 1)
    let groups = try rows(.groups) { $0.integer(0) }.count
    return (groups + workers - 1) / workers
  }
}
