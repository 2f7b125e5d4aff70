package import Domain
package import Store
internal import Time

/// A callback's send: its key and the attempt that the callback is about.
struct CallbackMatch {
  let key: SendKey
  let attempt: Int
}

extension SendStore {
  /// Which attempts of which sends the provider knows by these ids, as far as we know.
  package func attempts(of ids: Set<ProviderID>) throws(StoreError) -> [ProviderID: AttemptID] {
    guard !ids.isEmpty else { return [:] }
    return try engine.read { transaction throws(StoreError) in
      try transaction.sends(of: ids).mapValues(\.attempt)
    }
  }
}

extension Transaction {
  /// Day by day from the newest: almost every callback is about a message of today.
  func attempts(
    of ids: Set<ProviderID>, withinDays limit: Int64 = .max
  ) throws(StoreError) -> [ProviderID: CallbackMatch] {
    guard !ids.isEmpty else { return [:] }
    var found: [ProviderID: CallbackMatch] = [:]
    let today = try now().day
    var missing = ids
    var next = try providerDay(before: today + 1)
    while let day = next, today - day < limit, !missing.isEmpty {
      let wanted = missing.sorted()
      let rows = try rows(
        Callbacks.findProviderIDs,
        [.day: .integers(wanted.map { _ in day }), .id: .texts(wanted.map(\.text))]
      ) {
        (ProviderID($0.text(.id)), CallbackMatch(key: $0.key(.send), attempt: $0.int(.attempt)))
      }
      for (id, match) in rows {
        found[id] = match
        missing.remove(id)
      }
      next = missing.isEmpty ? nil : try providerDay(before: day)
    }
    return found
  }

  /// The newest day before that with any id of it.
  private func providerDay(before day: Int64) throws(StoreError) -> Int64? {
    try rows(Callbacks.latestDay, [.before: .integer(day)]) {
      $0.isNull(.day) ? nil : $0.integer(.day)
    }.first ?? nil
  }

  /// The same with the sends' own ids, and the lanes that they are of.
  func sends(
    of ids: Set<ProviderID>
  ) throws(StoreError) -> [ProviderID: (attempt: AttemptID, lane: LaneKey)] {
    let matches = try attempts(of: ids)
    let keys = Set(matches.values.map(\.key)).sorted()
    let sends = try rows(Sends.ids, [.key: .keys(keys)]) { row throws(StoreError) in
      (
        row.key(.key) as SendKey,
        (id: try SendID(column: row.bytes(.id)), lane: row.key(.lane) as LaneKey)
      )
    }
    let byKey = Dictionary(sends) { $1 }
    return matches.compactMapValues { match in
      byKey[match.key].map { (AttemptID($0.id, match.attempt), $0.lane) }
    }
  }
}

extension Sends {
  enum IDsParameter: Int, Columns { case key }
  enum IDsColumn: Int, Columns { case key, id, lane }
  static let ids = Query<IDsParameter, IDsColumn>("ids")
}

extension Callbacks {
  enum InsertProviderIDsParameter: Int, Columns { case day, id, send, attempt }
  static let insertProviderIDs = Command<InsertProviderIDsParameter>("insertProviderIDs")

  enum FindProviderIDsParameter: Int, Columns { case day, id }
  enum FindProviderIDsColumn: Int, Columns { case id, send, attempt }
  static let findProviderIDs = Query<FindProviderIDsParameter, FindProviderIDsColumn>(
    "findProviderIDs")

  enum LatestDayParameter: Int, Columns { case before }
  enum LatestDayColumn: Int, Columns { case day }
  static let latestDay = Query<LatestDayParameter, LatestDayColumn>("latestDay")
}
