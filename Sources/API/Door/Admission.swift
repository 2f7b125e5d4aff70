internal import Running
internal import Settings
internal import Domain
internal import HTTP
internal import Platform
internal import Time

/// Who may come in: a bearer key with the scope, within its rate.
final class Admission: Sendable {
  private let keys: KeyRing
  private let buckets: Locked<[Secret: TokenBucket]>
  private let now: @Sendable () -> Timestamp

  init(_ settings: Settings, _ keys: KeyRing, now: @escaping @Sendable () -> Timestamp) {
    self.keys = keys
    self.now = now
    let limited = settings.apiKeys.compactMap { key in
      key.rate.map { (key.key, TokenBucket($0, guardSpan: .zero)) }
    }
    buckets = Locked(Dictionary(limited) { first, _ in first })
  }

  func key(of request: HTTPRequest, for scope: APIKey.Scope) throws(Refused) -> APIKey {
    let scheme = "bearer "
    let header = request.headers.first("Authorization") ?? ""
    guard header.lowercased().hasPrefix(scheme),
      let key = keys.key(String(header.dropFirst(scheme.count)))
    else { throw .noKey }
    guard key.scopes.contains(scope) else { throw .scope(scope) }
    return key
  }

  /// What is over the rate is refused; a batch larger than what is left borrows from the future.
  func spend(_ count: Int, of key: APIKey) throws(Refused) {
    let now = now()
    let wait: Duration? = buckets.withLock { buckets in
      guard var bucket = buckets[key.key] else { return nil }
      guard bucket.room(at: now) > 0 else { return bucket.nextRoom(after: now) - now }
      bucket.take(count, at: now)
      buckets[key.key] = bucket
      return nil
    }
    if let wait { throw .rate(wait) }
  }

  enum Refused: Error {
    case noKey
    case scope(APIKey.Scope)
    case rate(Duration)

    var answer: HTTPAnswer {
      switch self {
      case .noKey:
        Problem(
          status: 401, title: "Unauthorized",
          detail: "An API key is needed: Authorization: Bearer KEY."
        ).answer(headers: [HTTPHeader("WWW-Authenticate", "Bearer")])
      case .scope(let scope):
        Problem(
          status: 403, title: "Forbidden", detail: "The key lacks the scope `\(scope.rawValue)`."
        ).answer
      case .rate(let wait):
        Problem(
          status: 429, title: "Too Many Requests",
          detail: "The key has reached its rate limit; Retry-After says how long to wait."
        ).answer(
          headers: [HTTPHeader("Retry-After", String(max(1, Int(wait.seconds.rounded(.up)))))])
      }
    }
  }
}
