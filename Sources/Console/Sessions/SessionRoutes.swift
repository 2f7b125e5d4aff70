internal import Domain
internal import HTTP
internal import JSON
internal import Running
internal import Settings
internal import Telemetry
internal import Time

/// Logging in and out, and who is logged in.
struct SessionRoutes: Sendable {
  let sessions: Sessions
  let ring: KeyRing
  let limit: LogInLimit
  let links: Links
  let door: DoorContext
  let isDemo: Bool

  static let path = "/session"
  static let bodyLimit = 4 << 10

  func add(to router: inout Router) {
    router.at("POST", Self.path) { head, _ in opened(head) { logIn($0) } }
    router.at("POST", Self.path + "/link") { head, _ in opened(head) { follow($0) } }
    router.at("GET", Self.path) { head, _ in .answer(show(head)) }
    router.at("DELETE", Self.path) { head, _ in .answer(logOut(head)) }
    router.at("POST", Self.path + "/revealed") { head, _ in
      do throws(Problem) {
        let found = try sessions.found(head)
        return .buffer(limit: Self.bodyLimit, from: .known) { request, responder in
          responder.answer(reveal(request, found))
        }
      } catch { return .answer(error.answer) }
    }
  }

  /// For those who have no session yet: our own pages only, and not too often.
  private func opened(
    _ head: HTTPRequest, _ body: @escaping @Sendable (HTTPRequest) -> HTTPAnswer
  ) -> BodyPlan {
    if let refusal = OwnCalls.refusal(of: head, at: sessions.places) {
      return .answer(refusal.answer)
    }
    if let wait = limit.wait(head.peer.host, at: door.now()) {
      return .answer(Self.tooOften(wait))
    }
    return .buffer(limit: Self.bodyLimit) { request, responder in
      if let wait = limit.begin(head.peer.host, at: door.now()) {
        return responder.answer(Self.tooOften(wait))
      }
      responder.answer(body(request))
    }
  }

  private static func tooOften(_ wait: Duration) -> HTTPAnswer {
    Problem(
      status: 429, title: "Too Many Requests",
      detail: "There were too many attempts from this address; wait a minute."
    ).answer(
      headers: [HTTPHeader("Retry-After", String(max(1, Int(wait.seconds.rounded(.up)))))])
  }

  // MARK: In

  private func logIn(_ request: HTTPRequest) -> HTTPAnswer {
    guard let given = Self.text("key", of: request) else {
      return Self.fault("/key", "must be the key as text")
    }
    guard let key = ring.key(given) else {
      return failed(request, "/key", "is no key of the settings")
    }
    guard key.scopes.contains(.read) else {
      return failed(
        request, "/key", "lacks the scope `read`, without which there is nothing to see")
    }
    let session = Session(of: key, until: door.now() + Session.length)
    door.log.info(
      "somebody logged in to the console", ["key": Self.short(session), "from": request.peer.host])
    return entered(session, request)
  }

  private func follow(_ request: HTTPRequest) -> HTTPAnswer {
    guard let token = Self.text("token", of: request) else {
      return Self.fault("/token", "must be what stands in the link")
    }
    guard let session = links.exchange(token, at: door.now()) else {
      return failed(
        request, "/token", "was used, is too old, or is not ours: ask for another"
      )
    }
    door.log.info(
      "somebody followed a link to the console",
      ["key": Self.short(session), "from": request.peer.host])
    return entered(session, request)
  }

  private func entered(_ session: Session, _ request: HTTPRequest) -> HTTPAnswer {
    limit.succeeded(request.peer.host)
    let left = Int((session.ends - door.now()).seconds)
    guard let field = sessions.cookie.field(of: session, lasting: left) else { return .tryLater }
    return HTTPAnswer(status: 204, headers: [field, Self.noStore])
  }

  private func failed(
    _ request: HTTPRequest, _ pointer: String, _ detail: String
  ) -> HTTPAnswer {
    if let leftOut = door.throttle.pass("console log-in") {
      door.log.warning(
        "a log-in to the console failed", ["from": request.peer.host, "leftOut": leftOut])
    }
    return Self.fault(pointer, detail)
  }

  // MARK: While it lasts

  private func show(_ request: HTTPRequest) -> HTTPAnswer {
    do throws(Problem) {
      let found = try sessions.found(request)
      let body = JSONWriter.object { writer in
        writer.name("scopes")
        writer.array { list in
          for scope in found.key.scopes.map(\.rawValue).sorted() { list.value(scope) }
        }
        writer.field("app", found.key.tenant?.app)
        writer.field("company", found.key.tenant?.company)
        writer.field("agent", found.key.agent)
        writer.field("link", found.session.grant != nil)
        if isDemo { writer.field("demo", true) }
        writer.field("endsAt", found.session.ends.written)
      }
      return HTTPAnswer(json: body).adding(Self.noStore)
    } catch { return error.answer.adding(Self.noStore) }
  }

  private func logOut(_ request: HTTPRequest) -> HTTPAnswer {
    do throws(Problem) {
      sessions.end(try sessions.found(request).session)
      return HTTPAnswer(status: 204, headers: [sessions.cookie.clearing, Self.noStore])
    } catch {
      return error.status == 401 ? error.answer.adding(sessions.cookie.clearing) : error.answer
    }
  }

  /// Whose number somebody wanted to see whole: the log has who and of what, never the number.
  private func reveal(_ request: HTTPRequest, _ found: Sessions.Found) -> HTTPAnswer {
    guard let kind = Self.text("of", of: request), Self.revealed.contains(kind) else {
      return Self.fault("/of", "must be send, conversation or doubt")
    }
    guard let id = Self.text("id", of: request), Self.isID(id) else {
      return Self.fault("/id", "must be an id")
    }
    door.log.info(
      "a number was revealed in the console",
      [
        "key": Self.short(found.session), "agent": found.key.agent ?? "", "of": kind, "id": id,
        "from": request.peer.host,
      ])
    return HTTPAnswer(status: 204, headers: [Self.noStore])
  }

  private static let revealed: Set = ["send", "conversation", "doubt"]

  private static func isID(_ text: String) -> Bool {
    (1...64).contains(text.utf8.count)
      && text.utf8.allSatisfy { hexDigits.contains($0) || $0 == UInt8(ascii: "-") }
  }

  private static let hexDigits = Set("0123456789abcdefABCDEF".utf8)

  // MARK: Parts

  private static let noStore = HTTPHeader("Cache-Control", "no-store")

  private static func short(_ session: Session) -> String { String(session.keyName.prefix(12)) }

  private static func text(_ name: String, of request: HTTPRequest) -> String? {
    JSONValue(whole: request.body).flatMap { $0.kind == .object ? $0[name]?.string : nil }
  }

  private static func fault(_ pointer: String, _ detail: String) -> HTTPAnswer {
    Problem.ofFields(FieldFaults(pointer, detail)).answer.adding(noStore)
  }
}
