internal import HTTP
internal import Platform
internal import Time

/// Questions to providers, for threads that may wait for the answer.
final class Inquiry: Sendable {
  private let client: HTTPClient

  init() throws(HTTPClientError) {
    var configuration = HTTPClient.Configuration()
    configuration.connectionsPerHost = 4
    configuration.totalConnections = 16
    // A page of a thousand messages.
    configuration.maximumAnswerSize = 16 << 20
    client = try HTTPClient(configuration)
  }

  func ask(_ call: HTTPCall) -> HTTPOutcome {
    let answer = Monitor<HTTPOutcome?>(nil)
    client.send(call) { outcome in answer.change { $0 = outcome } }
    answer.wait(for: call.totalTimeout + .seconds(5)) { $0 != nil }
    return answer.peek { $0 } ?? .notSent(.cancelled)
  }

  /// What is being asked ends at once.
  func close() { client.close() }
}
