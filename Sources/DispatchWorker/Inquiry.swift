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

  func ask(_ call: HTTPCall) -> HTTPOutcome { client.ask(call) }

  /// What is being asked ends at once.
  func close() { client.close() }
}
