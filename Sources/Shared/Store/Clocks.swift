/// The store's clock, and single numbers that it remembers by name. Their tables came with the first migrations,
/// which belong to the sends.
package enum Clocks {
  static let noun = Noun(
    "clocks", sqlite: PackageResources.clocks_sqlite_sql,
    postgres: PackageResources.clocks_postgres_sql,
    [fact, noteFact, addToFact, kept, save, server, saveServer])

  enum FactParameter: Int, Columns { case name }
  enum FactColumn: Int, Columns { case value }
  static let fact = Query<FactParameter, FactColumn>("fact")

  enum NoteFactParameter: Int, Columns { case name, value }
  static let noteFact = Command<NoteFactParameter>("noteFact")
  static let addToFact = Command<NoteFactParameter>("addToFact")

  /// On SQLite.
  enum KeptColumn: Int, Columns { case boot, at, reached, gap, steadyUntil }
  static let kept = Query<Nothing, KeptColumn>("kept", only: .sqlite)
  static let save = Command<KeptColumn>("save", only: .sqlite)

  /// On PostgreSQL, whose server has a clock of its own.
  enum ServerColumn: Int, Columns { case server, at, reached, gap }
  static let server = Query<Nothing, ServerColumn>("server", only: .postgres)

  enum SaveServerParameter: Int, Columns { case at, reached, gap, oldAt }
  static let saveServer = Command<SaveServerParameter>("saveServer", only: .postgres)
}

extension Transaction {
  /// A number that was noted under that name.
  package func fact(_ name: String) throws(StoreError) -> Int64? {
    try rows(Clocks.fact, [.name: .text(name)]) { $0.integer(.value) }.first
  }

  package func note(_ name: String, _ value: Int64) throws(StoreError) {
    try run(Clocks.noteFact, [.name: .text(name), .value: .integer(value)])
  }

  /// A number that is not there counts as none.
  package func add(_ value: Int64, to name: String) throws(StoreError) {
    try run(Clocks.addToFact, [.name: .text(name), .value: .integer(value)])
  }
}
