import Foundation
import HTTP
import JSON
import Simulator
import TestSupport
import Testing

/// What most often keeps a number of Meta's from working, each brought about at the simulator.
@Suite(.timeLimit(.minutes(5))) struct DoctorNumberTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let code: String
    /// Of the simulated world from the start.
    var world: @Sendable (inout SimulatorSettings) -> Void = { _ in }
    /// Of the world while it runs: a path of its control API, and a body.
    var control: (path: String, body: String)?
    /// In the settings.
    var change: (from: String, to: String)?
    var isBad = true
    let sentence: String

    var testDescription: String { code }
  }

  private static let number = "numbers/\(Demo.phoneNumberID)"

  static let cases = [
    Case(
      code: "token-expired", world: { $0.faults = [Fault(.tokenExpired)] },
      sentence: "Session has expired"),
    Case(
      code: "webhook-not-verified", world: { $0.meta[0].webhookURL = nil },
      sentence: "no webhook for WhatsApp that Meta has verified"),
    Case(
      code: "incorrect-id", change: (Demo.phoneNumberID, "404"), sentence: "does not exist"),
    Case(
      code: "invalid-signature", change: (Demo.appSecret, "another-secret"),
      sentence: "does not know this appSecret"),
    Case(
      code: "number-not-approved", control: (number, #"{"nameStatus":"PENDING_REVIEW"}"#),
      isBad: false, sentence: "waits for Meta's approval"),
    Case(
      code: "business-not-verified",
      control: ("accounts/\(Demo.wabaID)", #"{"businessVerification":"not_verified"}"#),
      isBad: false, sentence: "not_verified"),
    Case(
      code: "account-blocked",
      control: (number, #"{"health":[{"entity":"WABA","text":"The account is locked"}]}"#),
      sentence: "The account is locked"),
    Case(code: "", sentence: ""),
  ]

  @Test("each has its name, its sentence and what to do about it", arguments: cases)
  func trouble(_ one: Case) throws {
    let ingest = try Self.ingest()
    var world = SimulatorSettings()
    world.meta[0].webhookURL = "http://127.0.0.1:\(ingest.port)/api/whatsapp/webhook"
    one.world(&world)
    let simulator = try Simulator(world)
    defer { simulator.stop(within: .zero) }
    if let control = one.control { try Self.put(simulator, control.path, control.body) }
    let found = try Self.look(ingest, simulator, one)
    let own = found.filter { $0["about"]?.string == "sender main" && $0["code"] != nil }
    #expect(own.map { $0["code"]?.string } == (one.code.isEmpty ? [] : [one.code]))
    guard let trouble = own.first else { return }
    #expect(trouble["sentence"]?.string?.contains(one.sentence) == true)
    #expect(trouble["verdict"]?.string == (one.isBad ? "wrong" : "warning"))
    #expect(trouble["remedy"]?.string?.isEmpty == false)
  }

  /// Our own webhooks, as a proxy leads there.
  private static func ingest() throws -> HTTPServer {
    try HTTPServer { request, responder in
      let isOurs = request.queryValue("hub.verify_token") == Demo.verifyToken
      responder.answer(
        HTTPAnswer(
          status: isOurs ? 200 : 403, text: request.queryValue("hub.challenge") ?? ""))
    }
  }

  private static func look(
    _ ingest: HTTPServer, _ simulator: Simulator, _ one: Case
  ) throws -> [JSONValue] {
    let folder = try TemporaryFolder()
    let file = folder.file("settings.json5")
    var text = """
      { publicURL: "http://127.0.0.1:\(ingest.port)", apiKeys: ["a-key-of-more-than-16"],
        log: "embedded:log.db", store: "sqlite:store.db", spool: { path: "spool.db", limit: "1MB" },
        senders: [{
          id: "main", provider: "meta", phoneNumberId: "\(Demo.phoneNumberID)",
          wabaId: "\(Demo.wabaID)", appId: "\(Demo.appID)", accessToken: "\(Demo.accessToken)",
          appSecret: "\(Demo.appSecret)", verifyToken: "\(Demo.verifyToken)",
          baseURL: "http://127.0.0.1:\(simulator.port)/v24.0",
        }] }
      """
    if let change = one.change { text = text.replacing(change.from, with: change.to) }
    try text.write(toFile: file, atomically: true, encoding: .utf8)
    let run = try CommandTests.run(["doctor", "--json", "--config", file])
    #expect((run.status == 1) == (one.isBad && !one.code.isEmpty), "\(run.output)")
    #expect(!run.output.contains(Demo.accessToken))
    return try JSONDocument(Array(run.output.utf8)).root["findings"]?.items ?? []
  }

  private static func put(_ simulator: Simulator, _ path: String, _ body: String) throws {
    let client = try HTTPClient()
    defer { client.close() }
    let outcome = client.ask(
      HTTPCall(
        method: "PUT", url: "http://127.0.0.1:\(simulator.port)/_sim/\(path)",
        body: Array(body.utf8)))
    guard case .answered(let answer) = outcome, answer.status == 204 else { throw NotPut() }
  }

  private struct NotPut: Error {}
}
