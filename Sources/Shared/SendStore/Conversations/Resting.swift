internal import Domain
package import Store
internal import Time

extension SendStore {
  /// Gives conversations back to their assistants in which people of ours have answered and nothing was said for a day. So
  /// many at most; answers how many.
  package func giveBackRested(limit: Int) throws(StoreError) -> Int {
    let found = try engine.read { transaction throws(StoreError) in
      let now = try transaction.now()
      let ids = try transaction.rows(
        Conversations.atRest,
        [.before: .time(now - ConversationStanding.rest), .limit: .integer(limit)]
      ) { row throws(StoreError) in
        guard let id = ConversationID(bytes: row.bytes(.id)) else {
          throw .broken("a conversation's id")
        }
        return id
      }
      return (now: now, ids: ids)
    }
    var count = 0
    for id in found.ids {
      let taken = try act(.rested(at: found.now), in: id, by: .system)
      // Somebody may have written meanwhile.
      if taken?.conversation.standing.mode == .automatic { count += 1 }
    }
    return count
  }
}

extension Conversations {
  enum AtRestParameter: Int, Columns { case before, limit }
  enum IDColumn: Int, Columns { case id }
  static let atRest = Query<AtRestParameter, IDColumn>("atRest")
}
