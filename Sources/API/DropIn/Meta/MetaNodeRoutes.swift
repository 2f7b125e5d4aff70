internal import Domain
internal import HTTP
internal import JSON
internal import Providers
internal import Running
internal import Settings

/// `/v{version}/{node}`: a number, as Meta tells of it, or a file. What else Meta's graph has is refused by its name.
struct MetaNodeRoutes: Sendable {
  private let context: APIContext
  private let callers: MetaCallers
  private let media: MetaMediaRoutes
  private let passing: MetaPassing

  init(_ context: APIContext, _ callers: MetaCallers, _ media: MetaMediaRoutes) {
    (self.context, self.callers, self.media) = (context, callers, media)
    passing = MetaPassing(context.providers)
  }

  func add(to router: inout Router) {
    let prefix = context.prefix
    router.at("GET", prefix + MetaPaths.node) { head, parameters in
      do throws(MetaRefused) { return try look(head, parameters) } catch {
        return .answer(error.answer)
      }
    }
    router.at("DELETE", prefix + MetaPaths.node) { head, parameters in
      do throws(MetaRefused) {
        let asked = try media.asked(parameters["node"], head, parameters, .send)
        return .buffer(limit: Self.bodyLimit, from: .known) { _, responder in
          media.forget(asked, responder)
        }
      } catch { return .answer(error.answer) }
    }
    router.at("POST", prefix + MetaPaths.node) { head, parameters in
      .answer(refused(head, parameters, .send, "POST /{id}").answer)
    }
    for (method, scope) in [("GET", APIKey.Scope.read), ("POST", .send), ("DELETE", .send)] {
      router.at(method, prefix + MetaPaths.edge) { head, parameters in
        let edge = (parameters["edge"] ?? "").prefix(64)
        return .answer(refused(head, parameters, scope, "\(method) /{id}/\(edge)").answer)
      }
    }
  }

  private static let bodyLimit = 8 << 10

  private func refused(
    _ head: HTTPRequest, _ parameters: RouteParameters, _ scope: APIKey.Scope, _ what: String
  ) -> MetaRefused {
    do throws(MetaRefused) { _ = try callers.caller(of: head, parameters, for: scope) } catch {
      return error
    }
    return .parameter("\(what) is not served here: see docs/drop-in.md")
  }

  private func look(
    _ head: HTTPRequest, _ parameters: RouteParameters
  ) throws(MetaRefused) -> BodyPlan {
    let caller = try callers.caller(of: head, parameters, for: .read)
    try callers.spend(1, of: caller)
    let node = parameters["node"] ?? ""
    if let number = caller.number(node) {
      let fields = MetaNumberFields(head.queryValue("fields"))
      return .buffer(limit: 0, from: .known) { _, responder in
        passing.answer(responder) { asking throws(MetaRefused) in
          try fields.look(at: number, by: asking)
        }
      }
    }
    let asked = try media.asked(node, head, caller)
    let version = parameters["version"] ?? ""
    return .buffer(limit: 0, from: .known) { request, responder in
      media.look(asked, request, version: version, responder)
    }
  }
}
