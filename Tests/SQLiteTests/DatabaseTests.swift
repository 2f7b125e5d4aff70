import SQLite
import TestSupport
import Testing

@Suite struct DatabaseTests {
  let folder: TemporaryFolder
  let database: Database

  init() throws {
    folder = try TemporaryFolder()
    database = try Database(path: folder.file("test.db"))
  }

  @Test("gives back what was bound, of every type")
  func values() throws {
    try database.execute("CREATE TABLE t (i INTEGER, t TEXT, b BLOB, n INTEGER, e BLOB) STRICT")
    let insert = try database.statement("INSERT INTO t VALUES (?, ?, ?, ?, ?)")
    insert.bind(1, Int64.min)
    insert.bind(2, "Zoë")
    insert.bind(3, [0, 255])
    insert.bind(4, nil as Int64?)
    insert.bind(5, [])
    try insert.run()
    let select = try database.statement("SELECT * FROM t")
    #expect(try select.step())
    #expect(select.integer(0) == Int64.min)
    #expect(select.text(1) == "Zoë")
    #expect(select.bytes(2) == [0, 255])
    #expect(select.optionalInteger(3) == nil)
    #expect(select.optionalBytes(4) == [])
    #expect(try !select.step())
  }

  @Test("a transaction that throws leaves nothing behind")
  func rollBack() throws {
    struct Stop: Error {}
    try database.execute("CREATE TABLE t (i INTEGER) STRICT")
    #expect(throws: Stop.self) {
      try database.transaction(onFailure: { _ in Stop() }) { () throws(Stop) in
        do { try database.execute("INSERT INTO t VALUES (1)") } catch { throw Stop() }
        throw Stop()
      }
    }
    #expect(!database.isInTransaction)
    let count = try database.statement("SELECT count(*) FROM t")
    #expect(try count.step())
    #expect(count.integer(0) == 0)
  }

  @Test("an error has SQLite's own words")
  func errors() throws {
    #expect(throws: SQLiteError.self) { try database.execute("SELECT nonsense") }
    #expect(throws: SQLiteError.self) { try Database(path: "/nowhere/at/all.db") }
  }
}
