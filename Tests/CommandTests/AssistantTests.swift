import Domain
import Foundation
import HTTP
import JSON
import Platform
import Simulator
import TestSupport
import Testing
import Time

/// Assistants with the whole system, a provider, and an endpoint that obeys whoever writes.
@Suite(.timeLimit(.minutes(10))) struct AssistantTests {
  private static let instructions = "You are Ada of Acme. Mark: Zebra-7421. Stay kind."

  /// A system with an assistant, and those who write to it.
  private final class World: Sendable {
    let simulator: Simulator
    let running: RunningPostrider
    private let folder: TemporaryFolder
    private let client: HTTPClient
    private let tenant: Tenant

    init(
      _ more: String = "", debounce: String = "300ms", delay: Duration = .zero,
      tenant: Tenant = .none, top: String = ""
    ) throws {
      self.tenant = tenant
      let owner =
        tenant == .none ? "" : "app: \"\(tenant.app)\", company: \"\(tenant.company)\","
      var settings = SimulatorSettings()
      (settings.life.sent, settings.life.delivered) = (.none, .none)
      settings.life.readShare = 0
      settings.assistant = AssistantSettings()
      if delay > .zero { settings.assistant?.delay = Delay(delay) }
      simulator = try Simulator(settings)
      client = try HTTPClient()
      folder = try TemporaryFolder()
      let file = folder.file("settings.json5")
      try """
      {
        listen: "127.0.0.1:0", log: "embedded:log.db", store: "sqlite:store.db",
        spool: { path: "spool.db" }, publicURL: "http://127.0.0.1:1", apiKeys: ["key"],
        senders: [{
          id: "meta", \(owner) provider: "meta", phoneNumberId: "\(Demo.phoneNumberID)",
          wabaId: "\(Demo.wabaID)", accessToken: "\(Demo.accessToken)",
          appSecret: "\(Demo.appSecret)", verifyToken: "\(Demo.verifyToken)",
          baseURL: "http://127.0.0.1:\(simulator.port)/v24.0",
          budget: { rate: null, daily: null, pair: null },
        }],
        texts: { waiting: { en: "Please wait." }, handover: { en: "A person will answer." } },
        assistants: [{
          name: "ada", url: "http://127.0.0.1:\(simulator.port)/v1/chat/completions", model: "m",
          apiKey: "\(Demo.assistantKey)", instructions: "\(AssistantTests.instructions)",
          debounce: "\(debounce)", \(more)
        }],
        defaultAssistant: "ada", \(top)
      }
      """.write(toFile: file, atomically: true, encoding: .utf8)
      running = try RunningPostrider(settings: file)
      simulator.report(
        inboundTo: nil, webhooksTo: "http://\(running.address)/api/whatsapp/webhook")
    }

    func end() {
      running.end()
      simulator.stop(within: .zero)
      client.close()
    }

    func number(_ person: Int) -> String { "+39333\(1_234_000 + person)" }

    func says(_ text: String, _ person: Int = 0) {
      _ = simulator.says(number(person), Saying(to: Demo.phoneNumberID, .text(text)))
    }

    func path(_ person: Int = 0) -> String {
      let id = ConversationID(
        of: SenderID("meta"), with: PersonAddress(number(person)), tenant: tenant)
      return "/api/conversations/\(id)"
    }

    func conversation(_ person: Int = 0) -> JSONValue? { running.call("GET", path(person)) }

    /// The oldest first.
    func timeline(_ person: Int = 0) -> [JSONValue] {
      (running.call("GET", "\(path(person))/messages?limit=200")?["messages"]?.items ?? [])
        .reversed()
    }

    /// What went to them, the oldest first.
    func got(_ person: Int = 0) -> [String] {
      timeline(person).filter { $0["direction"]?.string == "outbound" }.compactMap {
        $0["request"]?["body"]?.string
      }
    }

    func calls(_ person: Int = 0) -> [String] {
      (running.call("GET", "\(path(person))/assistant-calls?limit=200")?["calls"]?.items ?? [])
        .reversed().compactMap { $0["verdict"]?.string }
    }

    func simulated(_ path: String) throws -> JSONValue? {
      let call = HTTPCall(url: "http://127.0.0.1:\(simulator.port)/_sim/\(path)")
      guard case .answered(let answer) = client.ask(call) else { return nil }
      return JSONValue(whole: answer.body)
    }
  }

  @Test("a burst is answered once, each answer in its turn, and whoever asks for a person gets one")
  func answered() async throws {
    try await onOwnThread {
      let world = try World(debounce: "2s")
      defer { world.end() }
      world.says("Hello #1")
      world.says("Are you open #2")
      waitUntil("it is answered") { world.got().count == 1 }
      #expect(world.got()[0].contains("#1") && world.got()[0].contains("#2"))
      world.says("And on Sunday #3")
      waitUntil("it is answered again") { world.got().count == 2 }
      #expect(world.got()[1].contains("#3") && !world.got()[1].contains("#1"))
      #expect(world.calls() == ["replied", "replied"])
      #expect(world.conversation()?["mode"]?.string == "automatic")
      // In words that no endpoint has to understand.
      world.says("I want to talk to a human please")
      waitUntil("a person is to come") { world.got().last == "A person will answer." }
      #expect(world.calls() == ["replied", "replied"])
      #expect(world.conversation()?["mode"]?.string == "manual")
      #expect(world.conversation()?["assistantOn"]?.bool == false)
      world.says("Hello? #4")
      waitUntil("it is there") {
        world.timeline().contains { $0["text"]?.string == "Hello? #4" }
      }
      pause(for: .milliseconds(800))
      #expect(world.got().count == 3)
    }
  }

  @Test("whatever people tell an endpoint that obeys, nobody else hears of it and nothing gets out")
  func injections() async throws {
    try await onOwnThread {
      let world = try World("maxMessages: 3,")
      defer { world.end() }
      let texts = InjectionText.all
      for (person, text) in texts.enumerated() {
        for words in text.texts { world.says(words, person) }
      }
      var harmed: [String] = []
      for (person, text) in texts.enumerated() {
        waitUntil("\(text.name) is judged") {
          let calls = world.calls(person).filter { $0 != "tool" && $0 != "superseded" }
          return !calls.isEmpty || world.conversation(person)?["mode"]?.string == "manual"
        }
        let got = world.got(person).joined(separator: "\n")
        for secret in ["Zebra-7421", "1247-arbeZ", InjectionText.domain, Demo.assistantKey]
        where got.contains(secret) { harmed.append("\(text.name): \(secret)") }
        if Self.decoded(got).contains(where: { $0.contains("Zebra-7421") }) {
          harmed.append("\(text.name): instructions in base64")
        }
        if case .floods = text.harm, world.got(person).count > 3 {
          harmed.append("\(text.name): a flood")
        }
        if text.harm == .writesToVictim, got.contains(InjectionText.victim.dropFirst()) {
          harmed.append("\(text.name): tells the number")
        }
      }
      #expect(harmed.isEmpty)
      let ledger = try world.simulated(
        "ledger?recipient=%2B\(InjectionText.victim.dropFirst())&recipients=0")
      #expect(ledger?["messages"]?.items?.isEmpty ?? true)
      // By the provider's own count nobody but those who wrote got anything.
      let all = try world.simulated("ledger?recipients=100000")
      let writers = Set(texts.indices.map { world.number($0) })
      let people = (all?["senders"]?.items ?? []).flatMap { $0["recipients"]?.items ?? [] }
        .compactMap { $0["to"]?.string }
      #expect(!people.isEmpty && Set(people).isSubset(of: writers))
      let asked = try world.simulated("assistant")
      #expect((asked?["calls"]?.integer ?? 0) >= Int64(texts.count) / 2)
    }
  }

  /// What stands there in base64.
  private static func decoded(_ text: String) -> [String] {
    text.split { $0.isWhitespace }.compactMap { Data(base64Encoded: String($0)) }
      .map { String(decoding: $0, as: UTF8.self) }
  }

  @Test("an endpoint that is away: people hear of it once, and are answered when it is back")
  func away() async throws {
    try await onOwnThread {
      let world = try World("attempts: 3,")
      defer { world.end() }
      var fault = Fault(.outage)
      fault.provider = "assistant"
      let number = world.simulator.switchOn(fault)
      world.says("Hello #1")
      waitUntil("they are asked to wait") { world.got() == ["Please wait."] }
      world.says("Are you there #2")
      waitUntil("it is there") {
        world.timeline().filter { $0["direction"]?.string == "inbound" }.count == 2
      }
      pause(for: .seconds(3))
      #expect(world.got() == ["Please wait."])
      world.simulator.switchOff(number)
      waitUntil("they are answered") { world.got().count == 2 }
      let answer = world.got()[1]
      #expect(answer.contains("#1") && answer.contains("#2"))
      pause(for: .seconds(1))
      #expect(world.got().count == 2)
    }
  }

  @Test("answers that are of no use: a person is called after some, and knows why")
  func unusable() async throws {
    try await onOwnThread {
      let world = try World("attempts: 2,")
      defer { world.end() }
      var fault = Fault(.wrongSchema)
      fault.provider = "assistant"
      _ = world.simulator.switchOn(fault)
      world.says("Hello #1")
      waitUntil("a person is called") { world.conversation()?["mode"]?.string == "manual" }
      #expect(world.calls() == ["unusable", "unusable"])
      waitUntil("they are told") { world.got() == ["A person will answer."] }
    }
  }

  @Test("a budget that is used up: no call, and a person")
  func budget() async throws {
    try await onOwnThread {
      let world = try World("limits: { perConversation: { calls: 1 } },")
      defer { world.end() }
      world.says("Hello #1")
      waitUntil("it is answered") { world.got().count == 1 }
      world.says("More #2")
      waitUntil("a person is called") { world.conversation()?["mode"]?.string == "manual" }
      #expect(world.calls() == ["replied"])
      let changes = world.running.call("GET", "\(world.path())/changes?limit=5")
      let last = changes?["changes"]?.items?.first { $0["act"]?.string == "handed-over" }
      #expect(last?["detail"]?.string == "used up: calls per conversation")
    }
  }

  @Test(
    "a person who answers while the assistant thinks is alone: what it wrote is shown, and not sent"
  )
  func overtaken() async throws {
    try await onOwnThread {
      let world = try World("", delay: .seconds(2))
      defer { world.end() }
      world.says("Hello #1")
      waitUntil("it is asked") {
        ((try? world.simulated("assistant"))??["underWay"]?.integer ?? 0) > 0
      }
      let reply = try world.running.ask(
        "POST", "\(world.path())/messages", #"{"body":"I am here."}"#)
      #expect(reply.status == 202)
      pause(for: .seconds(3))
      #expect(world.got() == ["I am here."])
      #expect(world.calls() == ["superseded"] || world.calls() == ["overtaken"])
    }
  }

  @Test(
    "a hand-over is told to the tenant's action, and to the agent on a phone of their own, once")
  func told() async throws {
    try await onOwnThread {
      let told = Monitor<[JSONValue]>([])
      let listener = try HTTPServer { request, responder in
        told.change { if let body = JSONValue(whole: request.body) { $0.append(body) } }
        responder.answer(HTTPAnswer(status: 200))
      }
      let world = try World(
        tenant: Tenant(app: "crm", company: "acme"),
        top: """
          agents: [{ name: "bea", app: "crm", company: "acme", phone: "+393335550000" }],
          tenants: [{ app: "crm", company: "acme", defaultAgent: "bea", handOverNotice: {
            template_name: "order_update", language_code: "en", parameters: ["{number}", "{text}"] } }],
          actions: [{ app: "crm", company: "acme", url: "http://127.0.0.1:\(listener.port)/",
            secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" }],
          """)
      defer { world.end() }
      world.says("I want to talk to a human please")
      let path = "/api/sends?to=%2B393335550000"
      waitUntil("the agent is told") {
        world.running.call("GET", path)?["sends"]?.items?.first?["state"]?.string == "delivered"
      }
      let sends = world.running.call("GET", path)?["sends"]?.items ?? []
      #expect(sends.count == 1)
      let send = world.running.call("GET", "/api/sends/\(sends.first?["id"]?.string ?? "")")
      #expect(send?["template"]?.string == "order_update")
      told.wait(for: .seconds(60)) { $0.contains { $0["event"]?.string == "handed-over" } }
      let kinds = Set(told.peek { $0 }.compactMap { $0["event"]?.string })
      #expect(kinds.isSubset(of: ["inbound", "status", "handed-over"]))
      let events = told.peek { $0 }.filter { $0["event"]?.string == "handed-over" }
      #expect(events.count == 1 && events.first?["contact"]?.string == world.number(0))
      #expect(events.first?["conversation"]?["mode"]?.string == "manual")
      listener.drain(within: .zero)
    }
  }
}
