import SQLite

/// Everything that the tables of a database file hold.
package struct TextsOfFile {
  private let database: Database

  package init(_ path: String) throws { database = try Database(reading: path) }

  /// The tables and columns in which one of these stands.
  package func holding(_ texts: [String]) throws -> [String] {
    var found: [String] = []
    for (table, column) in try columns() {
      for text in texts {
        let query = try database.prepare(
          "SELECT count(*) FROM \(table) WHERE instr(CAST(\(column) AS BLOB), CAST(? AS BLOB)) > 0")
        query.bind(1, text)
        if try query.step(), query.integer(0) > 0 { found.append("\(table).\(column): \(text)") }
      }
    }
    return found
  }

  private func columns() throws -> [(String, String)] {
    let query = try database.prepare(
      """
      SELECT m.name, p.name FROM sqlite_master m JOIN pragma_table_info(m.name) p
      WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.sql NOT LIKE 'CREATE VIRTUAL%'
      """)
    var columns: [(String, String)] = []
    while try query.step() { columns.append((query.text(0), "\"\(query.text(1))\"")) }
    return columns
  }
}
