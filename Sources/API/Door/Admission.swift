internal import Running
internal import Settings
internal import HTTP
internal import Time

/// Who may come in: a bearer key with the scope, within its rate; or a session that stands for one.
final class Admission: Sendable {
  private let keys: KeyRing
  private let rates: KeyRates
  private let session: SessionFinder?
  private let now: @Sendable () -> Timestamp

  init(
    _ keys: KeyRing, _ rates: KeyRates, session: SessionFinder?,
    now: @escaping @Sendable () -> Timestamp
  ) {
    (self.keys, self.rates, self.session, self.now) = (keys, rates, session, now)
  }

  func key(of request: HTTPRequest, for scope: APIKey.Scope) throws(Refused) -> APIKey {
    let key = try key(of: request)
    guard key.scopes.contains(scope) else { throw .scope(scope) }
    return key
  }

  var takesSessions: Bool { session != nil }

  /// Whether it would still come in, as the same tenant; it costs nothing of its rate.
  func admits(_ request: HTTPRequest, like former: APIKey) -> Bool {
    do throws(Refused) {
      return try key(of: request, for: .read).tenant == former.tenant
    } catch { return false }
  }

  /// A session counts only where no key is named.
  private func key(of request: HTTPRequest) throws(Refused) -> APIKey {
    guard let header = request.headers.first("Authorization") else {
      do throws(Problem) {
        if let key = try session?(request) { return key }
      } catch { throw .session(error) }
      throw .noKey
    }
    let scheme = "bearer "
    guard header.lowercased().hasPrefix(scheme),
      let key = keys.key(String(header.dropFirst(scheme.count)))
    else { throw .noKey }
    return key
  }

  func spend(_ count: Int, of key: APIKey) throws(Refused) {
    if let wait = rates.spend(count, of: key, at: now()) { throw .rate(wait) }
  }

  enum Refused: Error {
    case noKey
    case scope(APIKey.Scope)
    case rate(Duration)
    case session(Problem)

    var answer: HTTPAnswer {
      switch self {
      case .noKey:
        Problem(
          status: 401, title: "Unauthorized",
          detail: "An API key is needed: Authorization: Bearer KEY."
        ).answer(headers: [HTTPHeader("WWW-Authenticate", "Bearer")])
      case .session(let problem): problem.answer
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
