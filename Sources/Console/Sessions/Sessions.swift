internal import Domain
internal import HTTP
internal import Running
internal import Settings
internal import Time

/// Who is logged in, by these settings: a session counts for as long as its key stands in them.
struct Sessions: Sendable {
  let cookie: SessionCookie
  let places: OwnPlaces
  private let keys: [String: APIKey]
  private let ended: EndedSessions
  private let now: @Sendable () -> Timestamp

  init(
    _ settings: Settings, _ cookie: SessionCookie, at places: OwnPlaces, _ ended: EndedSessions,
    now: @escaping @Sendable () -> Timestamp
  ) {
    (self.cookie, self.places, self.ended, self.now) = (cookie, places, ended, now)
    let named = settings.apiKeys.filter { !$0.key.isEmpty }.map { (Session.name(of: $0), $0) }
    keys = Dictionary(named) { first, _ in first }
  }

  /// The key that a request of our pages stands for; nil where nobody is logged in.
  var finder: SessionFinder {
    { request throws(Problem) -> APIKey? in
      guard cookie.isThere(in: request) else { return nil }
      return try found(request).key
    }
  }

  struct Found: Sendable {
    let session: Session
    let key: APIKey
  }

  func found(_ request: HTTPRequest) throws(Problem) -> Found {
    if let refusal = OwnCalls.refusal(of: request, at: places) { throw refusal }
    guard let session = cookie.session(of: request), session.ends > now(),
      !ended.contains(session), let key = keys[session.keyName],
      let narrowed = session.narrowed(key)
    else { throw Self.over }
    return Found(session: session, key: narrowed)
  }

  func end(_ session: Session) { ended.add(session, at: now()) }

  private static let over = Problem(
    status: 401, title: "Unauthorized", detail: "The session is over; log in again.")
}
