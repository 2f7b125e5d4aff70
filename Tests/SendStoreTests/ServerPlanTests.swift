import Domain
import Postgres
import TestSupport
import Testing
import Time

@testable import SendStore
@testable import Store

/// A plan lives for as long as its connection, so it has to be right for tables of any size.
@Suite struct ServerPlanTests {
  enum Size: String, CaseIterable, CustomStringConvertible {
    case empty = "empty tables"
    case emptyAndKnown = "empty tables, and the server knows it"
    case small = "small tables"
    case large = "large tables"

    var description: String { rawValue }

    var rows: Int {
      switch self {
      case .empty, .emptyAndKnown: 0
      case .small: 100
      case .large: 20_000
      }
    }
  }

  /// What grows with the sends that are stored or wait.
  static let grown = [
    "sends", "contents", "history", "queue", "provider_ids", "answers", "contacts", "pairs",
    "recipients", "intents", "outbox", "parked", "awaited", "silent", "inbound", "deliveries",
  ]

  /// Those that are empty now and then, which the server may learn before they fill again. What is stored is empty once.
  static let emptied = ["queue", "intents", "outbox", "awaited"]

  /// What is run for every batch, and the searches.
  static let hot: [any NamedStatement] = [
    Arrivals.known, Arrivals.insertSends, Arrivals.insertContents, Sends.lock, Sends.lockByID,
    Sends.update, Sends.enqueue, Sends.dequeue, Sends.insertHistory, Sends.keys, Sends.underWay,
    Sends.due, Sends.nextDue, Sends.saveAnswers, Sends.one, Sends.history, Intents.insert,
    Intents.take, Doubts.sweptClaims, Callbacks.advance, Callbacks.advancePacked,
    Callbacks.standings, Callbacks.move, Callbacks.insertProviderIDs, Callbacks.findProviderIDs,
    Parked.forProviderIDs, Parked.forSends, Parked.delete, Outbox.oldest, Outbox.about,
    Outbox.providerIDs, Outbox.changes, Outbox.delete, Silence.expect, Silence.awaited,
    Silence.deleteAwaited, People.savePairs, People.saveRecipients, People.saveWaIDs,
    People.openWindows, People.byWaID, People.inReplyTo, Flows.waiting, Flows.addWaiting,
    Lanes.backlog,
    Reasons.send, Reasons.lane, Reasons.ahead, Reasons.above, Reasons.backlogs, Reasons.held,
    Searches.histories,
  ]

  static func fill(_ connection: Connection, _ rows: Int) throws {
    guard rows > 0 else { return }
    try connection.execute(
      """
      INSERT INTO sends (key, id, lane, flow, recipient, state, attempt, last_attempt, failed, proven, version,
        max_attempts, due, expires, changed)
        SELECT i, decode(lpad(to_hex(i), 32, '0'), 'hex'), 1, 1, '+39333' || i, 3, 1, 1, 0, 2, 3, 10, 0, 0, 0
        FROM generate_series(1, \(rows)) i;
      INSERT INTO contents SELECT key, id, id FROM sends;
      INSERT INTO answers SELECT key, id FROM sends;
      INSERT INTO history SELECT key, v, v, 1, 0, NULL, NULL, NULL FROM sends, generate_series(1, 3) v;
      INSERT INTO queue SELECT 1, 1, key, key FROM sends;
      INSERT INTO provider_ids SELECT key / 1000, 'SM' || key, key, 1 FROM sends;
      INSERT INTO contacts (lane, address) SELECT 1, recipient FROM sends;
      INSERT INTO pairs SELECT 1, recipient, 0 FROM sends;
      INSERT INTO recipients SELECT 1, recipient, 0 FROM sends;
      INSERT INTO intents (send, attempt, lane, epoch, post_by) SELECT key, 1, 1, 1, 1 FROM sends;
      INSERT INTO outbox (send, version) SELECT key, 1 FROM sends;
      INSERT INTO parked (at, send_id, provider_id, callback) SELECT 0, id, 'SM' || key, id FROM sends;
      INSERT INTO awaited SELECT key, key, 0 FROM sends;
      INSERT INTO silent SELECT key, 0 FROM sends;
      INSERT INTO inbound (account, address, provider_id, at) SELECT 'AC1', recipient, 'SM' || key, key FROM sends;
      """)
  }

  @Test(
    "no statement of a batch reads a table from end to end, whatever was known when it was planned",
    arguments: Size.allCases)
  func plans(size: Size) throws {
    let world = try StoreUnderTest(.scaledOut)
    let connection = try world.connection()
    try Self.fill(connection, size.rows)
    if size != .empty { try connection.execute("ANALYZE") }
    try connection.execute(PostgresEngine.plans)
    let texts = try StatementTexts(SendStore.nouns, .postgres)
    for statement in Self.hot.map(\.statement) {
      let text = try texts[statement]
      _ = try connection.prepare(text.name, text.sql)
      let nulls = statement.takes.map { _ in "NULL" }.joined(separator: ", ")
      let call = nulls.isEmpty ? "" : "(\(nulls))"
      let plan = try connection.rows("EXPLAIN EXECUTE \"\(text.name)\" \(call)")
      let lines = (0..<plan.count).map { plan.text($0, 0) }
      let tables = size == .emptyAndKnown ? Self.emptied : Self.grown
      #expect(Self.readFromEndToEnd(lines, tables) == [], "\(text.name): \(lines)")
    }
  }

  /// The tables that a plan reads without looking anything up in them.
  static func readFromEndToEnd(_ plan: [String], _ tables: [String]) -> [String] {
    plan.indices.compactMap { place in
      let words = plan[place].split(separator: " ").map(String.init)
      guard let on = words.firstIndex(of: "on"), on + 1 < words.count,
        words[..<on].contains("Scan"),
        tables.contains(words[on + 1])
      else { return nil }
      if words[..<on].contains("Seq") { return words[on + 1] }
      // One that ends at a limit is no reading from end to end.
      let isLimited = plan[..<place].contains { $0.contains("Limit") }
      let isLookup = plan[(place + 1)...].first { !$0.contains("Filter:") }.map {
        $0.contains("Cond:")
      }
      return isLookup ?? false || isLimited ? nil : words[on + 1]
    }
  }
}
