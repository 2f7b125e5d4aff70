/// Who is in charge of a conversation that begins.
package struct Charge: Hashable, Sendable {
  /// nil: nobody, who is shown as the guest.
  package var agent: String?
  package var assistant: String?
  /// Whoever of these is there has it, in turns. Where nobody is it is as above.
  package var turns: [Candidate]

  package init(_ agent: String? = nil, assistant: String? = nil, turns: [Candidate] = []) {
    (self.agent, self.assistant, self.turns) = (agent, assistant, turns)
  }

  package struct Candidate: Hashable, Sendable {
    package let agent: String
    /// Of the agent: `Tenant.none` for one who answers for every tenant.
    package let tenant: Tenant
    package let assistant: String?

    package init(_ agent: String, of tenant: Tenant, assistant: String? = nil) {
      (self.agent, self.tenant, self.assistant) = (agent, tenant, assistant)
    }
  }
}

extension Inbox {
  /// Of somebody who has not written before.
  package func charge(of message: FirstMessage) -> Charge {
    guard !agents.isEmpty else { return Charge(assistant: defaultAssistant) }
    let spoken = assignment.rules.isEmpty ? "" : message.spokenWords
    let target = assignment.rules.first { $0.fits(message, spoken) }?.target
    var charge = usual(message)
    switch target {
    case .agent(let name)?: return Charge(name, assistant: assistant(helping: agent(name)))
    case .role(let role)?: charge.turns = agents.filter { $0.role == role }.map(candidate)
    case nil where assignment.otherwise == .roundRobin: charge.turns = agents.map(candidate)
    case nil: break
    }
    return charge
  }

  private func usual(_ message: FirstMessage) -> Charge {
    let known =
      defaultAgent.flatMap { agent($0) } ?? agents.first { $0.writes(from: message.contact) }
    return Charge(known?.name, assistant: assistant(helping: known))
  }

  private func candidate(_ agent: Agent) -> Charge.Candidate {
    Charge.Candidate(
      agent.name, of: agent.tenant ?? .none, assistant: assistant(helping: agent))
  }

  private func assistant(helping agent: Agent?) -> String? {
    if let defaultAssistant { return defaultAssistant }
    guard let role = agent?.role else { return nil }
    return roles.first { $0.name == role }?.assistant
  }
}
