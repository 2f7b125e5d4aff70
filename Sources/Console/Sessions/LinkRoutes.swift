internal import Domain
internal import HTTP
internal import JSON
internal import Running
internal import Settings
internal import Telemetry
internal import Time

/// `POST /api/console/links`: a way in for somebody who has no key, to what one tenant has.
struct LinkRoutes: Sendable {
  let sessions: Sessions
  let ring: KeyRing
  let limit: LogInLimit
  let links: Links
  let door: DoorContext

  static let path = "/api/console/links"

  func add(to router: inout Router, under prefix: String) {
    router.at("POST", prefix + Self.path) { head, _ in
      do throws(Problem) {
        let key = try key(of: head)
        guard key.scopes.contains(.admin) else {
          throw Problem(
            status: 403, title: "Forbidden", detail: "The key lacks the scope `admin`.")
        }
        return .buffer(limit: SessionRoutes.bodyLimit, from: .known) { request, responder in
          responder.answer(make(request, key))
        }
      } catch { return .answer(error.answer) }
    }
  }

  private func key(of head: HTTPRequest) throws(Problem) -> APIKey {
    guard let header = head.headers.first("Authorization") else {
      let found = try sessions.found(head)
      // What came by a link makes no other.
      guard found.session.grant == nil else { throw Self.noKey }
      return found.key
    }
    if limit.begin(head.peer.host, at: door.now()) != nil { throw Self.tooOften }
    guard header.lowercased().hasPrefix("bearer "), let key = ring.key(String(header.dropFirst(7)))
    else { throw Self.noKey }
    limit.succeeded(head.peer.host)
    return key
  }

  private static let noKey = Problem(
    status: 401, title: "Unauthorized",
    detail: "An API key is needed: Authorization: Bearer KEY, or a session of one.")
  private static let tooOften = Problem(
    status: 429, title: "Too Many Requests",
    detail: "There were too many attempts from this address; wait a minute.")

  private func make(_ request: HTTPRequest, _ key: APIKey) -> HTTPAnswer {
    let order: LinkOrder
    do throws(FieldFaults) { order = try LinkOrder(request.body, by: key) } catch {
      return Problem.ofFields(error).answer
    }
    let now = door.now()
    let session = Session(of: key, until: now + order.session, grant: order.grant)
    let until = now + order.link
    guard let token = links.make(session, until: until, at: now) else {
      return Problem(
        status: 503, title: "Service Unavailable",
        detail: "Too many links wait to be followed; try again later."
      ).answer(headers: [HTTPHeader("Retry-After", "60")])
    }
    door.log.info(
      "a link to the console was made",
      [
        "key": String(session.keyName.prefix(12)), "tenant": order.grant.tenant.description,
        "scopes": order.grant.scopes.map(\.rawValue).sorted().joined(separator: " "),
      ])
    // Behind the #, which no browser sends and no proxy logs.
    let body = JSONWriter.object { writer in
      writer.field("url", "\(sessions.places.origin)/#link=\(token)")
      writer.field("linkEndsAt", until.written)
      writer.field("sessionEndsAt", session.ends.written)
    }
    return HTTPAnswer(
      status: 201,
      headers: [
        HTTPHeader("Content-Type", "application/json"), HTTPHeader("Cache-Control", "no-store"),
      ], body: body)
  }
}
