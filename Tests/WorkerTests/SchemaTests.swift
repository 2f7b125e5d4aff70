import Domain
import Events
import Forms
import Foundation
import JSON
import TestSupport
import Testing
import Time

/// docs/schemas against what is written, and against the last release.
@Suite struct SchemaTests {
  private typealias Records = EventDocumentTests

  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../docs/schemas")

  private static func schema(_ name: String) throws -> Schema {
    try Schema(Array(Data(contentsOf: folder.appendingPathComponent(name))))
  }

  private static func names(in folder: URL) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".json") }.sorted()
  }

  // MARK: Records

  private static func message(_ state: SendState, isFull: Bool) -> NewRecord {
    var event = MessageEvent(
      .random(at: Records.now), generation: 1, version: 2, state, at: Records.now, attempt: 1,
      attemptsMade: 1, from: SenderID("main"), of: Records.tenant, to: "+39333",
      due: Records.now, expires: Records.now)
    guard isFull else { return event.record }
    (event.providerAt, event.code) = (Records.now.calendar, ProviderHold.code)
    (event.providerID, event.campaign) = (ProviderID("w"), "spring")
    (event.template, event.metadata, event.detail) = ("hello", Records.json, Records.json)
    return event.record
  }

  private static func campaign(_ state: CampaignState, isFull: Bool) -> NewRecord {
    CampaignEvent(
      .random(at: Records.now), generation: 1, version: 2, name: "spring", of: Records.tenant,
      state, because: isFull ? CampaignReason(.person, "a wrong price") : nil, at: Records.now,
      rows: 3, duplicates: 1, tally: CampaignTally([])
    ).record
  }

  private static var account: AccountEvent {
    AccountEvent(
      provider: .meta, account: AccountID("W1"), phoneNumberID: "P1", kind: "k",
      providerAt: Records.now.calendar, receivedAt: Records.now, raw: Records.json)
  }

  private static var inbounds: [InboundMessage] {
    get throws {
      let full = try Records.inbound
      let bare = InboundMessage(
        provider: .twilio, account: AccountID("AC1"), address: "+1", contact: "+39333",
        providerID: ProviderID("SM1"), kind: "text", receivedAt: Records.now)
      var others: [InboundMessage] = []
      for word in [OptOutWord.start, .help] {
        var message = full
        message.optOutWord = word
        message.reply = InboundReply(kind: .button, id: "1")
        others.append(message)
      }
      return [full, bare] + others
    }
  }

  private static func records() throws -> [String: [NewRecord]] {
    [
      "message.json": SendState.allCases.flatMap {
        [message($0, isFull: true), message($0, isFull: false)]
      },
      "campaign.json": CampaignState.allCases.flatMap {
        [campaign($0, isFull: true), campaign($0, isFull: false)]
      },
      "conversation.json": Records.conversations.map(\.record),
      "inbound.json": try inbounds.map { $0.record(nil) },
      "account.json": [account.record(nil)],
    ]
  }

  /// Every field that stands in one of them, each with where it stands. Below what has no fields in the schema
  /// nothing is named.
  private static func fields(_ value: JSONValue, at path: String, _ known: Set<String>) -> Set<
    String
  > {
    var found: Set<String> = []
    for (name, field) in value.fields ?? [] where known.contains("\(path)/\(name)") {
      found.insert("\(path)/\(name)")
      found.formUnion(fields(field, at: "\(path)/\(name)", known))
    }
    for item in value.items ?? [] where known.contains("\(path)[]") {
      found.insert("\(path)[]")
      found.formUnion(fields(item, at: "\(path)[]", known))
    }
    return found
  }

  @Test("every record that is written is as its schema has it, and writes each of its fields")
  func written() throws {
    let records = try Self.records()
    #expect(Set(try Self.names(in: Self.folder)) == Set(records.keys).union(["headers.json"]))
    for (name, records) in records {
      let schema = try Self.schema(name)
      var seen: Set<String> = []
      for record in records {
        let value = try JSONDocument(record.event.data).root
        #expect(schema.faults(in: value) == [], "\(name)")
        seen.formUnion(Self.fields(value, at: "", schema.fields))
      }
      #expect(
        seen == schema.fields, "\(name): never written: \(schema.fields.subtracting(seen))")
    }
  }

  @Test("the words of a schema are those of the code, no more and no fewer")
  func words() throws {
    func words(_ file: String, _ path: String...) throws -> [String] {
      var value = try JSONDocument(
        Array(Data(contentsOf: Self.folder.appendingPathComponent(file)))
      ).root
      for name in path { value = try #require(value[name]) }
      return try #require(value["enum"]?.items).compactMap(\.string)
    }
    #expect(try words("message.json", "properties", "state") == SendState.allCases.map(\.name))
    #expect(
      try words("campaign.json", "properties", "state") == CampaignState.allCases.map(\.name))
    #expect(
      try words("conversation.json", "properties", "mode")
        == ConversationStanding.Mode.allCases.map(\.name))
    for file in ["inbound.json", "account.json"] {
      #expect(try words(file, "$defs", "Provider") == Provider.allCases.map(\.rawValue))
    }
  }

  @Test("the headers of a record are as their schema has them")
  func headers() throws {
    var message = try Records.inbound
    message.text = "\0"
    let trace = try #require(
      Traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"))
    let record = message.record(trace)
    let written = JSONWriter.object { writer in
      for header in RecordHeaders(record.event) {
        writer.name(String(decoding: header.name, as: UTF8.self))
        writer.value(String(decoding: header.value ?? [], as: UTF8.self))
      }
    }
    let schema = try Self.schema("headers.json")
    let value = try JSONDocument(written).root
    #expect(schema.faults(in: value) == [])
    #expect(Self.fields(value, at: "", schema.fields) == schema.fields)
  }

  @Test("the document of the topics has the same fields")
  func document() throws {
    for (schema, file) in [
      ("Message", "message.json"), ("Campaign", "campaign.json"),
      ("Conversation", "conversation.json"), ("Inbound", "inbound.json"),
      ("Account", "account.json"), ("Headers", "headers.json"),
    ] {
      let here = try Self.schema(file).fields
        .filter { !$0.dropFirst().contains("/") && !$0.hasSuffix("[]") }
        .map { String($0.dropFirst()) }
      #expect(try Records.fields(schema) == Set(here), "\(file)")
    }
  }

  // MARK: From release to release

  @Test("no consumer of the last release is broken")
  func compatible() throws {
    let released = Self.folder.appendingPathComponent("released")
    let names = try Self.names(in: released)
    #expect(!names.isEmpty)
    for name in names {
      let old = try Self.schema("released/\(name)")
      #expect(old.breaks(by: try Self.schema(name)) == [], "\(name)")
    }
  }

  private static let before = """
    {"type": "object", "required": ["id"], "properties": {
      "id": {"type": "string"}, "state": {"type": "string", "enum": ["a", "b"]},
      "at": {"type": "string", "format": "date-time"}, "word": {"type": "string"},
      "tenant": {"$ref": "#/$defs/Tenant"}, "cards": {"type": "array", "items": {"type": "string"}}},
     "$defs": {"Tenant": {"type": "object", "properties": {"app": {"type": "string"}}}}}
    """

  @Test(
    "fields may be added; none goes, changes its type or says less",
    arguments: [
      ("", "", []),
      (#""word":"#, #""more": {"type": "integer"}, "word":"#, []),
      (#"["a", "b"]"#, #"["c", "b", "a"]"#, []),
      (
        #""word":"#,
        #""more": {"type": "object", "required": ["x"], "properties": {"x": {"type": "string"}}}, "word":"#,
        []
      ),
      (#", "word": {"type": "string"}"#, "", ["/word is lost"]),
      (#"{"app": {"type": "string"}}"#, "{}", ["/tenant/app is lost"]),
      (#""id": {"type": "string"}"#, #""id": {"type": "integer"}"#, ["/id changes its type"]),
      (
        #""items": {"type": "string"}"#, #""items": {"type": "integer"}"#,
        ["/cards[] changes its type"]
      ),
      (#""format": "date-time""#, #""description": "a time""#, ["/at changes its format"]),
      (#"["id"]"#, "[]", ["/id may be missing"]),
      (#"["id"]"#, #"["id", "word"]"#, []),
      (
        #"["id"], "properties": {"#,
        #"["id", "new"], "properties": {"new": {"type": "string"}, "#,
        ["/new is missing in older records"]
      ),
      (#"["a", "b"]"#, #"["a"]"#, ["/state has fewer words"]),
      (
        #""word": {"type": "string"}"#, #""word": {"type": "string", "enum": ["x"]}"#,
        ["/word has fewer words"]
      ),
      (#", "enum": ["a", "b"]"#, "", []),
    ] as [(String, String, [String])])
  func rule(text: String, replaced: String, breaks: [String]) throws {
    let after =
      text.isEmpty ? Self.before : Self.before.replacingOccurrences(of: text, with: replaced)
    #expect(text.isEmpty || after != Self.before)
    #expect(try Schema(Array(Self.before.utf8)).breaks(by: Schema(Array(after.utf8))) == breaks)
  }

  @Test(
    "a value that is not as the schema has it is found out",
    arguments: [
      (#"{"id": "1", "state": "a", "tenant": {"app": "x"}, "cards": ["y"]}"#, []),
      ("[]", [": is no object"]), ("{}", [": lacks id"]),
      (#"{"id": 1}"#, ["/id: is no string"]),
      (#"{"id": "1", "state": "c"}"#, ["/state: is none of the words"]),
      (#"{"id": "1", "at": "today"}"#, ["/at: is no time"]),
      (#"{"id": "1", "tenant": {"app": 1}}"#, ["/tenant/app: is no string"]),
      (#"{"id": "1", "cards": ["x", 2]}"#, ["/cards[]: is no string"]),
      (#"{"id": "1", "other": 1}"#, [": has no place for other"]),
    ] as [(String, [String])])
  func judged(value: String, faults: [String]) throws {
    let schema = try Schema(Array(Self.before.utf8))
    #expect(schema.faults(in: try JSONDocument(Array(value.utf8)).root) == faults)
  }
}
