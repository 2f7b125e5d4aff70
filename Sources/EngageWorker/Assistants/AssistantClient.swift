internal import Domain
internal import HTTP
internal import Platform
internal import Time

/// Calls of endpoints that are under way, without a thread for each.
final class AssistantClient: Sendable {
  enum Outcome: Sendable {
    case response(Response)
    case nothing(String)
    /// What a tenant's own address gave of a contact; nil: nothing.
    case contact(call: String, String?)
  }

  struct Response: Sendable {
    let status: Int
    let headers: [(name: String, value: String)]
    let body: [UInt8]

    func at(_ now: Timestamp) -> AssistantResponse {
      AssistantResponse(status: status, headers: headers, body: body, at: now)
    }
  }

  struct Finished: Sendable {
    let tag: UInt64
    let outcome: Outcome
  }

  private let client: HTTPClient
  private let finished = Monitor<[Finished]>([])

  init() throws {
    var configuration = HTTPClient.Configuration()
    (configuration.connectionsPerHost, configuration.totalConnections) = (1024, 2048)
    client = try HTTPClient(configuration)
  }

  func takeFinished() -> [Finished] {
    finished.peek { all in
      defer { all = [] }
      return all
    }
  }

  /// Returns when one has come back, or after that time.
  func wait(for limit: Duration) { finished.wait(for: limit) { !$0.isEmpty } }

  func ask(_ request: AssistantRequest, tag: UInt64, within limit: Duration) {
    var call = HTTPCall(
      method: "POST", url: request.url,
      headers: [HTTPHeader("Content-Type", "application/json")]
        + (request.key.map { [HTTPHeader($0.name, $0.value.exposed)] } ?? []), body: request.body)
    (call.totalTimeout, call.tag) = (limit, tag)
    client.send(call) { [finished] outcome in
      finished.change { $0.append(Finished(tag: tag, outcome: Self.outcome(outcome))) }
    }
  }

  /// What a tenant knows of a contact.
  struct ContactRequest {
    let url: String
    let bearer: Secret?
  }

  private static let contactPatience = Duration.seconds(5)

  func ask(_ request: ContactRequest, call id: String, tag: UInt64) {
    var call = HTTPCall(
      url: request.url,
      headers: [HTTPHeader("Accept", "application/json")]
        + (request.bearer.map { [HTTPHeader("Authorization", "Bearer \($0.exposed)")] } ?? []))
    (call.totalTimeout, call.tag) = (Self.contactPatience, tag)
    client.send(call) { [finished] outcome in
      var words: String?
      if case .answered(let answer) = outcome, answer.status == 200 {
        words = String(decoding: answer.body, as: UTF8.self)
      }
      finished.change { $0.append(Finished(tag: tag, outcome: .contact(call: id, words))) }
    }
  }

  func cancel(_ tags: Set<UInt64>) { client.cancel(tags) }

  func close() { client.close() }

  private static func outcome(_ outcome: HTTPOutcome) -> Outcome {
    switch outcome {
    case .answered(let answer):
      .response(
        Response(
          status: answer.status, headers: answer.headers.map { ($0.name, $0.value) },
          body: answer.body))
    case .unknown(.timedOut, _), .notSent(.connectTimedOut): .nothing("no answer in time")
    case .unknown(.answerTooLarge, _): .nothing("an answer that is too large")
    case .unknown(let reason, _): .nothing("no answer: \(reason)")
    case .notSent(let reason): .nothing("cannot be reached: \(reason)")
    }
  }
}
