import Domain
import Forms
import HTTP
import JSON
import Platform
import Providers
import SendStore
import Running
import Settings
import Simulator
import Store
import TestSupport
import Testing
import Time

@testable import API

/// A message of Twilio's API after it was made: shown, listed, taken back, redacted and forgotten.
@Suite(.timeLimit(.minutes(5))) struct TwilioResourceTests {
  /// Its account is the simulator's, so that what is not ours is answered there.
  private final class World: @unchecked Sendable {
    let simulator: Simulator
    let stand: IngestStand
    let store: SendStore
    private var offset: Int64 = 0

    static let owner = TwilioDropInTests.basic(Demo.accountSid, Demo.authToken)
    static let path = "/in/2010-04-01/Accounts/\(Demo.accountSid)/Messages"

    init() throws {
      simulator = try Simulator()
      let port = simulator.port
      func sender(_ id: String, _ from: String, _ more: String = "") -> String {
        """
        { id: "\(id)", provider: "twilio", from: "\(from)", accountSid: "\(Demo.accountSid)",
          authToken: "\(Demo.authToken)", baseURL: "http://127.0.0.1:\(port)", \(more) },
        """
      }
      stand = try IngestStand(
        moreSenders: sender("demo", Demo.whatsAppAddress, #"app: "crm", company: "acme""#)
          + sender("demo-sms", Demo.smsAddress))
      store = try SendStore(.sqlite(path: stand.folder.file("store.db")))
      try store.define(stand.settings.senders.map(\.sender))
      stand.stores.fill(store)
    }

    deinit {
      stand.stop()
      simulator.stop(within: .zero)
      store.close()
    }

    @discardableResult
    func put(
      _ body: String = "ciao", from sender: String = "demo", to: PersonAddress = "+393331234567",
      id: SendID? = nil, due: Duration = .zero, sendAt: String? = nil
    ) throws -> SendID {
      let now = try store.now()
      let id = id ?? .random(at: Timestamp(microseconds: wallMicroseconds()))
      let content = JSONWriter.object { writer in
        writer.field("to", to.text)
        writer.field("type", "text")
        writer.field("body", body)
        writer.field("sendAt", sendAt)
      }
      let send = NewSend(
        id: id, sender: SenderID(sender), recipient: to, content: content, due: now + due,
        expires: now + .seconds(7200))
      offset += 1
      _ = try store.take(
        IntakeBatch(log: "log", partition: 3, from: offset - 1, next: offset, sends: [send]))
      return id
    }

    /// As the provider calls it after it took it.
    func accept(_ sid: String, from sender: String = "demo") throws {
      let worker = WorkerID("w")
      for lease in try store.tendLeases(worker).held {
        guard lease.group.text == "lane:\(sender)",
          case .claimed(let claim) = try store.claim(
            SenderID(sender), lease, worker: worker, limit: 9)
        else { continue }
        let answer = Array(#"{"body":"ciao"}"#.utf8)
        _ = try store.record(
          claim.sends.map { AttemptReport(of: $0, .accepted(ProviderID(sid)), answer: answer) })
      }
      try store.published(try store.unpublished(limit: 1000))
    }

    func news(_ id: SendID, _ sid: String, _ status: CallbackReport.Status, code: String? = nil)
      throws
    {
      _ = try store.apply([
        CallbackReport(
          attempt: AttemptID(id, 1), providerID: ProviderID(sid), provider: .twilio,
          account: AccountID(Demo.accountSid), address: nil, status: status,
          providerAt: try store.now().calendar, code: code)
      ])
    }

    func ask(
      _ method: String, _ target: String, by credentials: HTTPHeader = owner,
      _ form: [(name: String, value: String)]? = nil
    ) async throws -> IngestStand.Answer {
      let type = form.map { _ in
        HTTPHeader("Content-Type", "application/x-www-form-urlencoded")
      }
      return try await stand.call(
        method, Self.path + target, [credentials] + [type].compactMap(\.self),
        form.map { FormPair.encoded($0) } ?? [])
    }

    func one(_ id: SendID) -> String { "/\(id.messageSid(hasMedia: false)).json" }

    /// A message at the provider alone.
    func foreign() async throws -> String {
      let client = try HTTPClient()
      defer { client.close() }
      let outcome = await client.send(
        HTTPCall(
          method: "POST",
          url:
            "http://127.0.0.1:\(simulator.port)/2010-04-01/Accounts/\(Demo.accountSid)/Messages.json",
          headers: [
            World.owner, HTTPHeader("Content-Type", "application/x-www-form-urlencoded"),
          ],
          body: FormPair.encoded([
            ("To", "whatsapp:+393330000001"), ("From", Demo.whatsAppAddress), ("Body", "theirs"),
          ])))
      guard case .answered(let answer) = outcome, let root = JSONValue(whole: answer.body) else {
        throw IngestStand.NoAnswer(outcome: outcome)
      }
      return root["sid"]?.string ?? ""
    }
  }

  @Test("a message is shown as it stands, with its times, its status and its error")
  func shown() async throws {
    let world = try World()
    let id = try world.put(due: .seconds(3600), sendAt: "2099-01-01T00:00:00Z")
    let scheduled = try await world.ask("GET", world.one(id)).json
    #expect(scheduled["status"]?.string == "scheduled" && scheduled["date_sent"]?.isNull == true)
    let other = try world.put("again")
    #expect(try await world.ask("GET", world.one(other)).json["status"]?.string == "queued")
    try world.accept("SM" + String(repeating: "a", count: 32))
    let taken = try await world.ask("GET", world.one(other)).json
    #expect(taken["status"]?.string == "sending" && taken["date_sent"]?.string != nil)
    let sid = "SM" + String(repeating: "a", count: 32)
    try world.news(other, sid, .failed(.undelivered, againAfter: nil), code: "63024")
    let failed = try await world.ask("GET", world.one(other)).json
    #expect(failed["status"]?.string == "undelivered" && failed["error_code"]?.integer == 63024)
    #expect(failed["error_message"]?.string != nil && failed["body"]?.string == "again")
    #expect(failed["sid"]?.string == other.messageSid(hasMedia: false))
    #expect(failed.fields?.count == 20)
  }

  @Test("what was just made is waited for")
  func fresh() async throws {
    let world = try World()
    let id = SendID.random(at: Timestamp(microseconds: wallMicroseconds()))
    let (store, path) = (world, world.one(id))
    async let answer = store.ask("GET", path)
    try await Task.sleep(for: .milliseconds(300))
    try world.put(id: id)
    #expect(try await answer.status == 200)
  }

  @Test("only what was made within five minutes can be about to be there")
  func patience() {
    #expect(TwilioMessageQueries.patience(at: nil) == .seconds(2))
    #expect(TwilioMessageQueries.patience(at: .seconds(299)) == .seconds(2))
    #expect(TwilioMessageQueries.patience(at: .seconds(300)) == .zero)
  }

  @Test("what is no send of ours is asked of Twilio, and its answer handed on")
  func passed() async throws {
    let world = try World()
    let sid = try await world.foreign()
    let shown = try await world.ask("GET", "/\(sid).json")
    #expect(try shown.status == 200 && shown.json["body"]?.string == "theirs")
    let redacted = try await world.ask("POST", "/\(sid).json", [(name: "Body", value: "")])
    #expect(try redacted.status == 200 && redacted.json["body"]?.string == "")
    #expect(try await world.ask("DELETE", "/\(sid).json").status == 204)
    let gone = try await world.ask("GET", "/\(sid).json")
    #expect(try gone.status == 404 && gone.json["code"]?.integer == 20404)
    // One of ours that is not there any more, after it was looked for.
    let old = SendID.random(at: Timestamp(seconds: 1_700_000_000))
    #expect(try await world.ask("GET", world.one(old)).status == 404)
    for name in ["SM1.json", "x", "\(sid)x.json"] {
      let answer = try await world.ask("GET", "/\(name)")
      #expect(try answer.status == 404 && answer.json["code"]?.integer == 20404)
    }
  }

  @Test("a tenant's key sees neither others' sends nor what the account has at Twilio")
  func tenants() async throws {
    let world = try World()
    let own = try world.put()
    let other = try world.put(from: "demo-sms")
    let key = TwilioDropInTests.basic("any", "acme-reader")
    #expect(try await world.ask("GET", world.one(own), by: key).status == 200)
    #expect(try await world.ask("GET", world.one(other), by: key).status == 404)
    let sid = try await world.foreign()
    #expect(try await world.ask("GET", "/\(sid).json", by: key).status == 404)
    let list = try await world.ask("GET", ".json", by: key).json["messages"]?.items
    #expect(list?.map { $0["sid"]?.string } == [own.messageSid(hasMedia: false)])
    #expect(try await world.ask("DELETE", world.one(own), by: key).status == 403)
  }

  @Test("what waits is taken back, and nothing else")
  func canceled() async throws {
    let world = try World()
    let id = try world.put(due: .seconds(60))
    let form = [(name: "Status", value: "canceled")]
    let canceled = try await world.ask("POST", world.one(id), form)
    #expect(try canceled.status == 200 && canceled.json["status"]?.string == "canceled")
    let again = try await world.ask("POST", world.one(id), form)
    #expect(try again.status == 409 && again.json["code"]?.integer == 30409)
    let sent = try world.put()
    try world.accept("SM" + String(repeating: "b", count: 32))
    let late = try await world.ask("POST", world.one(sent), form)
    #expect(try late.status == 409 && late.json["code"]?.integer == 30409)
    for wrong in [
      [("Status", "sent")], [("Body", "other")], [("Price", "1")], [],
    ] as [[(name: String, value: String)]] {
      let answer = try await world.ask("POST", world.one(sent), wrong)
      #expect(try answer.status == 400 && answer.json["code"]?.integer == 20001)
    }
  }

  @Test("a message is redacted and forgotten at Twilio and here, once it went out")
  func forgotten() async throws {
    let world = try World()
    let sid = try await world.foreign()
    let id = try world.put()
    let path = world.one(id)
    for (method, form) in [("POST", [(name: "Body", value: "")]), ("DELETE", nil)] {
      let early = try await world.ask(method, path, form)
      #expect(try early.status == 409 && early.json["code"]?.integer == 20009)
    }
    try world.accept(sid)
    let redacted = try await world.ask("POST", path, [(name: "Body", value: "")])
    #expect(try redacted.status == 200 && redacted.json["body"]?.string == "")
    #expect(try world.store.send(id)?.answer == nil)
    #expect(try await world.ask("GET", "/\(sid).json").json["body"]?.string == "")
    #expect(try await world.ask("DELETE", path).status == 204)
    #expect(try world.store.send(id) == nil)
    #expect(try await world.ask("GET", "/\(sid).json").status == 404)
  }

  @Test("what Twilio does not forget is not forgotten here")
  func kept() async throws {
    let world = try World()
    let sid = try await world.foreign()
    let id = try world.put()
    try world.accept(sid)
    var refusal = Fault(.refuse)
    (refusal.provider, refusal.status, refusal.code) = ("twilio", 409, 20009)
    world.simulator.switchOn(refusal)
    let answer = try await world.ask("DELETE", world.one(id))
    #expect(try answer.status == 409 && answer.json["code"]?.integer == 20009)
    #expect(try world.store.send(id) != nil)
  }

  @Test("messages are listed by person, sender and day, the newest first, in pages")
  func listed() async throws {
    let world = try World()
    var sids: [String] = []
    for number in 0..<5 {
      sids.append(try world.put("\(number)").messageSid(hasMedia: false))
    }
    let other = try world.put(from: "demo-sms", to: "+393330000002")
    func list(_ query: String) async throws -> [String?] {
      var (found, next): ([String?], String?) = ([], ".json?\(query)")
      while let target = next {
        let page = try await world.ask("GET", target).json
        found += (page["messages"]?.items ?? []).map { $0["sid"]?.string }
        next = page["next_page_uri"]?.string.map { String($0.dropFirst(World.path.count - 3)) }
      }
      return found
    }
    let person = "To=whatsapp%3A%2B393331234567"
    #expect(try await list("\(person)&PageSize=2") == sids.reversed())
    #expect(try await list("To=%2B393331234567").isEmpty)
    #expect(try await list("From=%2B15005550006") == [other.messageSid(hasMedia: false)])
    #expect(try await list("PageSize=1").count == 6)
    #expect(try await list("\(person)&DateSent=2020-01-01").isEmpty)
    // Those that did not go out yet have no day.
    #expect(try await list("\(person)&DateSent%3E=2020-01-01").isEmpty)
    try world.accept("SM" + String(repeating: "c", count: 32))
    #expect(try await list("\(person)&DateSent%3E=2020-01-01").count == 5)
    #expect(try await list("\(person)&DateSent%3C=2020-01-01").isEmpty)
    let page = try await world.ask("GET", ".json?PageSize=2").json
    #expect(page["page"]?.integer == 0 && page["page_size"]?.integer == 2)
    #expect(page["previous_page_uri"]?.isNull == true)
    #expect(page["uri"]?.string?.hasPrefix("/2010-04-01/Accounts/") == true)
  }

  @Test(
    "a list that cannot be read is refused",
    arguments: [
      "Status=sent", "DateSent=today", "Page=1", "PageToken=nothing", "To=%00",
    ])
  func refused(query: String) async throws {
    let world = try World()
    let answer = try await world.ask("GET", ".json?\(query)")
    #expect(try answer.status == 400 && answer.json["code"]?.integer == 20001)
  }
}
