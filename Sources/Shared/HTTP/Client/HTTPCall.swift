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
  /// nil: the whole answer is kept.
  package var stream: Stream?
  /// By which `HTTPClient.cancel` knows it; nobody else's within the client.
  package var tag: UInt64?

  /// How the body of a success is taken as it comes, whatever its size; any other is kept as a whole.
  package struct Stream: Sendable {
    /// The call times out where so much as nothing comes for that long.
    package var silence: Duration
    /// On the client's thread, which it may hold up where all that the client does is this. False ends the call.
    package var take: @Sendable ([UInt8]) -> Bool

    package init(silence: Duration, take: @escaping @Sendable ([UInt8]) -> Bool) {
      (self.silence, self.take) = (silence, take)
    }
  }

  package init(
    method: String = "GET", url: String, headers: [HTTPHeader] = [], body: [UInt8] = []
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
  }
}
