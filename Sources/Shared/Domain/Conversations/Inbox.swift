/// How the people are answered who write to the senders of one tenant.
package struct Inbox: Hashable, Sendable {
  /// In the order of the settings.
  package var agents: [Agent]
  package var roles: [AgentRole]
  package var assistants: [Assistant] = []
  package var defaultAgent: String?
  package var defaultAssistant: String?
  package var assignment: Assignment
  /// nil: nothing is said by itself.
  package var texts: SetTexts?
  /// nil: somebody is there at any time.
  package var hours: OpeningHours?
  /// nil: agents are told by events and actions alone.
  package var notice: HandOverNotice?

  package init(
    agents: [Agent] = [], roles: [AgentRole] = [], defaultAgent: String? = nil,
    defaultAssistant: String? = nil, assignment: Assignment = Assignment()
  ) {
    (self.agents, self.roles, self.assignment) = (agents, roles, assignment)
    (self.defaultAgent, self.defaultAssistant) = (defaultAgent, defaultAssistant)
  }

  package func agent(_ name: String) -> Agent? { agents.first { $0.name == name } }

  package func assistant(_ name: String) -> Assistant? { assistants.first { $0.name == name } }
}
