import Domain
import Testing

@testable import Settings

/// Who answers, as the settings say it.
@Suite struct InboxSettingsTests {
  private static let acme = Tenant(app: "crm", company: "acme")
  private static let beta = Tenant(app: "crm", company: "beta")

  @Test("a tenant has its own agents and those of all, and its own terms before the common ones")
  func tenants() throws {
    let settings = try SettingsTests.read(
      """
      {
        roles: [{ name: 'sales', assistant: 'seller' }],
        agents: [
          { name: 'bea', phone: '333 1000001', language: 'it', role: 'sales' },
          { name: 'carl', app: 'crm', company: 'acme' }, { name: 'carl', app: 'crm', company: 'beta' },
        ],
        defaultAgent: 'bea', defaultAssistant: 'first',
        assignment: { rules: [{ country: 'DE', words: 'invoice', role: 'sales' }], else: 'roundRobin' },
        tenants: [{ app: 'crm', company: 'acme', defaultAgent: 'carl', assignment: {} }],
        apiKeys: [{ key: 'k', scopes: ['send'], app: 'crm', company: 'acme', agent: 'carl' }],
      }
      """)
    let common = settings.inboxes.inbox(of: .none)
    #expect(common.agents.map(\.name) == ["bea"] && common.defaultAgent == "bea")
    #expect(common.agents.first?.phone?.e164 == "+393331000001")
    #expect(
      common.assignment
        == Assignment(
          [Assignment.Rule(.role("sales"), country: "DE", words: ["invoice"])],
          otherwise: .roundRobin))
    let acme = settings.inboxes.inbox(of: Self.acme)
    #expect(acme.agents.map(\.name) == ["bea", "carl"] && acme.defaultAgent == "carl")
    #expect(acme.defaultAssistant == "first" && acme.assignment == Assignment())
    #expect(settings.inboxes.inbox(of: Self.beta).defaultAgent == "bea")
    #expect(settings.apiKeys.first?.agent == "carl")
  }

  @Test(
    "what is wrong with agents is told with its place",
    arguments: [
      ("{agents: [{}]}", "agents[0].name: is missing: as conversations show it"),
      (
        "{agents: [{name: 'a/b'}]}",
        "agents[0].name: must have 1 to 64 characters, without a slash, a control character or outer spaces"
      ),
      (
        "{agents: [{name: 'Guest'}]}",
        "agents[0].name: must not be guest, which stands for nobody"
      ),
      ("{agents: [{name: 'a', phone: 'x'}]}", "agents[0].phone: x contains \"x\", which no phone number has"),
      (
        "{agents: [{name: 'a', language: 'Italian'}]}",
        "agents[0].language: must be a language such as it or pt_BR"
      ),
      ("{agents: [{name: 'a'}, {name: 'a'}]}", "agents: has two called a"),
      (
        "{agents: [{name: 'a'}, {name: 'a', app: 'x', company: 'y'}]}",
        "agents: has two called a"
      ),
      (
        "{agents: [{name: 'a', role: 'x'}], roles: [{name: 'y'}]}",
        "agents: a has the role x, which is not a role; the roles are y"
      ),
      (
        "{defaultAgent: 'a', agents: [{name: 'b'}]}",
        "defaultAgent: is a, which is not an agent of every tenant; those are b"
      ),
      (
        "{defaultAgent: 'a', agents: [{name: 'a', app: 'x', company: 'y'}]}",
        "defaultAgent: is a, which is not an agent of every tenant; those are none"
      ),
      (
        "{tenants: [{app: 'x', company: 'y', defaultAgent: 'a'}]}",
        "tenants: x/y: defaultAgent: is a, which is not an agent of x/y; those are none"
      ),
      ("{tenants: [{defaultAssistant: 'a'}]}", "tenants[0].app: is missing: whose terms these are"),
      (
        "{tenants: [{app: 'x', company: 'y'}, {app: 'x', company: 'y'}]}",
        "tenants[1]: is the second for x/y"
      ),
      (
        "{assignment: {rules: [{country: 'DE'}]}}",
        "assignment.rules[0].agent: is missing: an agent or a role"
      ),
      (
        "{assignment: {rules: [{role: 'x'}]}}",
        "assignment.rules[0].role: is x, which is not a role; the roles are none"
      ),
      (
        "{assignment: {rules: [{agent: 'a', country: 'Italy'}]}, agents: [{name: 'a'}]}",
        "assignment.rules[0].country: must be two capital letters such as IT"
      ),
      (
        "{assignment: {rules: [{agent: 'a', words: ['!']}]}, agents: [{name: 'a'}]}",
        "assignment.rules[0].words: must be words or phrases, each with a letter or a digit"
      ),
      (
        "{assignment: {else: 'random'}}",
        "assignment.else: must be \"default\" or \"roundRobin\""
      ),
      (
        "{apiKeys: [{key: 'k', scopes: ['send'], agent: 'a'}]}",
        "apiKeys: is a, which is not an agent of every tenant; those are none"
      ),
    ])
  func faults(text: String, fault: String) {
    #expect(SettingsTests.faults(text).contains(fault), "\(SettingsTests.faults(text))")
  }
}
