import Forms
import Events
@testable import Telemetry
import DispatchWorker
import Domain
import Foundation
import JSON
import Platform
import Providers
import SendStore
import Store
import StatusWorker
import TestSupport
import Testing
import Time

@testable import EventLog

/// docs/events.asyncapi.yaml against what is written.
@Suite struct EventDocumentTests {
  static func document(_ name: String = "events.asyncapi.yaml") throws -> Outline {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../docs/\(name)").path
    return try Outline(String(contentsOfFile: path, encoding: .utf8))
  }

  static func fields(_ schema: String) throws -> Set<String> {
    Set(try document().keys(under: "components", "schemas", schema, "properties"))
  }

  static func written(_ data: [UInt8], under path: String...) throws -> Set<String> {
    var value = try JSONDocument(data).root
    for name in path { value = try #require(value[name]) }
    let object = value.items?.first ?? value
    return Set(try #require(object.fields).map(\.name))
  }

  static let now = Timestamp(seconds: 1_800_000_000)
  static let tenant = Tenant(app: "crm", company: "acme")
  static let json = Array("{}".utf8)

  static var callback: ProviderCallback {
    var callback = ProviderCallback(
      provider: .meta, account: AccountID("W1"), providerID: ProviderID("wamid.1"),
      status: "failed", meaning: .failed(.failed), receivedAt: now)
    callback.phoneNumberID = "P1"
    callback.tenant = tenant
    callback.attempt = AttemptID(.random(at: now), 1)
    (callback.code, callback.text, callback.to, callback.from) = (1, "text", "to", "from")
    (callback.providerAt, callback.pricing, callback.conversation) = (now.calendar, json, json)
    callback.token = "token"
    return callback
  }

  static var inbound: InboundMessage {
    get throws {
      var message = InboundMessage(
        provider: .meta, account: AccountID("W1"), address: "P1", contact: "+39333",
        providerID: ProviderID("wamid.2"), kind: "text", receivedAt: now)
      (message.service, message.displayNumber, message.tenant) = ("MG1", "+1", tenant)
      (message.waID, message.userID, message.profileName) = ("39333", "u", "Anna")
      (message.text, message.referral, message.flowResponse) = ("ciao", json, "{}")
      (message.original, message.changedTo, message.optOutWord) = (ProviderID("w"), "x", .stop)
      (message.code, message.providerAt, message.token) = (1, now.calendar, "token")
      message.media = [
        InboundMedia(
          id: "1", url: "u", contentType: "image/png", sha256: "s", filename: "f", isVoice: true)
      ]
      message.cards = [
        InboundCard(name: "n", origin: "other", phones: [.init(number: "+1", waID: "1")])
      ]
      let parts = try JSONDocument(
        Array(
          """
          {"provider":"meta","account":"a","address":"b","contact":"c","providerId":"d","kind":"e",
          "receivedAt":"2026-01-01T00:00:00Z",
          "location":{"latitude":1.5,"longitude":2.5,"name":"n","address":"a","url":"u"},
          "reply":{"kind":"list","id":"i","title":"t","description":"d"},
          "reaction":{"to":"w","emoji":"e"},"context":{"id":"w","from":"f","forwarded":true}}
          """.utf8)
      ).root
      let read = try InboundMessage(parts)
      (message.location, message.reply) = (read.location, read.reply)
      (message.reaction, message.context) = (read.reaction, read.context)
      return message
    }
  }

  static var send: SendEvent {
    get throws {
      let sender = Sender(
        id: SenderID("main"), channel: .metaWhatsApp, account: AccountID("W1"), address: "P1",
        tenant: tenant)
      let body = #"{"to":"+393331234567","body":"hi","campaign":"spring","metadata":{"a":1}}"#
      let request = try #require(
        try SendRequest.all(
          in: try JSONDocument(Array(body.utf8)).root, as: SendRules(channel: .metaWhatsApp)
        ).first)
      var event = SendEvent(request, id: .random(at: now), from: sender, receivedAt: now)
      event.conversation = SendEvent.Conversation(
        ConversationID(of: sender.id, with: event.to, tenant: tenant), by: "agent", unlessTurn: 1)
      event.report = SendReport(.kannel, of: [.failed], .plain(Array("{}".utf8))).json
      return event
    }
  }

  @Test("the records that Ingest writes have the document's fields and no others")
  func ingested() throws {
    #expect(try Self.written(try Self.send.data) == Self.fields("Send"))
    #expect(try Self.written(Self.callback.data) == Self.fields("Callback"))
    #expect(try Self.written(Self.callback.data, under: "tenant") == Self.fields("Tenant"))
    let mark = MarkEvent(partition: 0, instance: "one", at: Self.now, isLast: true)
    #expect(try Self.written(mark.data) == Self.fields("Mark"))
    let account = AccountEvent(
      provider: .meta, account: AccountID("W1"), phoneNumberID: "P1", kind: "k",
      providerAt: Self.now.calendar, receivedAt: Self.now, raw: Self.json)
    #expect(try Self.written(account.data) == Self.fields("Account"))
    let inbound = try Self.inbound.data
    #expect(try Self.written(inbound) == Self.fields("Inbound"))
    for part in ["media", "location", "reply", "reaction", "context"] {
      #expect(try Self.written(inbound, under: part) == Self.fields(part.capitalized))
    }
    #expect(try Self.written(inbound, under: "cards") == Self.fields("Card"))
  }

  @Test(
    "what a campaign and a conversation write has the document's fields and no others, on the topics it names"
  )
  func campaigns() throws {
    let id = CampaignID.random(at: Self.now)
    var row = BulkRows.Row(
      line: 2, to: PersonAddress("+39333"), sender: 1, template: "t", request: Self.json,
      region: "IT", zone: "Europe/Rome", variant: 128)
    row.others = [Self.json]
    let rows = BulkRows(
      of: id, Self.tenant, load: 1, senders: [SenderID("a"), SenderID("b")], priority: 3,
      isByRecipient: true, receivedAt: Self.now,
      rows: [row], isEnd: true)
    #expect(try Self.written(rows.data) == Self.fields("Bulk"))
    #expect(try Self.written(rows.data, under: "rows") == Self.fields("BulkRow"))
    let change = CampaignEvent(
      id, generation: 1, version: 2, name: "spring", of: Self.tenant, .paused,
      because: CampaignReason(.person, "a wrong price"), at: Self.now, rows: 3, duplicates: 1,
      tally: CampaignTally([]))
    #expect(try Self.written(change.record.event.data) == Self.fields("Campaign"))
    #expect(try Self.written(Self.said.record.event.data) == Self.fields("Conversation"))
    let channels = Set(try Self.document().keys(under: "channels"))
    #expect(channels == Set(Topic.allCases.map(\.rawValue)))
  }

  @Test("a change of a send has the document's fields and no others, and carries the whole send")
  func message() throws {
    let folder = try TemporaryFolder()
    let store = try SendStore(.sqlite(path: folder.file("store.db")))
    let event = try Self.send
    try store.define([
      Sender(
        id: event.sender, channel: .metaWhatsApp, account: AccountID("W1"), address: "P1",
        tenant: Self.tenant)
    ])
    let now = try store.now()
    let new = NewSend(
      id: event.id, sender: event.sender, recipient: event.to, content: event.request,
      campaign: "spring", template: "hello", due: now, expires: now + .seconds(60))
    _ = try store.take(IntakeBatch(log: "l", partition: 0, from: 0, next: 1, sends: [new]))
    let lease = try #require(try store.tendLeases(WorkerID("w")).held.first)
    guard
      case .claimed(let claim) = try store.claim(
        event.sender, lease, worker: WorkerID("w"), limit: 1)
    else {
      Issue.record("nothing was claimed")
      return
    }
    let attempt = AttemptID(event.id, 1)
    _ = try store.record(
      claim.sends.map {
        AttemptReport(of: $0, .accepted(ProviderID("wamid.1")), hold: .qualityAssessment)
      })
    _ = try store.apply([
      CallbackReport(
        attempt: attempt, providerID: ProviderID("wamid.1"), provider: .meta,
        account: AccountID("W1"), address: "P1", status: .failed(.failed, againAfter: nil),
        providerAt: now.calendar, code: "131026",
        detail: HistoryDetail(json: Array(#"{"reason":"No."}"#.utf8)))
    ])
    let entries = try store.unpublished(limit: 10).entries
    let data = entries.map { MessageEvent($0, generation: 0).record.event.data }
    let written = try data.reduce(into: Set()) { $0.formUnion(try Self.written($1)) }
    #expect(try written == Self.fields("Message"))
    let said = try data.map { try JSONDocument($0).root }
    #expect(said.map { $0["attempts"]?.integer } == [0, 1, 1, 1])
    #expect(said.first?["metadata"]?["a"]?.integer == 1)
    #expect(said.map { $0["held"]?.bool } == [nil, nil, true, nil])
    #expect(said.last?["providerId"]?.string == "wamid.1")
  }

  static var conversations: [ConversationEvent] {
    let bare = ConversationEvent(
      said.id, generation: 1,
      ConversationEvent.Happening(version: 2, act: "noted", actor: "system", detail: "", at: now),
      from: SenderID("main"), of: tenant, with: PersonAddress("+39333"), named: nil,
      ConversationStanding(), labels: [], preview: "")
    return [said, bare]
  }

  private static var said: ConversationEvent {
    var standing = ConversationStanding()
    (standing.agent, standing.assistant) = ("bea", "helper")
    (standing.inbound, standing.last) = (now, now)
    return ConversationEvent(
      ConversationID(of: SenderID("main"), with: PersonAddress("+39333"), tenant: tenant),
      generation: 1,
      ConversationEvent.Happening(
        version: 1, act: "assigned", actor: "system", detail: "bea", at: now),
      from: SenderID("main"), of: tenant, with: PersonAddress("+39333"), named: "Anna",
      standing, labels: ["vip"], preview: "Hello")
  }

  @Test("what tenants are told has the document's fields and no others")
  func actions() throws {
    let about = ActionEvent.About(
      send: .random(at: Self.now), sender: SenderID("main"), attempt: 1, campaign: "spring",
      template: "hello", metadata: Self.json)
    let sender = Sender(
      id: SenderID("main"), channel: .metaWhatsApp, account: AccountID("W1"), address: "P1",
      tenant: Self.tenant)
    let told = [
      ActionEvent(Self.callback, to: Self.tenant, about: about),
      ActionEvent(
        .failed, version: 3, of: about, to: "+39333", from: sender, providerID: ProviderID("w"),
        at: Self.now, code: "1", detail: Self.json),
    ]
    let seen = try told.reduce(into: Set()) { $0.formUnion(try Self.written($1.body)) }
    let inbound = ActionEvent(
      try Self.inbound, to: Self.tenant, isWhatsApp: true, answering: about.send)
    let handOver = ActionEvent(Self.said, at: "P1")
    for (schema, seen) in [
      ("ActionStatus", seen), ("ActionInbound", try Self.written(inbound.body)),
      ("ActionHandOver", try Self.written(handOver.body)),
    ] {
      let documented = Set(
        try Self.document("openapi.yaml").keys(
          under: "components", "schemas", schema, "properties"))
      #expect(
        seen == documented, "only on one side: \(seen.symmetricDifference(documented).sorted())")
    }
  }

  @Test("dead letters have the document's fields and no others")
  func deadLetters() async throws {
    try await onOwnThread { try Self.checkDeadLetters() }
  }

  private static func checkDeadLetters() throws {
    let folder = try TemporaryFolder()
    let store = try SendStore(.sqlite(path: folder.file("store.db")))
    let log = try EmbeddedLog(EmbeddedLogSettings(path: folder.file("log.db")))
    var report = CallbackReport(
      attempt: AttemptID(.random(at: now), 1), providerID: ProviderID("SM1"), provider: .twilio,
      account: AccountID("AC1"), address: nil, status: .wentOut(.sent))
    report.code = "1"
    _ = try store.apply([report])
    try ParkedBurial(
      store, log, bound: 1000, log: Log(worker: "test", write: { _ in }), metrics: Metrics()
    ).report(before: .distantFuture)
    var headers = RecordHeaders(callback.event(source: "test"))
    headers.add("x", "y")
    var seen: Set<String> = []
    for value in [[UInt8](repeating: 65, count: DeadLetter.keptBytes + 1), [0xFF]] {
      let letter = DeadLetter(
        LogRecord(
          partition: TopicPartition(.callbacks, 1), offset: 2, key: "k", headers: headers,
          value: value), because: "why"
      ).event(at: now)
      seen.formUnion(try written(letter.event.data))
      #expect(try written(letter.event.data, under: "headers") == fields("Header"))
    }
    let parked = try log.records(of: .deadLetters, atLeast: 1).first
    seen.formUnion(try written(try #require(parked).event().data))
    // Of a delivery, as ActionTests sees them.
    seen.formUnion(["app", "company", "delivery", "tries", "since", "value"])
    let documented = try fields("DeadLetter")
    #expect(
      seen == documented, "only on one side: \(seen.symmetricDifference(documented).sorted())")
  }
}
