package import Domain
package import Store
package import Time

/// A lane group that this worker may send for, until its time runs out.
package struct Lease: Hashable, Sendable {
  package let group: LaneGroupID
  package let epoch: Int64
  let key: GroupKey
}

/// What a worker holds after it has tended its leases.
package struct LeaseReport: Hashable, Sendable {
  package let held: [Lease]
  /// Held above the fair share: to be drained and released, so that another worker can take them.
  package let surplus: [Lease]
  package let until: Timestamp
  /// When somebody else's lease or life runs out, if nobody renews it: worth a look of its own.
  package let nextLook: Timestamp?
  /// Attempts that ended without having been counted as under way, ever since the store was made. There should be none.
  package let miscounted: Int64
}

extension SendStore {
  /// Renews what the worker holds and takes what nobody holds, up to its share among the workers alive.
  /// Called each second.
  package func tendLeases(_ worker: WorkerID) throws(StoreError) -> LeaseReport {
    try engine.write(.upkeep) { transaction throws(StoreError) in
      let now = try transaction.now()
      let until = now + Workers.leaseSpan
      try transaction.note("clock-reached", now.microseconds)
      try transaction.saw(worker, .dispatch, at: now)
      let groups = try transaction.rows(Lanes.groups) { $0.integer(.key) }.count
      let share = try transaction.share(of: groups, among: .dispatch)
      // One that ran out and that nobody took is simply renewed: who owns it decides.
      var held = try transaction.leases(
        Leases.renew, [.worker: .text(worker.text), .until: .time(until)])
      if held.count < share {
        held += try transaction.leases(
          Leases.take,
          [
            .worker: .text(worker.text), .now: .time(now), .until: .time(until),
            .limit: .integer(share - held.count),
          ])
      }
      held.sort { $0.key < $1.key }
      return LeaseReport(
        held: held, surplus: Array(held.dropFirst(share)), until: until,
        nextLook: try transaction.rows(
          Leases.nextLapse, [.worker: .text(worker.text), .now: .time(now)]
        ) { $0.optionalTime(.lapse) }.first ?? nil,
        miscounted: try transaction.fact(Self.miscountedFact) ?? 0)
    }
  }

  static let miscountedFact = "attempts-miscounted"

  /// Gives a group back at once. What was posted for it must have been recorded.
  package func release(_ lease: Lease) throws(StoreError) { try release([lease]) }

  /// Many at once, as a worker has that goes.
  package func release(_ leases: [Lease]) throws(StoreError) {
    guard !leases.isEmpty else { return }
    try engine.write { transaction throws(StoreError) in
      try transaction.run(
        Leases.release,
        [.group: .keys(leases, \.key), .epoch: .integers(leases.map(\.epoch))])
    }
  }

  /// A worker that goes leaves its share to the others without their waiting for it.
  package func leave(_ worker: WorkerID) throws(StoreError) {
    try engine.write { transaction throws(StoreError) in try transaction.forget(worker) }
  }

  /// The right to do what only one worker may do at a time, for the span of a lease; nil where another
  /// has it. Asked again it is renewed.
  package func takeDuty(_ name: String, _ worker: WorkerID) throws(StoreError) -> Int64? {
    try engine.write { transaction throws(StoreError) in
      try transaction.takeDuty(name, worker)
    }
  }

  package func releaseDuty(_ name: String, _ worker: WorkerID) throws(StoreError) {
    try engine.write { transaction throws(StoreError) in
      try transaction.releaseDuty(name, worker)
    }
  }
}

extension Transaction {
  fileprivate func leases<Takes>(
    _ query: Query<Takes, Leases.LeaseColumn>, _ batch: Batch<Takes>
  ) throws(StoreError) -> [Lease] {
    try rows(query, batch) {
      Lease(
        group: LaneGroupID($0.text(.name)), epoch: $0.integer(.epoch), key: $0.key(.key))
    }
  }
}

extension Leases {
  enum RenewParameter: Int, Columns { case worker, until }
  enum LeaseColumn: Int, Columns { case key, name, epoch }
  static let renew = Query<RenewParameter, LeaseColumn>("renew")

  enum TakeParameter: Int, Columns { case worker, now, until, limit }
  static let take = Query<TakeParameter, LeaseColumn>("take")

  enum NextLapseParameter: Int, Columns { case worker, now }
  enum NextLapseColumn: Int, Columns { case lapse }
  static let nextLapse = Query<NextLapseParameter, NextLapseColumn>("nextLapse")

  enum ReleaseParameter: Int, Columns { case group, epoch }
  static let release = Command<ReleaseParameter>("release")
}
