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
            ObjectOrder(request: request, name: parameters["name"], owner: owner, store: store))
        }
      })
  }

  /// Whose objects a request is about: the key's tenant, else the one that is named, else the only one.
  struct Owner {
    let tenant: Tenant
    /// Names of its senders for contents of Twilio's.
    let templates: ContentCatalog

    static let names: Set = ["app", "company"]

    init(
      of request: HTTPRequest, _ key: APIKey, _ senders: [SenderSettings]
    ) throws(FieldFaults) {
      let named: Tenant?
      switch (request.queryValue("app"), request.queryValue("company")) {
      case (let app?, let company?): named = Tenant(app: app, company: company)
      case (nil, nil): named = nil
      case (nil, _): throw FieldFaults("/app", "is needed beside company")
      case (_, nil): throw FieldFaults("/company", "is needed beside app")
      }
      if let own = key.tenant, let named, own != named {
        throw FieldFaults("/app", "is not the tenant of the key")
      }
      let tenants = Set(senders.map(\.sender.tenant))
      guard let tenant = key.tenant ?? named ?? (tenants.count == 1 ? tenants.first : nil) else {
        throw FieldFaults("/app", "is needed with company: the key may use those of every tenant")
      }
      self.tenant = tenant
      var templates: [String: [String: String]] = [:]
      for sender in senders where sender.sender.tenant == tenant {
        templates.merge(sender.templates) { $0.merging($1) { first, _ in first } }
      }
      self.templates = ContentCatalog(templates)
    }
  }
}
