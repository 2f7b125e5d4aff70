internal import Domain

extension Settings {
  /// Assistants were only names once, so one that there is not is no fault.
  var assistantWarnings: [String] {
    var warnings: [String] = []
    func check(_ name: String?, _ place: String, _ tenant: Tenant?) {
      guard let name else { return }
      let known = inboxes.assistants.filter { assistant in
        assistant.tenant.map { $0 == tenant } ?? true
      }
      guard !known.contains(where: { $0.name == name }) else { return }
      let whose = tenant.map { "of \($0)" } ?? "of every tenant"
      warnings.append(
        "\(place) is \(name), which is not in assistants \(whose): nobody answers there")
    }
    check(inboxes.common.defaultAssistant, "defaultAssistant", nil)
    for (tenant, terms) in inboxes.own.sorted(by: { $0.key.description < $1.key.description }) {
      check(terms.defaultAssistant, "tenants: \(tenant): defaultAssistant", tenant)
    }
    for role in inboxes.roles {
      check(role.assistant, "roles: \(role.name): assistant", role.tenant)
    }
    return warnings
  }
}
