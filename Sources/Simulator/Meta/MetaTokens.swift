internal import Crypto
internal import Forms
internal import HTTP
internal import JSON
internal import Time

/// The access tokens of an app and how long each lives.
struct TokenBook: Sendable {
  struct Life: Sendable {
    let issuedAt: Int64
    /// nil: it never ends.
    let expiresAt: Int64?

    func isOver(at now: Int64) -> Bool { expiresAt.map { now >= $0 } ?? false }
  }

  private var lives: [String: Life]
  private var usedCodes: Set<String> = []
  private var codes = 0
  private let first: String

  init(_ app: MetaApp, at now: Int64) {
    first = app.token
    let expiry = app.tokenLife.map { now + $0.microseconds }
    lives = [app.token: Life(issuedAt: now, expiresAt: expiry)]
  }

  subscript(token: String) -> Life? { lives[token] }

  /// The one that is `token`, found in a time that tells nothing about it.
  func life(of token: String) -> Life? {
    let given = Array(token.utf8)
    return lives.first { equalInConstantTime(Array($0.key.utf8), given) }?.value
  }

  /// Another token, for sixty days; those that there are go on until their own ends.
  mutating func issue(at now: Int64) -> (token: String, life: Life) {
    let token = "\(first)-\(lives.count)"
    let life = Life(issuedAt: now, expiresAt: now + 60 * World.day)
    lives[token] = life
    return (token, life)
  }

  /// False where there is no such token.
  mutating func revoke(_ token: String, at now: Int64) -> Bool {
    guard let life = lives[token] else { return false }
    lives[token] = Life(issuedAt: life.issuedAt, expiresAt: now)
    return true
  }

  /// Each log-in gives another one.
  mutating func nextCode() -> String {
    codes += 1
    return "code-\(codes)-\(first.utf8.count)"
  }

  /// False for a code that was used before.
  mutating func use(code: String) -> Bool { usedCodes.insert(code).inserted }
}

/// Exchange and inspection of access tokens.
extension World {
  /// The app whose token it is. An app's own token opens nothing but its subscriptions.
  func holder(
    of token: String, _ path: [Substring], at now: Int64
  ) throws(MetaRefusal) -> Int {
    for app in apps.indices {
      guard let life = apps[app].tokens.life(of: token) else { continue }
      guard !life.isOver(at: now) else { throw .expired }
      return app
    }
    let own = settings.meta.firstIndex { "\($0.id)|\($0.secret)" == token }
    guard let own, path.last == "subscriptions" else { throw .badToken }
    return own
  }

  mutating func exchangeToken(
    _ request: HTTPRequest, at now: Int64
  ) throws(MetaRefusal) -> HTTPAnswer {
    let app = settings.meta.firstIndex { $0.id == request.queryValue("client_id") }
    guard let app else { throw MetaRefusal(101, "Error validating application") }
    guard request.queryValue("client_secret") == settings.meta[app].secret else {
      throw MetaRefusal(1, "Error validating client secret.")
    }
    if let code = request.queryValue("code"), !code.isEmpty {
      guard apps[app].tokens.use(code: code) else {
        throw .parameter("This authorization code has been used.")
      }
      return issueToken(app, at: now)
    }
    switch request.queryValue("grant_type") {
    case "client_credentials":
      let own = settings.meta[app]
      return HTTPAnswer(
        json: JSONWriter.object { writer in
          writer.field("access_token", "\(own.id)|\(own.secret)")
          writer.field("token_type", "bearer")
        })
    case "fb_exchange_token":
      let life = request.queryValue("fb_exchange_token").flatMap(apps[app].tokens.life)
      guard let life, !life.isOver(at: now), !isExpired(at: now) else { throw .expired }
      return issueToken(app, at: now)
    default: throw .parameter("grant_type must be fb_exchange_token or client_credentials")
    }
  }

  /// The log-in of a person who agrees at once.
  mutating func dialog(_ request: HTTPRequest) throws(MetaRefusal) -> HTTPAnswer {
    let app = settings.meta.firstIndex { $0.id == request.queryValue("client_id") }
    guard let app, let back = request.queryValue("redirect_uri") else {
      throw .parameter("client_id or redirect_uri is wrong")
    }
    let pairs = [
      (name: "code", value: apps[app].tokens.nextCode()),
      (name: "state", value: request.queryValue("state") ?? ""),
    ]
    let query = String(decoding: FormPair.encoded(pairs), as: UTF8.self)
    return HTTPAnswer(
      status: 302,
      headers: [HTTPHeader("Location", "\(back)\(back.contains("?") ? "&" : "?")\(query)")])
  }

  mutating func revokeToken(
    _ request: HTTPRequest, at now: Int64
  ) throws(MetaRefusal) -> HTTPAnswer {
    let app = settings.meta.firstIndex { $0.id == request.queryValue("client_id") }
    guard let app, request.queryValue("client_secret") == settings.meta[app].secret else {
      throw MetaRefusal(1, "Error validating client secret.")
    }
    guard let by = request.queryValue("access_token"),
      let life = apps[app].tokens.life(of: by), !life.isOver(at: now)
    else { throw .badToken }
    guard apps[app].tokens.revoke(request.queryValue("revoke_token") ?? "", at: now) else {
      throw .parameter("revoke_token is no token")
    }
    return .success
  }

  /// Every user of the app is one who may make tokens.
  mutating func mintToken(
    _ user: String, _ app: Int, _ request: HTTPRequest, at now: Int64
  ) throws(MetaRefusal) -> HTTPAnswer {
    guard user == Demo.systemUser else { throw .unknownObject(user) }
    let parameters = try GraphParameters(request)
    guard parameters.text("business_app") == settings.meta[app].id,
      parameters.text("scope")?.isEmpty == false, parameters.text("appsecret_proof") != nil
    else { throw .parameter("business_app, scope and appsecret_proof are required") }
    return issueToken(app, at: now)
  }

  private mutating func issueToken(_ app: Int, at now: Int64) -> HTTPAnswer {
    let token = apps[app].tokens.issue(at: now).token
    return HTTPAnswer(
      json: JSONWriter.object { writer in
        writer.field("access_token", token)
        writer.field("token_type", "bearer")
        writer.field("expires_in", 60 * 86400)
      })
  }

  func debugToken(_ request: HTTPRequest, at now: Int64) throws(MetaRefusal) -> HTTPAnswer {
    let asker = request.queryValue("access_token") ?? ""
    let app = settings.meta.indices.first { index in
      let own = settings.meta[index]
      return "\(own.id)|\(own.secret)" == asker || apps[index].tokens.life(of: asker) != nil
    }
    guard let app else { throw .badToken }
    let life = request.queryValue("input_token").flatMap(apps[app].tokens.life)
    let isValid = life?.isOver(at: now) == false && !isExpired(at: now)
    return HTTPAnswer(
      json: JSONWriter.object { writer in
        writer.name("data")
        writer.object { writer in
          writeToken(app, life ?? TokenBook.Life(issuedAt: start, expiresAt: nil), to: &writer)
          writer.field("is_valid", isValid)
          guard !isValid else { return }
          writer.name("error")
          writer.object { writer in
            writer.field("code", 190)
            writer.field("message", "Error validating access token")
            writer.field("subcode", 463)
          }
        }
      })
  }

  private func writeToken(_ app: Int, _ life: TokenBook.Life, to writer: inout JSONWriter) {
    let own = settings.meta[app]
    writer.field("app_id", own.id)
    writer.field("type", "SYSTEM_USER")
    writer.field("issued_at", life.issuedAt / 1_000_000)
    writer.field("expires_at", (life.expiresAt ?? 0) / 1_000_000)
    writer.field("data_access_expires_at", life.issuedAt / 1_000_000 + 7_776_000)
    writer.field("user_id", Demo.systemUser)
    writer.name("scopes")
    writer.array { writer in for scope in own.scopes { writer.value(scope) } }
    let reach = own.accounts.map(\.id).filter { !own.beyondReach.contains($0) }
    writer.list("granular_scopes", own.scopes) { writer, scope in
      writer.field("scope", scope)
      writer.name("target_ids")
      writer.array { writer in for id in reach { writer.value(id) } }
    }
  }

  private func isExpired(at now: Int64) -> Bool {
    desk.entries.contains { entry in
      entry.fault.kind == .tokenExpired && entry.fault.provider != "twilio"
        && entry.isActive(at: now)
    }
  }
}
