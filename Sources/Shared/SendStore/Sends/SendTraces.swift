package import Domain
internal import JSON
package import Store

extension SendStore {
  /// The traceparent of each of these whose trace is recorded, as intake kept it.
  package func traceparents(of ids: [SendID]) throws(StoreError) -> [SendID: String] {
    guard !ids.isEmpty else { return [:] }
    let found = try engine.read { transaction throws(StoreError) in
      try transaction.rows(Searches.histories, [.id: .bytes(ids.map(\.bytes))]) {
        row throws(StoreError) in
        (
          id: try SendID(column: row.bytes(.id)),
          trace: try PackedHistory.first(row.bytes(.history))?.detail?.traceparent
        )
      }
    }
    return Dictionary(found.compactMap { item in item.trace.map { (item.id, $0) } }) { $1 }
  }
}

extension HistoryDetail {
  fileprivate var traceparent: String? { value?["traceparent"]?.string }
}

extension Searches {
  enum HistoriesParameter: Int, Columns { case id }
  enum HistoriesColumn: Int, Columns { case id, history }
  static let histories = Query<HistoriesParameter, HistoriesColumn>("histories")
}
