package import Domain
package import Time

/// The workers that are alive, and duties that one of them does at a time.
///
/// Whatever must have one owner at a time is leased: a row with the owner's name, an epoch and the time until which
/// the lease runs, on the store's clock. Each second the owner renews all that it holds and takes what has run out,
/// up to its share among the workers of its kind. Three rules make that safe:
///
/// - A worker's name is new at every start, so nobody inherits a lease by a name.
/// - Whoever takes a lease raises its epoch. All that an owner writes under it names the epoch, and the row is locked
///   while it is written, so an owner that was frozen and wakes writes nothing after its successor.
/// - A lease that has run out and that nobody took is simply renewed, under the same epoch: nobody wrote meanwhile.
///
/// A worker counts among its kind for the span of a lease after it was last seen. One that ends in good order says so,
/// and its share goes to the others at once; one that dies is followed when its leases run out, after 3 s. What is
/// leased has tables of its own: lane groups and partitions with their nouns, duties here.
package enum Workers {
  package static let leaseSpan = Duration.seconds(3)

  static let noun = Noun(
    "workers", sqlite: PackageResources.workers_sqlite_sql,
    postgres: PackageResources.workers_postgres_sql,
    [saw, forget, forgetSilent, count, settleForm, takeDuty, releaseDuty])

  enum SawParameter: Int, Columns { case name, seenUntil, kind, form }
  static let saw = Command<SawParameter>("saw")

  enum ForgetParameter: Int, Columns { case name }
  static let forget = Command<ForgetParameter>("forget")

  enum ForgetSilentParameter: Int, Columns { case now }
  static let forgetSilent = Command<ForgetSilentParameter>("forgetSilent")

  enum SettleFormParameter: Int, Columns { case form }
  static let settleForm = Command<SettleFormParameter>("settleForm")

  enum CountParameter: Int, Columns { case kind }
  enum CountColumn: Int, Columns { case count }
  static let count = Query<CountParameter, CountColumn>("count")

  enum TakeDutyParameter: Int, Columns { case name, owner, now, until }
  enum TakeDutyColumn: Int, Columns { case epoch }
  static let takeDuty = Query<TakeDutyParameter, TakeDutyColumn>("takeDuty")

  enum ReleaseDutyParameter: Int, Columns { case name, owner }
  static let releaseDuty = Command<ReleaseDutyParameter>("releaseDuty")
}

/// Workers of one kind share what there is of it.
package enum WorkerKind: String, Hashable, Sendable, CaseIterable {
  case dispatch, status, engage
}

extension Transaction {
  /// It lives for the span of a lease from now; who was silent for longer counts no more.
  package func saw(_ worker: WorkerID, _ kind: WorkerKind, at now: Timestamp) throws(StoreError) {
    try run(Workers.forgetSilent, [.now: .time(now)])
    try run(
      Workers.saw,
      [
        .name: .text(worker.text), .seenUntil: .time(now + Workers.leaseSpan),
        .kind: .text(kind.rawValue), .form: .integer(StoreForm.newest.rawValue),
      ])
    try settleForm()
  }

  /// A worker that goes leaves its share to the others without their waiting for it.
  package func forget(_ worker: WorkerID) throws(StoreError) {
    try run(Workers.forget, [.name: .text(worker.text)])
  }

  /// Rounded up, so that together the shares hold all of it.
  package func share(of count: Int, among kind: WorkerKind) throws(StoreError) -> Int {
    let alive = try rows(Workers.count, [.kind: .text(kind.rawValue)]) { $0.int(.count) }.first
    guard let alive, alive > 0 else {
      throw .broken("no worker is alive, not even the one that asks")
    }
    return (count + alive - 1) / alive
  }

  /// The right to do what only one worker may do at a time, for the span of a lease; nil where another
  /// has it. Asked again it is renewed.
  package func takeDuty(_ name: String, _ worker: WorkerID) throws(StoreError) -> Int64? {
    let now = try now()
    return try rows(
      Workers.takeDuty,
      [
        .name: .text(name), .owner: .text(worker.text), .now: .time(now),
        .until: .time(now + Workers.leaseSpan),
      ]
    ) { $0.integer(.epoch) }.first
  }

  package func releaseDuty(_ name: String, _ worker: WorkerID) throws(StoreError) {
    try run(Workers.releaseDuty, [.name: .text(name), .owner: .text(worker.text)])
  }
}
