internal import Domain

extension SettingsChecks {
  /// Whatever names an agent or a role names one that there is. Senders may be made at run time.
  func checkInboxes() {
    let inboxes = settings.inboxes
    checkNames(inboxes)
    for agent in inboxes.agents {
      guard let role = agent.role else { continue }
      let known = inboxes.roles.filter { $0.tenant.map { $0 == agent.tenant } ?? true }
      guard !known.contains(where: { $0.name == role }) else { continue }
      list.add(
        "agents",
        "\(agent.name) has the role \(role), which is not a role; the roles are \(Self.listed(known.map(\.name)))"
      )
    }
    check(inboxes.common, at: "", of: nil)
    for (tenant, terms) in inboxes.own.sorted(by: { $0.key.description < $1.key.description }) {
      check(terms, at: "tenants: \(tenant): ", of: tenant)
    }
    for key in settings.apiKeys {
      guard let agent = key.agent else { continue }
      checkAgent(agent, "apiKeys", of: key.tenant)
    }
  }

  private func checkNames(_ inboxes: InboxSettings) {
    func check(_ kind: String, _ names: [(name: String, tenant: Tenant?)]) {
      for (place, item) in names.enumerated()
      where names[..<place].contains(where: { other in
        other.name == item.name
          && (other.tenant == nil || item.tenant == nil || other.tenant == item.tenant)
      }) {
        list.add(kind, "has two called \(item.name)")
      }
    }
    check("agents", inboxes.agents.map { ($0.name, $0.tenant) })
    check("roles", inboxes.roles.map { ($0.name, $0.tenant) })
    check("assistants", inboxes.assistants.map { ($0.name, $0.tenant) })
  }

  private func check(_ terms: InboxSettings.Terms, at place: String, of tenant: Tenant?) {
    if let agent = terms.defaultAgent { checkAgent(agent, place + "defaultAgent", of: tenant) }
    for (number, rule) in (terms.assignment?.rules ?? []).enumerated() {
      let place = "\(place)assignment.rules[\(number)]"
      switch rule.target {
      case .agent(let agent): checkAgent(agent, place + ".agent", of: tenant)
      case .role(let role):
        let known = settings.inboxes.roles.filter { role in
          role.tenant.map { $0 == tenant } ?? true
        }.map(\.name)
        if !known.contains(role) {
          list.add(
            place + ".role", "is \(role), which is not a role; the roles are \(Self.listed(known))")
        }
      }
    }
  }

  /// What stands for every tenant can only name those who answer for every tenant.
  private func checkAgent(_ name: String, _ place: String, of tenant: Tenant?) {
    let known = settings.inboxes.agents.filter { agent in
      agent.tenant.map { $0 == tenant } ?? true
    }.map(\.name)
    guard !known.contains(name) else { return }
    let whose = tenant.map { "of \($0)" } ?? "of every tenant"
    list.add(
      place, "is \(name), which is not an agent \(whose); those are \(Self.listed(known))")
  }

  private static func listed(_ names: [String]) -> String {
    names.isEmpty ? "none" : names.sorted().joined(separator: ", ")
  }
}
