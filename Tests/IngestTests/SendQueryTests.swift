@testable import API
import Telemetry
import Domain
import HTTP
import JSON
import Platform
import SendStore
import TestSupport
import Testing
import Time

@testable import Ingest

@Suite(.timeLimit(.minutes(5))) struct SendQueryTests {
  private func get(
    _ stand: IngestStand, _ target: String, key: String = "admin-key"
  ) async throws -> IngestStand.Answer {
    try await stand.call("GET", target, [HTTPHeader("Authorization", "Bearer \(key)")])
  }

  /// One that failed with everything that there is to tell of it.
  private func failed(_ store: SendStore) throws -> SendID {
    let now = try store.now()
    let id = SendID.random(at: now)
    let content = #"{"to":"+39333","body":"hi","metadata":{"order":[1,2]}}"#
    let send = NewSend(
      id: id, sender: SenderID("meta"), recipient: "+39333", content: Array(content.utf8),
      campaign: "spring", template: "hello", due: now, expires: now + .seconds(3600))
    _ = try store.take(IntakeBatch(log: "log", partition: 7, from: 0, next: 1, sends: [send]))
    let worker = WorkerID("w")
    for lease in try store.tendLeases(worker).held {
      guard case .claimed(let claim) = try store.claim(send.sender, lease, worker: worker, limit: 9)
      else { continue }
      let answer = Array(#"{"messages":[{"id":"wamid.1"}]}"#.utf8)
      _ = try store.record(
        claim.sends.map {
          AttemptReport(
            of: $0, .accepted(ProviderID("wamid.1")), answer: answer)
        })
    }
    _ = try store.apply([
      CallbackReport(
        attempt: AttemptID(id, 1), providerID: ProviderID("wamid.1"), provider: .meta,
        account: AccountID("102290129340398"), address: "106540352242922",
        status: .failed(.failed, againAfter: nil), providerAt: now.calendar, code: "131026",
        detail: HistoryDetail(
          json: Array(#"{"reason":"No WhatsApp there.","providerText":"Undeliverable"}"#.utf8)))
    ])
    return id
  }

  @Test("a send is shown with its whole life, in the fields that the document has")
  func whole() async throws {
    let stand = try IngestStand(publicURL: nil)
    let stock = try StockedStore(stand)
    let id = try failed(stock.store)
    let answer = try await get(stand, "/api/sends/\(id)")
    #expect(answer.status == 200)
    let send = try answer.json
    #expect(send["state"]?.string == "failed" && send["attempts"]?.integer == 1)
    #expect(send["providerId"]?.string == "wamid.1")
    #expect(send["metadata"]?["order"]?.items?.count == 2)
    #expect(send["error"]?["code"]?.string == "131026")
    #expect(send["error"]?["sentence"]?.string == "No WhatsApp there.")
    #expect(send["error"]?["providerText"]?.string == "Undeliverable")
    #expect(send["provider"]?["messages"]?.items?.count == 1)
    let history = try #require(send["history"]?.items)
    #expect(history.map { $0["state"]?.string } == ["queued", "sending", "accepted", "failed"])
    #expect(history.last?["reason"]?.string == "No WhatsApp there.")
    #expect(history.last?["providerAt"]?.string != nil)
    let shown = Set(try #require(send.fields).map(\.name))
    let documented = Set(
      try OpenAPITests.document().keys(under: "components", "schemas", "Send", "properties"))
    #expect(documented.subtracting(shown) == ["silent", "held", "waits"])
    #expect(shown.isSubset(of: documented))
  }

  @Test("what is not at its end tells what it waits for, and a hold without an end has no time")
  func waits() async throws {
    let stand = try IngestStand(publicURL: nil)
    let stock = try StockedStore(stand)
    let store = stock.store
    let sender = SenderID("meta")
    func document(_ name: String) throws -> Set<String> {
      Set(try OpenAPITests.document().keys(under: "components", "schemas", name, "properties"))
    }
    func names(_ value: JSONValue?) throws -> Set<String> {
      Set(try #require(value?.fields).map(\.name))
    }
    try store.hold(sender, until: .distantFuture, because: "checking")
    let send = try await get(stand, "/api/sends/\(stock.queued)").json
    let waits = try #require(send["waits"])
    #expect(waits["code"]?.string == "lane-held" && waits["until"] == nil)
    #expect(
      waits["sentence"]?.string?.hasPrefix("the lane `meta` is held until lifted: checking") == true
    )
    let whole = try await get(stand, "/api/lanes")
    #expect(whole.text.contains("until lifted") && !whole.text.contains("5039"))
    try store.resume(sender)
    let now = try store.now()
    let campaign = NewSend(
      id: .random(at: now), sender: sender, recipient: "+39333", content: Array("{}".utf8),
      priority: 3, campaign: "spring", template: "offer", due: now, expires: now + .seconds(3600))
    _ = try store.take(IntakeBatch(log: "log", partition: 7, from: 0, next: 1, sends: [campaign]))
    try store.hold(template: "offer", of: sender, until: .distantFuture, because: "paused by Meta")
    let answer = try await get(stand, "/api/lanes")
    let lane = try #require(
      try answer.json["lanes"]?.items?.first { $0["sender"]?.string == "meta" })
    let flow = try #require(lane["flows"]?.items?.first)
    #expect(lane["heldFlows"]?.integer == 1 && flow["waiting"]?.integer == 1)
    #expect(flow["priority"]?.integer == 3 && flow["campaign"]?.string == "spring")
    #expect(flow["waits"]?["code"]?.string == "flow-held" && flow["waits"]?["until"] == nil)
    let held = try #require(lane["held"]?.items?.first)
    #expect(held["reason"]?.string == "paused by Meta" && held["until"] == nil)
    #expect(try names(lane).isSubset(of: document("Lane")))
    #expect(try names(flow).isSubset(of: document("WaitingFlow")))
    #expect(try names(flow["waits"]).isSubset(of: document("Waits")))
    #expect(!answer.text.contains("5039"))
    let missing = try await get(stand, "/api/sends/\(SendID.random(at: now))")
    #expect(missing.status == 404)
    #expect(try missing.json["waits"]?["sentence"]?.string != nil)
  }

  @Test("the documents have every code of what is waited for")
  func waitCodes() throws {
    let file = try OpenAPITests.text("openapi.yaml")
    let line = try #require(
      file.split(separator: "\n").first { $0.contains("enum: [commits-lost") })
    let codes = line.split(separator: "[")[1].dropLast().split(separator: ", ").map(String.init)
    #expect(codes == Waits.Code.allCases.map(\.rawValue))
    let page = try OpenAPITests.text("waits.md")
    for code in codes { #expect(page.contains("`\(code)`"), "docs/waits.md lacks \(code)") }
  }

  @Test("what is not there yet, or is another tenant's, is not found")
  func hidden() async throws {
    let stand = try IngestStand(publicURL: nil)
    let stock = try StockedStore(stand)
    let missing = try await get(stand, "/api/sends/\(SendID.random(at: Timestamp(seconds: 0)))")
    #expect(missing.status == 404)
    #expect(missing.headers.contains { $0.name == "Retry-After" && $0.value == "1" })
    for path in ["/api/sends/\(stock.queued)", "/api/sends/\(stock.queued)/wait?timeout=9"] {
      #expect(try await get(stand, path, key: "acme-reader").status == 404)
    }
    #expect(try await get(stand, "/api/sends/\(stock.doubted)", key: "acme-reader").status == 200)
  }

  @Test("sends are listed page by page, each tenant its own")
  func list() async throws {
    let stand = try IngestStand(publicURL: nil)
    let stock = try StockedStore(stand)
    let first = try await get(stand, "/api/sends?to=+393331234567&limit=2").json
    #expect(
      first["sends"]?.items?.map { $0["id"]?.string }
        == [stock.other.description, stock.doubted.description])
    let next = try #require(first["next"]?.string)
    let second = try await get(stand, "/api/sends?to=%2B393331234567&limit=2&after=\(next)").json
    #expect(second["sends"]?.items?.map { $0["id"]?.string } == [stock.queued.description])
    #expect(second["next"] == nil)
    let own = try await get(stand, "/api/sends?state=in-doubt", key: "acme-reader").json
    #expect(own["sends"]?.items?.map { $0["id"]?.string } == [stock.doubted.description])
    let none = try await get(stand, "/api/sends?state=queued", key: "acme-reader").json
    #expect(none["sends"]?.items?.isEmpty == true)
  }

  @Test("a send is found by the provider's id, and by no other")
  func providerID() async throws {
    let stand = try IngestStand(publicURL: nil)
    let stock = try StockedStore(stand)
    let id = try failed(stock.store)
    let found = try await get(stand, "/api/sends?providerId=wamid.1").json
    #expect(found["sends"]?.items?.map { $0["id"]?.string } == [id.description])
    let none = try await get(stand, "/api/sends?providerId=wamid.2").json
    #expect(none["sends"]?.items?.isEmpty == true)
    #expect(try stock.store.send(id) != nil)
  }

  @Test(
    "a recipient is found in whatever way a request may have it",
    arguments: [
      "%2B393331234567", "3331234567", "0039%20333%20123%204567", "whatsapp:%2B393331234567",
      "+39-333-1234567",
    ])
  func recipient(to: String) async throws {
    let stand = try IngestStand(publicURL: nil)
    let stock = try StockedStore(stand)
    let found = try await get(stand, "/api/sends?to=\(to)").json
    #expect(found["sends"]?.items?.first?["id"]?.string == stock.other.description)
  }

  @Test(
    "a query that cannot be answered cheaply, or was mistyped, is refused with its reason",
    arguments: [
      ("", "one of providerId, to, campaign and state is needed"),
      ("?state=delivered", "needs to, campaign or providerId beside it"),
      ("?state=gone", "must be one of queued, sending"),
      ("?to=1&limit=201", "from 1 to 200"), ("?to=1&limit=x", "from 1 to 200"),
      ("?to=1&after=zz-", "is not a cursor of this query"), ("?to=1&after=q1", "is not a cursor"),
      ("?recipient=1", "is not a parameter here"),
    ])
  func refused(query: String, sentence: String) async throws {
    let stand = try IngestStand(publicURL: nil)
    let stock = try StockedStore(stand)
    defer { withExtendedLifetime(stock) {} }
    let answer = try await get(stand, "/api/sends\(query)")
    #expect(answer.status == 422)
    #expect(answer.text.contains(sentence))
  }

  @Test("who waits for a state is answered when the send is there, or has ended elsewhere")
  func waiting() async throws {
    let stand = try IngestStand(publicURL: nil)
    let stock = try StockedStore(stand)
    async let sent = get(stand, "/api/sends/\(stock.doubted)/wait?for=sent&timeout=50")
    async let read = get(stand, "/api/sends/\(stock.queued)/wait?for=read&timeout=50")
    let early = try await get(stand, "/api/sends/\(stock.doubted)/wait?for=in-doubt&timeout=50")
    #expect(try early.json["state"]?.string == "in-doubt")
    let late = try await get(stand, "/api/sends/\(stock.doubted)/wait?timeout=0")
    #expect(try late.json["state"]?.string == "in-doubt")
    _ = try stock.store.apply([
      CallbackReport(
        attempt: AttemptID(stock.doubted, 1), providerID: ProviderID("SM1"), provider: .twilio,
        account: AccountID(IngestStand.account), address: nil, status: .wentOut(.delivered))
    ])
    _ = try stock.store.cancel(stock.queued)
    #expect(try await sent.json["state"]?.string == "delivered")
    #expect(try await read.json["state"]?.string == "canceled")
  }

  @Test("a desk that closes answers those who wait at once, and takes no more")
  func closing() async throws {
    try await onOwnThread {
      let stand = try IngestStand(publicURL: nil)
      let stock = try StockedStore(stand)
      let desk = SendWaits(stand.stores, log: Log(worker: "test", write: { _ in }))
      let isWaiting = Gate()
      let server = try HTTPServer { [id = stock.queued] _, responder in
        desk.wait(
          SendWaits.Waiter(
            id: id, state: .read, deadline: .distantFuture, responder: responder,
            isVisible: { _ in true }))
        isWaiting.open()
      }
      let client = try HTTPClient()
      let answers = Monitor<[HTTPAnswerReceived]>([])
      func ask() {
        client.send(HTTPCall(url: "http://127.0.0.1:\(server.port)/")) { outcome in
          if case .answered(let answer) = outcome { answers.change { $0.append(answer) } }
        }
      }
      ask()
      #expect(isWaiting.wait(for: .seconds(60)))
      desk.close()
      answers.wait(for: .seconds(60)) { $0.count == 1 }
      ask()
      answers.wait(for: .seconds(60)) { $0.count == 2 }
      let given = answers.peek { $0 }
      #expect(given.map(\.status) == [200, 503])
      let first = try #require(given.first)
      #expect(try JSONDocument(first.body).root["state"]?.string == "queued")
    }
  }
}
