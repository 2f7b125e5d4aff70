import Crypto
import Foundation
import HTTP
import JSON
import Platform
import TestSupport
import Testing
import Time

/// The real program in a process of its own, with all that it prints, and calls to its API.
final class RunningPostrider: Sendable {
  let process: Process
  /// `127.0.0.1:40123`
  let address: String
  private let client: HTTPClient
  private let said: SaidText

  /// Returns once it is ready.
  init(_ worker: String = "up", settings file: String) throws {
    client = try HTTPClient()
    process = Process.postrider([worker, "--config", file])
    let errors = Pipe()
    process.standardError = errors
    said = SaidText(errors)
    try process.run()
    let log = said.text(until: "\"event\":\"ready\"")
    address = String(
      try #require(log.firstMatch(of: /127\.0\.0\.1:[0-9]+/), "it did not start: \(log)").output)
  }

  /// All that was printed.
  var log: String { said.text }

  func end(by signal: Int32 = SIGTERM) {
    process.end(by: signal)
    client.close()
  }

  struct Answer {
    let status: Int
    let body: [UInt8]
    var json: JSONValue? { JSONValue(whole: body) }
    var text: String { String(decoding: body, as: UTF8.self) }
  }

  func ask(
    _ method: String, _ path: String, _ body: String = "", headers: [HTTPHeader] = [],
    key: String? = "key", type: String = "application/json"
  ) throws -> Answer {
    let authorization = key.map { [HTTPHeader("Authorization", "Bearer \($0)")] } ?? []
    var call = HTTPCall(
      method: method, url: "http://\(address)\(path)",
      headers: authorization + headers + [HTTPHeader("Content-Type", type)],
      body: Array(body.utf8))
    // What is asked under all the other tests' load takes its time.
    (call.connectTimeout, call.totalTimeout) = (.seconds(60), .seconds(60))
    let outcome = client.ask(call)
    guard case .answered(let answer) = outcome else { throw NoAnswer(outcome: outcome) }
    return Answer(status: answer.status, body: answer.body)
  }

  struct NoAnswer: Error { let outcome: HTTPOutcome }

  /// What the API says, or nothing.
  func call(_ method: String, _ path: String, _ body: String = "") -> JSONValue? {
    do { return try ask(method, path, body).json } catch { return nil }
  }

  /// A webhook of Meta's, signed.
  func hook(_ body: String, secret: String) throws -> Answer {
    let code = lowerHex(hmac(.sha256, key: Array(secret.utf8), Array(body.utf8)))
    return try ask(
      "POST", "/api/whatsapp/webhook", body,
      headers: [HTTPHeader("X-Hub-Signature-256", "sha256=\(code)")], key: nil)
  }
}

/// Looks until it is so, and gives up after two minutes.
func waitUntil(
  _ what: String, _ isSo: () throws -> Bool, location: SourceLocation = #_sourceLocation
) rethrows {
  let end = RunningTime.now + .seconds(120)
  while try !isSo() {
    guard !end.hasPassed else {
      Issue.record("waited in vain: \(what)", sourceLocation: location)
      return
    }
    pause(for: .milliseconds(20))
  }
}
