internal import Platform
internal import Time

/// Sessions that were logged out of before their time: a cookie that somebody copied ends with them.
final class EndedSessions: Sendable {
  /// Logging out takes a session, so nobody gets here faster than they log in.
  static let most = 10_000

  private let ends = Locked<[String: Timestamp]>([:])

  func add(_ session: Session, at now: Timestamp) {
    ends.withLock { ends in
      if ends.count >= Self.most { ends = ends.filter { $0.value > now } }
      if ends.count >= Self.most, let first = ends.min(by: { $0.value < $1.value }) {
        ends[first.key] = nil
      }
      ends[session.id] = session.ends
    }
  }

  func contains(_ session: Session) -> Bool { ends.withLock { $0[session.id] != nil } }
}
