/// One request to be sent, at most once.
package struct HTTPCall: Sendable {
  package typealias Gate = @Sendable () -> GateDecision

  package enum GateDecision: Sendable {
    case pass
    case refuse
  }

  package var method: String
  package var url: String
  package var headers: [HTTPHeader]
  package var body: [UInt8]
  /// Name look-up, connection and TLS together.
  package var connectTimeout: Duration = .seconds(5)
  /// From the hand-over to the last byte of the answer, the wait for a free connection included.
  package var totalTimeout: Duration = .seconds(30)
  /// Asked on the client's thread just before the first byte of the request goes out. Must not block.
  package var gate: Gate?
  /// Nothing is sent where the name leads to a private address, however often it is looked up.
  package var isPublicOnly = false
  /// By which `HTTPClient.cancel` knows it; nobody else's within the client.
  package var tag: UInt64?

  package init(
    method: String = "GET", url: String, headers: [HTTPHeader] = [], body: [UInt8] = []
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
  }
}
