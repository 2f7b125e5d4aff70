import Domain
import Foundation
import HTTP
import JSON
import Platform
import Simulator
import TestSupport
import Testing
import Time

@Suite(.timeLimit(.minutes(5))) struct TraceSpanTests {
  /// A collector of spans, and a tenant's address beside it.
  private final class Listener: Sendable {
    struct Heard: Sendable {
      var spans: [JSONValue] = []
      var bodies: [String] = []
      var told: [String?] = []
      var keys: Set<String> = []
    }

    let heard = Monitor(Heard())
    private let collector: HTTPServer
    private let tenant: HTTPServer

    init() throws {
      collector = try HTTPServer { [heard] request, responder in
        let spans = Listener.spans(request)
        heard.change { heard in
          heard.spans += spans
          heard.bodies.append(String(decoding: request.body, as: UTF8.self))
          heard.keys.insert("\(request.path) \(request.headers.first("X-Key") ?? "")")
        }
        responder.answer(HTTPAnswer(status: 200))
      }
      tenant = try HTTPServer { [heard] request, responder in
        heard.change { $0.told.append(request.headers.first("traceparent")) }
        responder.answer(HTTPAnswer(status: 200))
      }
    }

    private static func spans(_ request: HTTPRequest) -> [JSONValue] {
      let groups = JSONValue(whole: request.body)?["resourceSpans"]?.items ?? []
      return groups.flatMap { $0["scopeSpans"]?.items ?? [] }.flatMap { $0["spans"]?.items ?? [] }
    }

    var address: String { "http://127.0.0.1:\(collector.port)" }
    var tenantAddress: String { "http://127.0.0.1:\(tenant.port)" }

    /// Of one trace, by their names, once those are all there.
    func spans(_ names: Set<String>) -> [String: [JSONValue]] {
      func byName(_ heard: Heard) -> [String: [JSONValue]] {
        Dictionary(grouping: heard.spans) { $0["name"]?.string ?? "" }
      }
      heard.wait(for: .seconds(60)) { names.isSubset(of: byName($0).keys) && !$0.told.isEmpty }
      return byName(heard.peek { $0 })
    }
  }

  private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
  private static let caller = "00f067aa0ba902b7"
  private static let words = "a message that is nobody's business"

  private func settings(_ listener: Listener, _ simulator: Simulator) -> String {
    """
    {
      listen: "127.0.0.1:0", log: "embedded:log.db", store: "sqlite:store.db",
      spool: { path: "spool.db" }, publicURL: "http://127.0.0.1:1", apiKeys: ["key"],
      otlp: { url: "\(listener.address)", sample: 0, headers: { "X-Key": "collector-key" } },
      actions: [{ app: "crm", company: "acme", url: "\(listener.tenantAddress)/told",
        secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" }],
      senders: [{
        id: "meta", provider: "meta", phoneNumberId: "\(Demo.phoneNumberID)", app: "crm",
        company: "acme", wabaId: "\(Demo.wabaID)", accessToken: "\(Demo.accessToken)",
        appSecret: "\(Demo.appSecret)", verifyToken: "\(Demo.verifyToken)",
        baseURL: "http://127.0.0.1:\(simulator.port)/v24.0",
      }],
    }
    """
  }

  @Test(
    "one trace leads from a request to its callbacks and the tenant, and says nothing of people")
  func whole() async throws {
    try await onOwnThread {
      let listener = try Listener()
      let simulator = try Simulator()
      defer { simulator.stop(within: .zero) }
      let folder = try TemporaryFolder()
      let file = folder.file("settings.json5")
      try settings(listener, simulator).write(toFile: file, atomically: true, encoding: .utf8)
      let process = Process.postrider(["up", "--config", file])
      let errors = Pipe()
      process.standardError = errors
      try process.run()
      defer { process.end(by: SIGTERM) }
      let address = try Self.address(errors)
      let webhook = "http://\(address)/api/whatsapp/webhook"
      simulator.report(inboundTo: webhook, webhooksTo: webhook)
      // Two that nobody asks to record, and one whose caller records it.
      try Self.send(address, nil)
      try Self.send(
        address, "00-\(Self.trace.reversed().map(String.init).joined())-\(Self.caller)-00")
      try Self.send(address, "00-\(Self.trace)-\(Self.caller)-01")
      let request = "POST /api/whatsapp/send"
      let spans = listener.spans([request, "intake", "attempt", "callback", "delivery"])
      let all = spans.values.joined()
      #expect(Set(all.map { $0["traceId"]?.string }) == [Self.trace])
      let first = try #require(spans[request]?.first)
      let intake = try #require(spans["intake"]?.first)
      #expect(spans[request]?.count == 1 && spans["intake"]?.count == 1)
      #expect(first["parentSpanId"]?.string == Self.caller)
      #expect(intake["parentSpanId"]?.string == first["spanId"]?.string)
      for name in ["attempt", "callback", "delivery"] {
        let parents = Set((spans[name] ?? []).map { $0["parentSpanId"]?.string })
        #expect(parents == [intake["spanId"]?.string], "\(name)")
      }
      #expect(Set(all.map { $0["spanId"]?.string }).count == all.count)
      let heard = listener.heard.peek { $0 }
      #expect(heard.keys == ["/v1/traces collector-key"])
      let told = Set(heard.told.compactMap { $0 })
      #expect(!told.isEmpty && told.allSatisfy { $0.hasPrefix("00-\(Self.trace)-") })
      for body in heard.bodies {
        #expect(!body.contains("393331234567") && !body.contains(Self.words))
      }
    }
  }

  private static func address(_ errors: Pipe) throws -> String {
    var log = ""
    while !log.contains("\"event\":\"ready\""),
      case let data = errors.fileHandleForReading.availableData, !data.isEmpty
    {
      log += String(decoding: data, as: UTF8.self)
    }
    return String(try #require(log.firstMatch(of: /127\.0\.0\.1:[0-9]+/)?.output))
  }

  private static func send(_ address: String, _ traceparent: String?) throws {
    let client = try HTTPClient()
    defer { client.close() }
    let answer = Answer<HTTPOutcome>()
    let call = HTTPCall(
      method: "POST", url: "http://\(address)/api/whatsapp/send",
      headers: [HTTPHeader("Authorization", "Bearer key")]
        + (traceparent.map { [HTTPHeader("traceparent", $0)] } ?? []),
      body: Array(#"{"to":"+393331234567","body":"\#(words)"}"#.utf8))
    client.send(call) { answer.give($0) }
    guard case .answered(let received)? = answer.wait(for: .seconds(30)) else {
      Issue.record("no answer")
      return
    }
    #expect(received.status == 202)
  }
}
