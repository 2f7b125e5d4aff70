import HTTP
import Platform
import Simulator
import Testing

/// An API whose numbers are the simulator's, and a store.
final class PhoneStand: Sendable {
  static let phone = Demo.phoneNumberID
  static let other = "300000000000077"

  let simulator: Simulator
  let ingest: IngestStand
  let stock: StockedStore

  init(_ change: (inout SimulatorSettings) -> Void = { _ in }, publicURL: String? = nil) throws {
    var world = SimulatorSettings()
    world.portfolios = [Demo.portfolio: 10_000]
    world.meta[0].accounts[0].phones.append(MetaApp.Phone(id: Self.other, number: "+15550100777"))
    change(&world)
    let simulator = try Simulator(world)
    self.simulator = simulator
    ingest = try IngestStand(
      moreSenders: Self.senders(simulator.port),
      moreKeys: #"{ key: "beta-key", app: "crm", company: "beta", scopes: ["send", "read"] }"#,
      publicURL: publicURL)
    stock = try StockedStore(ingest)
  }

  /// One that Meta knows, another tenant's, one that Meta does not know, and one whose Meta is not there.
  static func senders(_ port: UInt16) -> String {
    func sender(_ id: String, _ phone: String, _ company: String, port: UInt16) -> String {
      """
      { id: "\(id)", provider: "meta", phoneNumberId: "\(phone)", wabaId: "\(Demo.wabaID)",
        appId: "\(Demo.appID)", accessToken: "\(Demo.accessToken)", appSecret: "\(Demo.appSecret)",
        verifyToken: "\(Demo.verifyToken)", app: "crm", company: "\(company)",
        baseURL: "http://127.0.0.1:\(port)/v24.0" },
      """
    }
    return sender("main", phone, "acme", port: port) + sender("second", other, "beta", port: port)
      + sender("lost", "404", "acme", port: port) + sender("away", "405", "acme", port: 1)
  }

  deinit {
    ingest.stop()
    simulator.stop(within: .zero)
  }

  func call(
    _ method: String, _ target: String, _ body: String = "", key: String = "admin-key"
  ) async throws -> IngestStand.Answer {
    try await ingest.call(
      method, target,
      [
        HTTPHeader("Authorization", "Bearer \(key)"),
        HTTPHeader("Content-Type", "application/json"),
      ], Array(body.utf8))
  }

  /// Of the simulated world.
  func put(_ path: String, _ body: String) async throws {
    try await control("PUT", path, body)
  }

  func control(_ method: String, _ path: String, _ body: String) async throws {
    let client = try HTTPClient()
    defer { client.close() }
    let outcome = await client.send(
      HTTPCall(
        method: method, url: "http://127.0.0.1:\(simulator.port)/_sim/\(path)",
        body: Array(body.utf8)))
    guard case .answered(let answer) = outcome, answer.status < 300 else {
      throw IngestStand.NoAnswer(outcome: outcome)
    }
  }
}
