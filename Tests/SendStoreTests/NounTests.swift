import Domain
import TestSupport
import Testing
import Time

@testable import SendStore
@testable import Store

@Suite struct NounTests {
  @Test(
    "every statement of every noun fits the schema and gives the columns that are read",
    arguments: Backend.allCases)
  func statements(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    try world.store.engine.prepareAll()
  }

  @Test("a noun's file and its code have the same statements", arguments: Dialect.allCases)
  func files(dialect: Dialect) throws {
    for noun in [Clocks.noun, Workers.noun] + SendStore.nouns {
      let texts = try StatementTexts([noun], dialect)
      for statement in noun.statements where statement.only ?? dialect == dialect {
        #expect(try !texts[statement].sql.isEmpty)
      }
    }
  }

  @Test("the lines of a noun's file are short enough to be read", arguments: Dialect.allCases)
  func lines(dialect: Dialect) {
    for noun in [Clocks.noun, Workers.noun] + SendStore.nouns {
      let file = String(decoding: noun.file(dialect), as: UTF8.self)
      for line in file.split(separator: "\n") {
        #expect(line.count <= 120, "\(noun.name): \(line)")
      }
    }
  }

  /// A noun of another module.
  enum Notes {
    static let noun = Noun(
      "notes", sqlite: Array(sqlite.utf8), postgres: Array(postgres.utf8), [write, read],
      migrations: [Migration(14, sqlite: Array(table.utf8), postgres: Array(table.utf8))])

    enum Word: Int, Columns { case send, noteText }
    static let write = Command<Word>("write")

    enum SendParameter: Int, Columns { case send }
    static let read = Query<SendParameter, Word>("read")

    private static let table =
      "CREATE TABLE notes (send bigint NOT NULL, note_text text NOT NULL)"
    private static let sqlite = """

      -- write
      INSERT INTO notes (note_text, send) VALUES (:note_text, :send);

      -- read
      /* Read from: notes, by 'a:name'. */
      SELECT note_text, send FROM notes WHERE send = :send AND note_text <> ':none';
      """
    private static let postgres = """

      -- write
      INSERT INTO notes (note_text, send) SELECT * FROM unnest(:note_text::text[], :send::bigint[]);

      -- read
      SELECT note_text, send FROM notes WHERE send = ANY(:send::bigint[]) AND note_text <> ':none';
      """
  }

  @Test(
    "nouns of several modules share a store and its transactions", arguments: Backend.allCases)
  func shared(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let engine = try world.location.open(SendStore.nouns + [Notes.noun])
    let store = SendStore(engine)
    defer { store.close() }
    let id = try world.queue()[0]
    func note(thenFail: Bool) throws(StoreError) {
      try engine.write { transaction throws(StoreError) in
        let key = try transaction.rows(Sends.keys, [.id: .bytes([id.bytes])]) { $0.integer(.key) }
        try transaction.run(Notes.write, [.noteText: .text("first"), .send: .integers(key)])
        try transaction.run(
          Sends.insertHistory,
          [
            .send: .integers(key), .version: .integer(2), .state: .integer(0),
            .attempt: .integer(1),
            .at: .integer(0), .providerAt: .optionalIntegers([nil]), .code: .text("noted"),
            .detail: .optionalBytes([nil]),
          ])
        if thenFail { throw .refused("a fault") }
      }
    }
    func notes() throws -> [String] {
      let key = try #require(try store.key(of: id)?.value)
      return try engine.read { transaction throws(StoreError) in
        try transaction.rows(Notes.read, [.send: .integer(key)]) { $0.text(.noteText) }
      }
    }
    #expect(throws: StoreError.refused("a fault")) { try note(thenFail: true) }
    #expect(try notes() == [])
    #expect(try store.send(id)?.history.count == 1)
    try note(thenFail: false)
    #expect(try notes() == ["first"])
    #expect(try store.send(id)?.history.map(\.code) == [nil, "noted"])
    // Who knows less of the schema must not write to it.
    #expect(throws: StoreError.newer(found: 14, known: 13)) {
      try SendStore(world.location).close()
    }
  }

  @Test("the migrations of all nouns count from 1 without a gap or a repetition")
  func migrations() throws {
    func numbered(_ numbers: [Int]) -> Noun {
      Noun(
        "any", sqlite: [], postgres: [], [],
        migrations: numbers.map { Migration($0, sqlite: [], postgres: []) })
    }
    #expect(try Migration.all(of: SendStore.nouns).map(\.number) == Array(1...13))
    #expect(
      try Migration.all(of: [numbered([1, 4]), numbered([2, 3])]).map(\.number) == [1, 2, 3, 4])
    for wrong in [[numbered([1, 3])], [numbered([1, 2]), numbered([2])], [numbered([2])]] {
      #expect(throws: StoreError.self) { try Migration.all(of: wrong) }
    }
  }
}
