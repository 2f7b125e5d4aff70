import Domain
import HTTP
import JSON
import Settings
import TestSupport
import Testing
import Time

@testable import SendStore

/// Contacts over the API: made with a template, changed, kept apart by tenants, and forgotten.
@Suite struct ContactRouteTests {
  private static let number = "+393335000001"
  private let stand: IngestStand
  private let store: StockedStore

  init() throws {
    stand = try IngestStand(
      moreSenders: """
        { id: "beside", provider: "twilio", from: "+14155550177", authToken: "token",
          accountSid: "AC00000000000000000000000000000002", app: "other", company: "beta" },
        { id: "meta2", provider: "meta", phoneNumberId: "106540352242923",
          wabaId: "102290129340398", accessToken: "meta-token", verifyToken: "verify-me",
          appSecret: "secret-of-two", app: "other", company: "beta",
          baseURL: "http://127.0.0.1:1/v24.0" },
        """,
      moreKeys: #"{ key: "foreign", app: "x", company: "y", scopes: ["send", "read"] },"#,
      publicURL: nil)
    store = try StockedStore(stand)
  }

  private func ask(
    _ method: String, _ path: String, _ body: String = "", key: String = "admin-key"
  ) async throws -> IngestStand.Answer {
    try await stand.call(
      method, path, [HTTPHeader("Authorization", "Bearer \(key)")], Array(body.utf8))
  }

  private func make(_ more: String) async throws -> IngestStand.Answer {
    try await ask(
      "POST", "/api/contacts",
      #"{"number":"333 5000001","name":"Anna Nicoló","sender":"meta"\#(more)}"#)
  }

  private func writes(_ text: String, _ id: String = "wamid.1") throws {
    let sender = try #require(stand.settings.senders.first { $0.sender.id.text == "meta" }?.sender)
    let now = try store.store.now()
    var report = InboundReport(
      account: sender.account, sender: sender.id, contact: PersonAddress(Self.number),
      providerID: ProviderID(id), at: now)
    report.words = InboundWords(
      kind: "text", words: text, content: Array(#"{"text":"\#(text)"}"#.utf8), received: now,
      profileName: "annie")
    _ = try store.store.receive([report])
  }

  private func contact() async throws -> String {
    let found = try await ask("GET", "/api/contacts?q=\(Self.number.dropFirst())").json["contacts"]
    return try #require(found?.items?.first?["id"]?.string)
  }

  @Test("a conversation is begun with a number, a name and a template, and with nothing less")
  func begun() async throws {
    #expect(try await make(#","body":"Hi""#).status == 422)
    #expect(try await ask("GET", "/api/contacts").json["contacts"]?.items?.isEmpty == true)
    let made = try await make(#","template_name":"hi""#)
    #expect(made.status == 202)
    let id = try #require(try made.json["conversation"]?.string)
    let one = try await ask("GET", "/api/conversations/\(id)").json
    #expect(one["name"]?.string == "Anna Nicoló" && one["to"]?.string == Self.number)
    #expect(one["mode"]?.string == "manual" && one["turn"]?.integer == 1)
    try writes("Ciao, perché?")
    let contact = try await ask("GET", "/api/contacts/\(try await contact())").json
    #expect(contact["name"]?.string == "Anna Nicoló" && contact["nameTyped"]?.bool == true)
    #expect(contact["conversations"]?.items?.count == 1)
    for text in ["nicolo", Self.number.dropFirst().description, "perche", "wamid.1", "perc"] {
      let found = try await ask("GET", "/api/conversations?q=\(text)").json["conversations"]
      #expect(found?.items?.first?["id"]?.string == id, "\(text)")
    }
    let none = try await ask("GET", "/api/conversations?q=nothing").json["conversations"]
    #expect(none?.items?.isEmpty == true)
  }

  @Test("another tenant's key neither sees nor forgets it")
  func tenants() async throws {
    _ = try await make(#","template_name":"hi""#)
    let id = try await contact()
    let key = "foreign"
    for (method, end) in [
      ("GET", ""), ("PATCH", ""), ("DELETE", ""), ("GET", "/export"), ("POST", "/merges"),
    ] {
      let body = method == "GET" || method == "DELETE" ? "" : #"{"name":"x","contact":"1"}"#
      let answer = try await ask(method, "/api/contacts/\(id)\(end)", body, key: key)
      #expect(answer.status == 404 || answer.status == 403, "\(method) \(end)")
    }
    let list = try await ask("GET", "/api/contacts?q=\(Self.number.dropFirst())", key: key)
    #expect(try list.json["contacts"]?.items?.isEmpty != false)
  }

  @Test("opt-outs have a source and a time, and labels and notes stay")
  func described() async throws {
    try writes("Hello")
    let id = try await contact()
    let changed = try await ask(
      "PATCH", "/api/contacts/\(id)", #"{"optOut":"marketing","sender":"meta","language":"it"}"#)
    let now = try changed.json
    let sender = now["senders"]?.items?.first { $0["sender"]?.string == "meta" }
    #expect(sender?["optOut"]?.string == "marketing" && sender?["optedOutAt"]?.string != nil)
    #expect(sender?["optOutSource"]?.string == "agent key")
    #expect(now["language"]?.string == "it")
    let talk = try #require(now["conversations"]?.items?.first?["id"]?.string)
    let path = "/api/conversations/\(talk)"
    #expect(try await ask("PATCH", path, #"{"labels":["vip","vip"]}"#).status == 200)
    #expect(try await ask("POST", path + "/notes", #"{"text":"Likes tea"}"#).status == 201)
    let found = try await ask("GET", "/api/conversations?label=vip").json["conversations"]
    #expect(found?.items?.first?["labels"]?.items?.compactMap(\.string) == ["vip"])
    let acts = try await ask("GET", path + "/changes").json["changes"]?.items ?? []
    #expect(acts.compactMap { $0["act"]?.string } == ["noted", "labelled", "received"])
    #expect(try await ask("PATCH", path, #"{"labels":"vip"}"#).status == 422)
  }

  @Test("of who is forgotten nothing is found, in the store, in exports, in the API")
  func forgotten() async throws {
    try writes("My secret words")
    let sender = try #require(stand.settings.senders.first { $0.sender.id.text == "meta" }?.sender)
    let now = try store.store.now()
    let send = NewSend(
      id: .random(at: now), sender: sender.id, recipient: PersonAddress(Self.number),
      content: Array(#"{"to":"\#(Self.number)","body":"secret answer"}"#.utf8), due: now,
      expires: now + .seconds(3600))
    _ = try store.store.take(
      IntakeBatch(log: "log", partition: 0, from: 3, next: 4, sends: [send]))
    try store.store.add([
      NewDelivery(
        id: "d", tenant: sender.tenant, line: "l", body: Array(#"{"To":"\#(Self.number)"}"#.utf8))
    ])
    let id = try await contact()
    let export = try await ask("GET", "/api/contacts/\(id)/export")
    #expect(export.text.contains("My secret words"))
    // Its cancelation is not told yet.
    #expect(try await ask("DELETE", "/api/contacts/\(id)").status == 409)
    try store.store.published(try store.store.unpublished(limit: 100))
    let report = try await ask("DELETE", "/api/contacts/\(id)")
    #expect(report.status == 200)
    #expect(try report.json["sends"]?.integer == 1)
    #expect(try await ask("GET", "/api/contacts/\(id)").status == 404)
    #expect(try await ask("GET", "/api/sends/\(send.id)").status == 404)
    let found = try await ask("GET", "/api/conversations?q=secret").json["conversations"]
    #expect(found?.items?.isEmpty == true)
    let left = try TextsOfFile(stand.folder.file("store.db")).holding([
      Self.number, "393335000001", "secret", "annie", "wamid.1",
    ])
    #expect(left.isEmpty, "\(left)")
  }

  /// After a merge what was done in either conversation is there, and what senders sent with whom there is none.
  @Test("an export has all that is kept, also of who became part of the contact")
  func exported() async throws {
    try writes("I am Anna")
    let other = "+393335000009"
    let sender = try #require(stand.settings.senders.first { $0.sender.id.text == "meta" }?.sender)
    let now = try store.store.now()
    let second = try store.store.acquaint(
      PersonAddress(other), with: sender.id, named: "Anna at home", by: .named("someone"))
    let noted = try await ask(
      "POST", "/api/conversations/\(second.id)/notes", #"{"text":"a note of the other"}"#)
    #expect(noted.status == 201)
    let stray = NewSend(
      id: .random(at: now), sender: SenderID("beside"), recipient: PersonAddress(other),
      content: Array(#"{"to":"\#(other)","body":"from elsewhere"}"#.utf8), due: now,
      expires: now + .seconds(3600))
    _ = try store.store.take(
      IntakeBatch(log: "log", partition: 0, from: 3, next: 4, sends: [stray]))
    let id = try await contact()
    let merged = try await ask(
      "POST", "/api/contacts/\(id)/merges", #"{"contact":"\#(second.person.value)"}"#)
    #expect(merged.status == 200)
    let export = try await ask("GET", "/api/contacts/\(id)/export")
    let conversations = try #require(try export.json["conversations"]?.items)
    #expect(conversations.count == 2)
    let ended = try #require(conversations.first { $0["continuedIn"]?.string != nil })
    #expect(ended["id"]?.string == "\(second.id)")
    #expect(ended["notes"]?.items?.first?["text"]?.string == "a note of the other")
    #expect(ended["changes"]?.items?.isEmpty == false)
    #expect(ended["messages"]?.items?.isEmpty == true)
    let sends = try #require(try export.json["sends"]?.items)
    #expect(sends.map { $0["sender"]?.string } == ["beside"])
    #expect(sends.first?["id"]?.string == "\(stray.id)")
  }

  @Test("who wanted nothing more stays known for that alone, where it is asked for")
  func keptOptOut() async throws {
    try writes("STOP it")
    let id = try await contact()
    _ = try await ask("PATCH", "/api/contacts/\(id)", #"{"optOut":"everything","sender":"meta"}"#)
    let report = try await ask("DELETE", "/api/contacts/\(id)?keepOptOuts=true")
    #expect(try report.json["keptOptOuts"]?.integer == 1)
    let known = try store.store.contact(PersonAddress(Self.number), of: SenderID("meta"))
    #expect(known?.optOut == .everything && known?.window.lastInbound == nil)
  }

  @Test("an opt-out is of the sender that is named, and of no other tenant's")
  func ofOneSender() async throws {
    try writes("Hello")
    let id = try await contact()
    let path = "/api/contacts/\(id)"
    for foreign in ["twilio", "nobody"] {
      let refused = try await ask("PATCH", path, #"{"optOut":"marketing","sender":"\#(foreign)"}"#)
      #expect(refused.status == 422 && refused.text.contains("/sender"))
    }
    #expect(
      try await ask("PATCH", path, #"{"optOut":"everything","sender":"meta2"}"#).status == 200)
    let address = PersonAddress(Self.number)
    #expect(try store.store.contact(address, of: SenderID("meta"))?.optOut == nil)
    #expect(try store.store.contact(address, of: SenderID("meta2"))?.optOut == .everything)
    #expect(try await ask("PATCH", path, #"{"optOut":"marketing"}"#).status == 200)
    #expect(try store.store.contact(address, of: SenderID("meta"))?.optOut == .marketing)
  }

  @Test("a contact that is part of another is changed there alone, and shown as one")
  func merged() async throws {
    try writes("Hello")
    let id = try await contact()
    let other = try store.store.acquaint(
      PersonAddress("+393335000002"), with: SenderID("meta"), named: nil, by: .agent("bea")
    ).person
    let merge = try await ask(
      "POST", "/api/contacts/\(id)/merges", #"{"contact":"\#(other.value)"}"#)
    #expect(merge.status == 200, "\(merge.text)")
    #expect(try merge.json["conversations"]?.items?.count == 1)
    let path = "/api/contacts/\(other.value)"
    let part = try await ask("GET", path).json
    #expect(part["mergedInto"]?.string == id)
    #expect(part["conversations"]?.items?.isEmpty == true)
    #expect(try await ask("PATCH", path, #"{"name":"Bea"}"#).status == 409)
    #expect(try await ask("DELETE", path).status == 409)
    #expect(try store.store.person(other)?.name == nil)
  }

  @Test("who is written to is said by the number alone")
  func recipient() async throws {
    let answer = try await make(#","template_name":"hi","to":"+393335000009""#)
    #expect(answer.status == 422 && answer.text.contains("/to"))
    #expect(try await ask("GET", "/api/contacts").json["contacts"]?.items?.isEmpty == true)
  }

  @Test("an export has all that was said, and what was noted")
  func export() async throws {
    for number in 0..<501 { try writes("words \(number)", "wamid.\(number)") }
    let id = try await contact()
    let talk = try #require(
      try await ask("GET", "/api/contacts/\(id)").json["conversations"]?.items?.first?["id"]?.string
    )
    let note = try await ask(
      "POST", "/api/conversations/\(talk)/notes", #"{"text":"Likes tea"}"#)
    #expect(note.status == 201)
    let export = try await ask("GET", "/api/contacts/\(id)/export").json
    let one = export["conversations"]?.items?.first
    #expect(one?["messages"]?.items?.count == 501)
    #expect(one?["notes"]?.items?.map { $0["text"]?.string } == ["Likes tea"])
  }
}
