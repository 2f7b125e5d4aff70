package import Platform

/// What became of a call. The question it answers is whether the request may have gone out.
package enum HTTPOutcome: Sendable {
  case answered(HTTPAnswerReceived)
  /// No byte of the request reached the other side.
  case notSent(NotSentReason)
  /// It may have been received and acted on; no answer says so.
  case unknown(UnknownReason, gatePassedAt: RunningTime)

  /// When the gate passed, in microseconds since boot; nil where nothing was sent.
  package var gatePassedAt: RunningTime? {
    switch self {
    case .answered(let answer): answer.gatePassedAt
    case .unknown(_, let time): time
    case .notSent: nil
    }
  }

  /// What a circuit breaker counts; nil for an answer, and for what the host had no part in.
  package var hostFailure: HostFailure? {
    switch self {
    case .answered: nil
    case .notSent(let reason): reason.hostFailure
    case .unknown(let reason, _): reason.hostFailure
    }
  }
}

package enum HostFailure: Sendable, Equatable {
  case connection
  case timeout
  case other
}

package enum NotSentReason: Sendable, Equatable {
  case refusedAtGate
  /// It was to go to public addresses alone.
  case privateAddress
  case nameNotResolved
  case connectFailed
  case connectTimedOut
  case tlsFailed
  /// The time was over before a connection was free.
  case noConnectionFree
  case cancelled
  /// The URL, the method or a header cannot be sent.
  case invalidCall
  /// libcurl's own code.
  case other(Int)

  package var hostFailure: HostFailure? {
    switch self {
    case .refusedAtGate, .privateAddress, .noConnectionFree, .cancelled, .invalidCall: nil
    case .nameNotResolved, .connectFailed, .tlsFailed: .connection
    case .connectTimedOut: .timeout
    case .other: .other
    }
  }
}

package enum UnknownReason: Sendable, Equatable {
  case cut
  case timedOut
  /// What came back is not HTTP.
  case garbage
  case answerTooLarge
  /// The connection died and libcurl was about to repeat the request.
  case repetitionRefused
  case cancelled
  /// libcurl's own code.
  case other(Int)

  package var hostFailure: HostFailure? {
    switch self {
    case .cut, .repetitionRefused: .connection
    case .timedOut: .timeout
    case .garbage, .answerTooLarge, .other: .other
    case .cancelled: nil
    }
  }
}
