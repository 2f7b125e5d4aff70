internal import Domain
internal import HTTP
internal import JSON
internal import Running
internal import SendStore
internal import Settings

/// Messages that have a name: saved once, checked for each provider, sent by name.
struct ObjectRoutes: Sendable {
  let context: APIContext

  private static let (all, one) = ("/api/objects", "/api/objects/{name}")
  static let pageLimit = 100

  func add(to router: inout Router) {
    add("GET", Self.all, .read, to: &router) { order throws in try order.list() }
    add("POST", Self.all, .send, to: &router) { order throws in try order.create() }
    add("GET", Self.one, .read, to: &router) { order throws in try order.show() }
    add("PUT", Self.one, .send, to: &router) { order throws in try order.put() }
    add("DELETE", Self.one, .send, to: &router) { order throws in try order.remove() }
  }

  private func add(
    _ method: String, _ path: String, _ scope: APIKey.Scope, to router: inout Router,
    _ body: @escaping @Sendable (ObjectOrder) throws -> HTTPAnswer
  ) {
    router.at(
      method, context.prefix + path,
      context.requests.door(scope) { request, parameters, key, responder in
        context.requests.desk.answer(responder) { store in
          let owner: Owner
          do throws(FieldFaults) {
            owner = try Owner(of: request, key, context.settings.senders)
          } catch { return SendAnswer.refused(error).answer }
          return try body(
            ObjectOrder(
              request: request, name: parameters["name"], tenant: owner.tenant,
              templates: templates(of: owner.tenant), store: store))
        }
      })
  }

  /// Names of the tenant's senders for contents of Twilio's.
  private func templates(of tenant: Tenant) -> ContentCatalog {
    var templates: [String: [String: String]] = [:]
    for sender in context.settings.senders where sender.sender.tenant == tenant {
      templates.merge(sender.templates) { $0.merging($1) { first, _ in first } }
    }
    return ContentCatalog(templates)
  }
}
