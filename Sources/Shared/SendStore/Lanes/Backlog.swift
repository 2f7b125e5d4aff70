package import Domain
internal import Platform
package import Store
internal import Time

/// What waits in a lane, beyond how much it is.
package struct LaneBacklog: Hashable, Sendable {
  package let sender: SenderID
  /// How long the first send that waits has been due; zero where none is.
  package let oldestDue: Duration
  /// Sends whose template or campaign is held.
  package let held: Int
  /// Sends that wait until another new recipient may be written to, and are not held besides.
  package let newRecipients: Int
}

extension SendStore {
  /// Of every lane. It costs a look into an index for each flow that has something in it, however many sends wait
  /// there: the first of each flow is the first of its rows in `queue`.
  package func laneBacklogs() throws(StoreError) -> [LaneBacklog] {
    let lanes = catalog.withLock { $0.byKey }
    let keys = lanes.keys.sorted()
    return try engine.read { transaction throws(StoreError) in
      let now = try transaction.now()
      return try transaction.rows(
        Lanes.backlog,
        [.lane: .keys(keys), .now: .integers(keys.map { _ in now.microseconds })]
      ) { row throws(StoreError) in
        guard let lane = lanes[row.key(.lane)] else {
          throw .broken("a lane that nobody asked for")
        }
        return LaneBacklog(
          sender: lane.sender,
          oldestDue: row.optionalTime(.oldestDue).map { max(.zero, now - $0) } ?? .zero,
          held: row.int(.held), newRecipients: row.int(.newRecipients))
      }
    }
  }
}

extension Lanes {
  enum BacklogParameter: Int, Columns { case lane, now }
  enum BacklogColumn: Int, Columns { case lane, oldestDue, held, newRecipients }
  static let backlog = Query<BacklogParameter, BacklogColumn>("backlog")
}
