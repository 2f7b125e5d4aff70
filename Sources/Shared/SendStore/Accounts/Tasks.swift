package import Domain
package import Store
package import Time

/// What a task that runs by the clock did last.
package struct TaskRun: Hashable, Sendable {
  package let name: String
  package let ranAt: Timestamp
  package let took: Duration
  package let worker: WorkerID
  /// Empty where it went well.
  package let failure: String
  package let failingSince: Timestamp?
  /// How much it did; nil where it does not count.
  package let done: Int?
}

extension SendStore {
  package func taskRuns() throws(StoreError) -> [TaskRun] {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(Tasks.all) { row in
        TaskRun(
          name: row.text(.name), ranAt: row.time(.ranAt),
          took: .microseconds(row.integer(.took)), worker: WorkerID(row.text(.worker)),
          failure: row.text(.failure), failingSince: row.optionalTime(.failingSince),
          done: row.optionalInt(.done))
      }
    }
  }

  package func taskRan(
    _ name: String, by worker: WorkerID, in took: Duration, failure: String = "",
    done: Int? = nil
  ) throws(StoreError) {
    try engine.write(.upkeep) { transaction throws(StoreError) in
      try transaction.run(
        Tasks.save,
        [
          .name: .text(name), .at: .time(try transaction.now()),
          .took: .integer(took.microseconds), .worker: .text(worker.text),
          .failure: .text(String(failure.prefix(500))),
          .done: .optionalIntegers([done.map(Int64.init)]),
        ])
    }
  }
}

extension Tasks {
  enum AllColumn: Int, Columns { case name, ranAt, took, worker, failure, failingSince, done }
  static let all = Query<Nothing, AllColumn>("all")

  enum SaveParameter: Int, Columns { case name, at, took, worker, failure, done }
  static let save = Command<SaveParameter>("save")
}
