/// A thing that a store keeps, with all that the store has to know of it: its statements, in one `.sql` file for
/// each dialect, and its migrations. A store is opened with a list of nouns, and a transaction may use the
/// statements of all of them, whichever modules they come from.
package struct Noun: Sendable {
  package let name: String
  package let statements: [Statement]
  package let migrations: [Migration]
  private let sqlite: [UInt8]
  private let postgres: [UInt8]

  package init(
    _ name: String, sqlite: [UInt8], postgres: [UInt8], _ statements: [any NamedStatement],
    migrations: [Migration] = []
  ) {
    self.name = name
    self.sqlite = sqlite
    self.postgres = postgres
    self.statements = statements.map(\.statement)
    self.migrations = migrations
  }

  func file(_ dialect: Dialect) -> [UInt8] {
    switch dialect {
    case .sqlite: sqlite
    case .postgres: postgres
    }
  }
}
