package import Platform

/// A whole answer.
package struct HTTPAnswerReceived: Sendable {
  package let status: Int
  package let headers: [HTTPHeader]
  package let body: [UInt8]
  /// Microseconds since boot.
  package let gatePassedAt: RunningTime
  package let timings: Timings

  /// Since libcurl took the call.
  package struct Timings: Sendable {
    package let connected: Duration
    package let firstByte: Duration
    package let total: Duration
    /// Whether it went over a connection that had served before.
    package let isConnectionReused: Bool
  }
}
