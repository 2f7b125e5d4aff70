import TestSupport
import Testing

@testable import SendStore
@testable import Store

@Suite struct StatementTests {
  enum Wanted: Int, Columns { case id, lane, dueAt, providerID }

  @Test(
    "a column's name in SQL is the case's in snake case",
    arguments: [
      ("id", "id"), ("dueAt", "due_at"), ("providerID", "provider_id"), ("waID", "wa_id"),
      ("lastInboundAt", "last_inbound_at"),
    ])
  func sqlNames(name: String, sql: String) { #expect(sqlName(name) == sql) }

  @Test(
    "a name stands for its number wherever a parameter may stand, and nowhere else",
    arguments: [
      ("SELECT :id, :lane, :due_at, :provider_id", "SELECT $1, $2, $3, $4"),
      (
        "SELECT (:lane::bigint[])[1], :id::text, :due_at, :provider_id",
        "SELECT ($2::bigint[])[1], $1::text, $3, $4"
      ),
      ("VALUES (:id,:lane,:due_at,:provider_id)", "VALUES ($1,$2,$3,$4)"),
      (
        "WHERE a=:id AND b[x:y] = :lane AND c = ':due_at' || :due_at || :provider_id",
        "WHERE a=$1 AND b[x:y] = $2 AND c = ':due_at' || $3 || $4"
      ),
      (
        "/* :x 'it */ :id -- :y\n, :lane, \":z\", :due_at, :provider_id",
        "/* :x 'it */ $1 -- :y\n, $2, \":z\", $3, $4"
      ),
      ("a / :id - :lane, 'it''s :x', :due_at, :provider_id", "a / $1 - $2, 'it''s :x', $3, $4"),
    ])
  func numbers(named: String, numbered text: String) throws {
    let statement = Command<Wanted>("any").statement
    #expect(try numbered(named, for: statement, .postgres) == text)
    let ofSQLite = text.replacing("$", with: "?")
    #expect(try numbered(named, for: statement, .sqlite) == ofSQLite)
  }

  @Test(
    "a parameter that stands on one side only is told with its statement",
    arguments: [
      (":id, :lane, :due_at", "provider_id"), (":id, :lane, :due_at, :provider_id, :line", "line"),
    ])
  func strangers(sql: String, name: String) {
    let error = #expect(throws: StoreError.self) {
      try numbered(sql, for: Command<Wanted>("stopAll").statement, .sqlite)
    }
    #expect(error?.description.contains("stopAll") == true)
    #expect(error?.description.contains(name) == true)
  }

  @Test("a column is found by its name, wherever it stands")
  func places() throws {
    let statement = Query<Nothing, Wanted>("any").statement
    #expect(try statement.places(in: ["lane", "provider_id", "id", "due_at"]) == [2, 0, 3, 1])
  }

  @Test(
    "a column that is missing, comes twice or is read by nobody is told with its statement",
    arguments: [
      (["id", "lane", "due_at"], "provider_id"),
      (["id", "lane", "due_at", "provider_i"], "provider_i"),
      (["id", "lane", "due_at", "provider_id", "id"], "id"),
      (["id", "lane", "due_at", "provider_id", "state"], "state"),
    ])
  func wrongColumns(found: [String], name: String) {
    let error = #expect(throws: StoreError.self) {
      try Query<Nothing, Wanted>("lookAt").statement.places(in: found)
    }
    #expect(error?.description.contains("lookAt") == true)
    #expect(error?.description.contains(name) == true)
  }

  @Test("a batch names each parameter once, in any order")
  func batches() throws {
    let statement = Command<Wanted>("any").statement
    let shuffled: Batch<Wanted> = [
      .dueAt: .integer(3), .id: .integer(1), .providerID: .integer(4), .lane: .integer(2),
    ]
    let values = try shuffled.columns(for: statement).map { column in
      if case .integers(let values) = column { values } else { [Int64]() }
    }
    #expect(values == [[1], [2], [3], [4]])
    let short: Batch<Wanted> = [.id: .integer(1), .lane: .integer(2), .dueAt: .integer(3)]
    let missing = #expect(throws: StoreError.self) { try short.columns(for: statement) }
    #expect(missing?.description.contains("provider_id") == true)
    let twice: Batch<Wanted> = [
      .id: .integer(1), .id: .integer(2), .dueAt: .integer(3), .lane: .integer(4),
    ]
    #expect(throws: StoreError.self) { try twice.columns(for: statement) }
  }

  @Test(
    "a statement of a noun that the store was opened without is told", arguments: Backend.allCases
  )
  func strangeNoun(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let stray = Query<Nothing, Wanted>("stray")
    let error = #expect(throws: StoreError.self) {
      try world.store.engine.read { transaction throws(StoreError) in
        try transaction.rows(stray) { $0.integer(.id) }
      }
    }
    #expect(error?.description.contains("stray") == true)
  }
}
