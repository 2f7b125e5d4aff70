/// A person of ours who answers people.
package struct Agent: Hashable, Sendable {
  package let name: String
  /// nil: they answer for every tenant.
  package let tenant: Tenant?
  /// By which they are known where they write to us themselves.
  package let phone: PhoneNumber?
  /// What is said in their name by itself is said in it.
  package let language: String?
  package let role: String?

  package init(
    _ name: String, of tenant: Tenant? = nil, phone: PhoneNumber? = nil, language: String? = nil,
    role: String? = nil
  ) {
    (self.name, self.tenant, self.phone) = (name, tenant, phone)
    (self.language, self.role) = (language, role)
  }

  /// As is shown where nobody is in charge; no agent has that name.
  package static let guest = "guest"

  package func serves(_ tenant: Tenant) -> Bool { self.tenant.map { $0 == tenant } ?? true }

  /// Whether it is they who write from there, in whichever form their number comes.
  func writes(from address: PersonAddress) -> Bool {
    guard let phone else { return false }
    return ([phone] + phone.variants).contains { $0.e164 == address.text }
  }
}

/// What several agents have in common.
package struct AgentRole: Hashable, Sendable {
  package let name: String
  /// nil: it is for the agents of every tenant.
  package let tenant: Tenant?
  /// Which assistant helps them, where nobody says another.
  package let assistant: String?

  package init(_ name: String, of tenant: Tenant? = nil, assistant: String? = nil) {
    (self.name, self.tenant, self.assistant) = (name, tenant, assistant)
  }

  package func serves(_ tenant: Tenant) -> Bool { self.tenant.map { $0 == tenant } ?? true }
}
