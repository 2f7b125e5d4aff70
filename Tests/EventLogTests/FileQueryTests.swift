import SQLite
import TestSupport
import Testing

@testable import EventLog

@Suite struct FileQueryTests {
  private enum Wanted: Int, FileColumns { case last, first }

  private let folder: TemporaryFolder
  private let database: Database

  init() throws {
    folder = try TemporaryFolder()
    database = try Database(path: folder.file("test.db"))
  }

  @Test("a column is read by its name, wherever it stands")
  func places() throws {
    let query = try FileQuery<Wanted>(
      database.statement("SELECT 1 AS first, NULL AS other, 'two' AS last"))
    #expect(try query.step())
    #expect(query.integer(.first) == 1)
    #expect(query.text(.last) == "two")
    #expect(query.optionalInteger(.first) == 1)
  }

  @Test("a column that a statement does not give is told before any row is read")
  func missing() throws {
    let statement = try database.statement("SELECT 1 AS first")
    let error = #expect(throws: SQLiteError.self) { try FileQuery<Wanted>(statement) }
    #expect(error?.description.contains("last") == true)
  }
}
