internal import Domain
internal import HTTP
internal import JSON
internal import Running
internal import SendStore
internal import Settings
internal import Store
internal import Time

/// Who of ours answers people, and whether they are there.
struct AgentRoutes: Sendable {
  let context: APIContext

  private static let all = "/api/agents"

  func add(to router: inout Router) {
    router.at(
      "GET", context.prefix + Self.all,
      context.requests.door(.read) { _, _, key, responder in
        context.requests.desk.answer(responder) { store in try list(key, store) }
      })
    router.at(
      "PUT", context.prefix + Self.all + "/{name}/presence",
      context.requests.door(.send) { request, parameters, key, responder in
        let name = parameters["name"] ?? ""
        context.requests.desk.answer(responder) { store in
          try tell(name, request, key, store)
        }
      })
  }

  /// A tenant sees its own agents and those of all.
  private func agents(for key: APIKey) -> [Agent] {
    context.settings.inboxes.agents.filter { agent in key.tenant.map { agent.serves($0) } ?? true }
  }

  private func list(_ key: APIKey, _ store: SendStore) throws -> HTTPAnswer {
    let presences = try store.presences()
    let open = try store.openConversations(of: key.tenant)
    return HTTPAnswer(
      json: JSONWriter.object { writer in
        writer.name("agents")
        writer.array { list in
          for agent in agents(for: key) {
            list.object { Self.write(agent, presences, open: open, to: &$0) }
          }
        }
      })
  }

  private func tell(
    _ name: String, _ request: HTTPRequest, _ key: APIKey, _ store: SendStore
  ) throws -> HTTPAnswer {
    let found = agents(for: key).filter { $0.name == name }
    guard let agent = found.first else { return .notFound }
    guard let root = try KeyedRequests.object(request) else {
      return SendAnswer.unreadable("The body must be an object.").answer
    }
    var faults = FieldFaults()
    let reader = FieldReader(root)
    reader.refuseFields(except: ["present"], &faults)
    let isPresent = reader.flag("present", &faults)
    if isPresent == nil, faults.isEmpty { faults.add("/present", "is needed: true or false") }
    if found.count > 1 {
      faults.add("", "several tenants have an agent called \(name): use a key of one of them")
    } else if agent.tenant != key.tenant, key.tenant != nil, key.agent != name {
      // Other tenants would notice it.
      faults.add(
        "", "\(name) answers for every tenant: use a key without a tenant, or one of \(name)")
    }
    guard let isPresent, faults.isEmpty else { return SendAnswer.refused(faults).answer }
    try store.tell(agent: name, of: agent.tenant ?? .none, isPresent: isPresent)
    let (presences, open) = (
      try store.presences(), try store.openConversations(of: key.tenant)
    )
    return HTTPAnswer(
      json: JSONWriter.object { Self.write(agent, presences, open: open, to: &$0) })
  }

  private static func write(
    _ agent: Agent, _ presences: [Presence], open: [Tenant: [String: Int]],
    to writer: inout JSONWriter
  ) {
    let presence = presences.first {
      $0.agent == agent.name && $0.tenant == agent.tenant ?? .none
    }
    writer.field("name", agent.name)
    writer.field("app", agent.tenant?.app)
    writer.field("company", agent.tenant?.company)
    writer.field("language", agent.language)
    writer.field("role", agent.role)
    writer.field("present", presence?.isPresent ?? false)
    writer.field("presentSince", presence.flatMap { $0.isPresent ? $0.since.description : nil })
    writer.field(
      "openConversations",
      open.reduce(0) { $0 + (agent.serves($1.key) ? $1.value[agent.name] ?? 0 : 0) })
  }
}
