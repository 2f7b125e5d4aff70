import Domain
import Foundation
import Platform
import Postgres
import SQLite
import SendStore
import Store
import TestSupport
import Time

/// A store full of conversations: in each somebody wrote and was answered so many times. Rows are written by plain SQL, the
/// same for both stores, in the order in which they would have come: what belongs together lies far apart.
final class TalkFixture {
  static let sender = SenderID("bench")
  static let senderSettings = """
    { id: "bench", provider: "twilio", from: "whatsapp:+14155550100", app: "crm", company: "acme",
      accountSid: "AC00000000000000000000000000000001", authToken: "a-token" }
    """

  private let execute: (String) throws -> Void
  private let bytes: (String) -> String
  private let isSQLite: Bool

  init(_ kind: String, _ place: String) throws {
    isSQLite = kind == "sqlite"
    let store = try SendStore(isSQLite ? .sqlite(path: place) : .postgres(url: place))
    let tenant = Tenant(app: "crm", company: "acme")
    try store.define([
      Sender(
        id: Self.sender, channel: .twilioWhatsApp, account: AccountID("AC1"), address: "+1",
        tenant: tenant, budget: Budget(rate: nil, daily: nil, pair: nil, inFlight: 1000))
    ])
    // The flow that all sends are of.
    let now = Timestamp(microseconds: wallMicroseconds())
    _ = try store.take(
      IntakeBatch(
        log: "bench", partition: 0, from: 0, next: 1,
        sends: [
          NewSend(
            id: .random(at: now), sender: Self.sender, recipient: PersonAddress("+39333"),
            content: Array("{}".utf8), due: now, expires: now + .seconds(60))
        ]))
    if isSQLite {
      let database = try Database(path: place, patience: .seconds(60))
      try database.execute("PRAGMA synchronous = OFF; PRAGMA cache_size = -262144")
      execute = { try database.execute($0) }
      bytes = { "x'\($0)'" }
    } else {
      let connection = try Connection(place)
      try connection.execute("SET synchronous_commit = off")
      execute = { try connection.execute($0) }
      bytes = { "'\\x\($0)'" }
    }
  }

  /// The only ones in the store.
  private let (flow, lane) = (1, 1)
  /// Before the keys of all these sends.
  private static let at = 2000

  static func number(_ conversation: Int) -> String { "+39333\(1_000_000 + conversation)" }

  static func id(_ conversation: Int) -> String {
    ConversationID(bytes: hexBytes("0c", conversation)).map { "\($0)" } ?? ""
  }

  private static func hexBytes(_ first: String, _ number: Int) -> [UInt8] {
    let digits = Array(hex(first, number).utf8)
    return stride(from: 0, to: digits.count, by: 2).compactMap {
      UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16)
    }
  }

  private static func hex(_ first: String, _ number: Int) -> String {
    let digits = String(number, radix: 16)
    return first + String(repeating: "0", count: 30 - digits.count) + digits
  }

  func fill(_ size: TalkSize) throws {
    let begin = wallMicroseconds() - Int64(size.turns) * 86_400_000_000
    try people(size, begin)
    for turn in 0..<size.turns { try said(size, turn, begin + Int64(turn) * 86_400_000_000) }
    let sends = size.conversations * size.turns
    try execute("UPDATE counters SET value = \(Self.at + sends) WHERE name = 'sends'")
    try execute(isSQLite ? "PRAGMA wal_checkpoint(TRUNCATE)" : "VACUUM ANALYZE")
  }

  private func people(_ size: TalkSize, _ begin: Int64) throws {
    let last = { (number: Int) in
      begin + Int64(size.turns - 1) * 86_400_000_000 + Int64(number) * 100_000
    }
    try insert("persons (key, app, company, name, folded, created, changed)", size.conversations) {
      number in
      "\(number + 1), 'crm', 'acme', 'Person \(number)', 'person \(number)', \(begin), \(begin)"
    }
    try insert("identities (app, company, kind, value, person, since)", size.conversations) {
      number in "'crm', 'acme', 0, '\(Self.number(number))', \(number + 1), \(begin)"
    }
    try insert(
      "contacts (lane, address, last_inbound)", size.conversations
    ) { number in "\(lane), '\(Self.number(number))', \(last(number))" }
    try insert(
      """
      conversations (key, id, lane, person, address, app, company, mode, agent, is_assistant_on,
        is_archived, unread, turn, inbound, last, labels, preview, created, changed, version)
      """, size.conversations
    ) { number in
      let isVIP = number % 20 == 0
      return """
        \(number + 1), \(bytes(Self.hex("0c", number))), \(lane), \(number + 1), '\(Self.number(number))',
        'crm', 'acme', \(number % 3 == 0 ? 1 : 0), \(number % 4 == 0 ? "NULL" : "'agent \(number % 40)'"), 1,
        \(number % 10 == 9 ? 1 : 0), \(number % 5), 3, \(last(number)), \(last(number)),
        '\(isVIP ? "[\"vip\"]" : "[]")', '\(Self.words(number))', \(begin), \(begin), 20
        """
    }
  }

  private func said(_ size: TalkSize, _ turn: Int, _ day: Int64) throws {
    let first = turn * size.conversations
    let time = { (number: Int) in day + Int64(number) * 100_000 }
    try insert(
      """
      inbound_messages (key, conversation, provider_id, at, received, kind, words, content)
      """, size.conversations
    ) { number in
      let words = Self.words(first + number)
      let content = "{\"type\":\"text\",\"text\":\"\(words)\",\"from\":\"\(Self.number(number))\"}"
      return """
        \(first + number + 1), \(number + 1), 'wamid.\(first + number)', \(time(number)),
        \(time(number)), 'text', '\(words)', \(bytes(hexText(content)))
        """
    }
    let key = { (number: Int) in Self.at + first + number }
    try insert(
      """
      sends (key, id, lane, flow, recipient, state, attempt, last_attempt, failed, proven, version,
        max_attempts, due, expires, changed, history)
      """, size.conversations
    ) { number in
      """
      \(key(number)), \(bytes(Self.hex("0d", first + number))), \(lane), \(flow), '\(Self.number(number))',
      5, 1, 1, 0, 2, 3, 10, 0, 0, \(time(number) + 60_000_000), \(bytes(Bare.history))
      """
    }
    try insert("contents (send, hash, content)", size.conversations) { number in
      let body = "{\"to\":\"\(Self.number(number))\",\"body\":\"\(Self.words(first + number))\"}"
      return "\(key(number)), \(bytes(Self.hex("0e", number))), \(bytes(hexText(body)))"
    }
    try insert("provider_ids (day, id, send, attempt)", size.conversations) { number in
      "\(Bare.firstDay + 15 + Int64(turn)), 'SM\(Self.hex("0f", first + number))', \(key(number)), 1"
    }
    try insert("conversation_sends (send, conversation, author)", size.conversations) { number in
      "\(key(number)), \(number + 1), 'agent anna'"
    }
  }

  private func hexText(_ text: String) -> String {
    text.utf8.reduce(into: "") { hex, byte in
      hex += byte < 16 ? "0" : ""
      hex += String(byte, radix: 16)
    }
  }

  private static let atOnce = 1000
  /// Keys are given here.
  private var overriding: String { isSQLite ? "" : "OVERRIDING SYSTEM VALUE" }

  private func insert(_ into: String, _ count: Int, _ row: (Int) -> String) throws {
    try execute("BEGIN")
    for start in stride(from: 0, to: count, by: Self.atOnce) {
      let rows = (start..<min(start + Self.atOnce, count)).map { "(\(row($0)))" }
      try execute("INSERT INTO \(into) \(overriding) VALUES \(rows.joined(separator: ","))")
    }
    try execute("COMMIT")
  }

  /// About fifteen words, as a customer might write. How often one comes is known.
  private static func words(_ number: Int) -> String {
    var words = ["hello"]
    if number % 2 == 0 { words.append("please") }
    if number % 10 == 3 || number % 20 == 4 { words.append("parcel") }
    if number % 3000 == 7 { words.append("mango") }
    if number % 3000 == 8 { words.append("quince") }
    if number % 3000 == 9 { words.append("medlar") }
    var seed = UInt64(number) &* 0x9E37_79B9_7F4A_7C15
    for _ in 0..<9 {
      seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      // Few words come often, and many seldom.
      let share = Double(seed >> 33) / Double(1 << 31)
      words.append(vocabulary[Int(share * share * share * Double(vocabulary.count - 1))])
    }
    words.append("order\(number)")
    return words.joined(separator: " ")
  }

  private static let vocabulary: [String] = {
    let syllables = ["ba", "ce", "di", "fo", "gu", "la", "me", "ni", "po", "ru", "sa", "te", "vi"]
    return syllables.flatMap { one in
      syllables.flatMap { two in syllables.map { one + two + $0 } }
    }
  }()
}
