internal import SQLite

/// The columns that a statement of the log's file gives, a case each: its name in SQL is the case's.
protocol FileColumns: CaseIterable, RawRepresentable where RawValue == Int {}

/// A statement of the file whose rows are read by the names of their columns. The names are held against the statement
/// when this is made, once for those that are run again and again; from then on a column is a place in an array.
struct FileQuery<Gives: FileColumns> {
  /// For its parameters, which count from 1.
  let statement: Statement
  private let places: [Int32]

  init(_ statement: Statement) throws(SQLiteError) {
    let found = statement.columnNames
    self.statement = statement
    places = try Gives.allCases.map { column throws(SQLiteError) in
      guard let place = found.firstIndex(of: "\(column)") else {
        throw SQLiteError(misused: "a statement of the log does not give \(column)")
      }
      return Int32(place)
    }
  }

  func step() throws(SQLiteError) -> Bool { try statement.step() }
  func reset() { statement.reset() }

  func integer(_ column: Gives) -> Int64 { statement.integer(places[column.rawValue]) }
  func int(_ column: Gives) -> Int { Int(integer(column)) }
  func text(_ column: Gives) -> String { statement.text(places[column.rawValue]) }
  func bytes(_ column: Gives) -> [UInt8] { statement.bytes(places[column.rawValue]) }

  func optionalInteger(_ column: Gives) -> Int64? {
    statement.optionalInteger(places[column.rawValue])
  }
  func optionalBytes(_ column: Gives) -> [UInt8]? {
    statement.optionalBytes(places[column.rawValue])
  }
}
