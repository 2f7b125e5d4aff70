import Foundation
import Glibc
import HTTP
import JSON
import Platform
import SendStore
import Simulator
import TestSupport
import Time

/// `postrider up` and `postrider simulate`, each a process of its own, and a caller.
final class DispatchStage {
  enum Kind: String, CaseIterable { case sqlite, postgres }

  struct Failed: Error, CustomStringConvertible { let description: String }

  let worker: Child
  let folder: TemporaryFolder
  /// Of the store: a path or an address.
  let store: String
  private let settingsFile: String
  private let simulator: Child
  private let broker: Child?
  private let client: HTTPClient
  private let port: UInt16
  private let adminPort: UInt16
  private let simulatorPort: UInt16

  /// `senders` of the settings, given the simulator's port; `world` of the simulator; `more` of the settings.
  init(
    _ kind: Kind, world: String, more: (UInt16) -> String = { _ in "" },
    senders: (UInt16) -> String
  ) throws {
    folder = try TemporaryFolder(onDisk: true)
    client = try HTTPClient()
    port = try Self.freePort()
    adminPort = try Self.freePort()
    simulatorPort = try Self.freePort()
    let worldFile = folder.file("world.json")
    try world.write(toFile: worldFile, atomically: true, encoding: .utf8)
    simulator = try Child(
      Self.program,
      ["simulate", "--settings", worldFile, "--listen", "127.0.0.1:\(simulatorPort)"])
    broker = kind == .postgres ? try Child(["broker"]) : nil
    let file = folder.file("settings.json5")
    let store = kind == .sqlite ? folder.file("store.db") : try PostgresServer.durable().database()
    self.store = store
    let places =
      broker.map { broker in
        """
        log: "kafka://\(broker.address())", store: "\(store)",
        // The mock takes a session's length for a rebalance, and answers a fetch that finds nothing only
        // when all of its wait is over; a broker answers as soon as there is something.
        rdkafka: { "session.timeout.ms": "4000", "fetch.wait.max.ms": "5" },
        """
      } ?? "log: \"embedded:log.db\", store: \"sqlite:store.db\","
    try """
    {
      listen: "127.0.0.1:\(port)", publicURL: "http://127.0.0.1:\(port)", \(places)
      spool: { path: "spool.db" }, apiKeys: ["key"], admin: { ingest: "127.0.0.1:\(adminPort)" },
      senders: [\(senders(simulatorPort))], \(more(simulatorPort))
    }
    """.write(toFile: file, atomically: true, encoding: .utf8)
    settingsFile = file
    worker = try Child(Self.program, ["up", "--config", file])
    try awaitAnswer("/readyz")
    let target = "{\"webhookURL\": \"http://127.0.0.1:\(port)/api/whatsapp/webhook\"}"
    _ = call("PUT", simulatorPort, "/_sim/callbacks", Array(target.utf8))
  }

  deinit { client.close() }

  /// One more that only sends, on the same log and store.
  func dispatcher() throws -> Child {
    try Child(Self.program, ["dispatch", "--config", settingsFile])
  }

  private static var program: String {
    URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
      .appendingPathComponent("postrider").path
  }

  static func meta(_ port: UInt16, id: String = "meta", phone: String, _ budget: String) -> String {
    """
    { id: "\(id)", provider: "meta", phoneNumberId: "\(phone)", wabaId: "\(Demo.wabaID)",
      accessToken: "\(Demo.accessToken)", appSecret: "\(Demo.appSecret)", verifyToken: "v",
      baseURL: "http://127.0.0.1:\(port)/v24.0", budget: { \(budget) } },
    """
  }

  static func sandbox(_ port: UInt16) -> String {
    """
    { id: "sandbox", provider: "twilio", from: "\(Demo.sandboxAddress)",
      accountSid: "\(Demo.accountSid)", authToken: "\(Demo.authToken)",
      baseURL: "http://127.0.0.1:\(port)" },
    """
  }

  // MARK: Calls

  private func awaitAnswer(_ path: String) throws {
    let end = bootMicroseconds() + 60_000_000
    while bootMicroseconds() < end {
      if let answer = call("GET", port, path), answer.status == 200 { return }
      usleep(50_000)
    }
    throw Failed(description: "postrider up did not get ready")
  }

  /// For many threads at once.
  struct Caller: Sendable {
    fileprivate let client: HTTPClient
    fileprivate let port: UInt16

    /// A call of the API; its status.
    func ask(_ method: String, _ path: String, _ body: String) -> Int {
      var call = HTTPCall(
        method: method, url: "http://127.0.0.1:\(port)\(path)",
        headers: [
          HTTPHeader("Authorization", "Bearer key"),
          HTTPHeader("Content-Type", "application/json"),
        ], body: Array(body.utf8))
      call.totalTimeout = .seconds(60)
      guard case .answered(let answer) = client.ask(call) else { return 0 }
      return answer.status
    }
  }

  var caller: Caller { Caller(client: client, port: port) }

  /// Where sends are asked for.
  var callPort: UInt16 { port }

  private func call(
    _ method: String, _ port: UInt16, _ path: String, _ body: [UInt8] = []
  ) -> HTTPAnswerReceived? {
    var call = HTTPCall(
      method: method, url: "http://127.0.0.1:\(port)\(path)",
      headers: [
        HTTPHeader("Authorization", "Bearer key"), HTTPHeader("Content-Type", "application/json"),
      ], body: body)
    call.totalTimeout = .seconds(60)
    guard case .answered(let answer) = client.ask(call) else { return nil }
    return answer
  }

  /// Sends to as many people, in one request.
  func post(_ count: Int, from first: Int, sender: String, _ more: String = "") throws {
    let lines = (first..<first + count).map { number in
      "{\"to\":\"+39333\(1_000_000 + number % 8_000_000)\",\"body\":\"message \(number)\","
        + "\"sender\":\"\(sender)\"\(more)}\n"
    }
    let answer = call("POST", port, "/api/sends", Array(lines.joined().utf8))
    guard answer?.status == 202 else {
      throw Failed(description: "sends were answered \(answer?.status ?? 0)")
    }
  }

  /// One send; its id.
  func postOne(_ number: Int, sender: String) throws -> String {
    let body = "{\"to\":\"+39333\(1_000_000 + number)\",\"body\":\"hi\",\"sender\":\"\(sender)\"}"
    let answer = call("POST", port, "/api/whatsapp/send", Array(body.utf8))
    guard let answer, answer.status == 202,
      let id = try JSONDocument(answer.body).root["id"]?.string
    else { throw Failed(description: "a send was answered \(answer?.status ?? 0)") }
    return id
  }

  func pause(_ sender: String, _ isPaused: Bool) {
    _ = call("POST", port, "/api/lanes/\(sender)/\(isPaused ? "pause" : "resume")")
  }

  func waiting(_ sender: String) throws -> Int {
    guard let answer = call("GET", port, "/api/lanes") else { return 0 }
    let lanes = try JSONDocument(answer.body).root["lanes"]?.items ?? []
    let lane = lanes.first { $0["sender"]?.string == sender }
    return Int(lane?["waiting"]?.integer ?? 0)
  }

  /// The sum of a metric over the lines that have all of these in them.
  func metric(_ name: String, _ marks: String...) -> Int {
    guard let answer = call("GET", adminPort, "/metrics") else { return 0 }
    return String(decoding: answer.body, as: UTF8.self).split(separator: "\n")
      .filter { line in line.hasPrefix(name) && marks.allSatisfy { line.contains($0) } }
      .compactMap { $0.split(separator: " ").last.flatMap { Double($0) } }
      .reduce(0) { $0 + Int($1) }
  }

  /// Of files in the stage's folder, where they are there.
  func megabytes(of files: [String]) -> Double {
    files.reduce(0) { sum, file in
      let attributes = try? FileManager.default.attributesOfItem(atPath: folder.file(file))
      return sum + Double((attributes?[.size] as? Int) ?? 0) / 1_048_576
    }
  }

  /// What every PostgreSQL server of this machine has worked.
  var serverSeconds: Double {
    let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return processes.filter { Int32($0) != nil }.reduce(0) { sum, process in
      let stat = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ""
      return stat.contains("(postgres)") ? sum + Child.processorSeconds(stat) : sum
    }
  }

  func accepted(_ sender: String) -> Int {
    metric("postrider_attempts_total", "result=\"accepted\"", "sender=\"\(sender)\"")
  }

  func ledger(_ query: String = "") throws -> JSONValue {
    guard let answer = call("GET", simulatorPort, "/_sim/ledger\(query)") else {
      throw Failed(description: "the simulator does not answer")
    }
    return try JSONDocument(answer.body).root
  }

  func simulated(_ method: String, _ path: String, _ body: String = "") throws -> JSONValue {
    guard let answer = call(method, simulatorPort, "/_sim/\(path)", Array(body.utf8)),
      answer.status < 300
    else { throw Failed(description: "the simulator does not answer \(path)") }
    return try JSONDocument(answer.body).root
  }

  static func freePort() throws -> UInt16 {
    let server = try HTTPServer { _, responder in responder.answer(HTTPAnswer(status: 204)) }
    defer { server.drain(within: .zero) }
    return server.port
  }
}
