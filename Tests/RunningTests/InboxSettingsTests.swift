import Domain
import Testing
import Time

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

  @Test("texts, hours and notices are the tenant's own, else those of all")
  func texts() throws {
    let settings = try SettingsTests.read(
      """
      {
        texts: { greeting: { it: 'Ciao' } },
        hours: { zone: 'Europe/Rome', mon: ['09:00-13:00', '14:00-18:00'], closed: ['2026-12-28'] },
        handOverNotice: { template_name: 'n', language_code: 'it', parameters: ['{text}'], sender: 'x' },
        tenants: [
          { app: 'crm', company: 'acme', texts: { waiting: { en: 'Wait' } } },
          { app: 'crm', company: 'beta', hours: { zone: 'UTC', sun: '00:00-24:00' } },
        ],
      }
      """)
    let (common, acme) = (settings.inboxes.inbox(of: .none), settings.inboxes.inbox(of: Self.acme))
    #expect(common.texts?.text(.greeting, in: []) == "Ciao")
    #expect(common.texts?.text(.waiting, in: ["it"])?.hasPrefix("Grazie") == true)
    #expect(acme.texts == SetTexts([.waiting: ["en": "Wait"]]))
    let monday = try #require(Timestamp(rfc3339: "2026-11-23T08:30:00Z"))
    #expect(common.hours?.isOpen(at: monday) == true && acme.hours == common.hours)
    #expect(common.hours?.isOpen(at: monday + .seconds(35 * 86_400)) == false)
    #expect(settings.inboxes.inbox(of: Self.beta).hours?.isOpen(at: monday) == false)
    let notice = HandOverNotice("n", in: "it", parameters: ["{text}"], from: SenderID("x"))
    #expect(common.notice == notice && acme.notice == notice)
    #expect(try SettingsTests.read("{}").inboxes.inbox(of: .none).texts == nil)
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
      (
        "{agents: [{name: 'a', phone: 'x'}]}",
        "agents[0].phone: x contains \"x\", which no phone number has"
      ),
      (
        "{agents: [{name: 'a', language: 'Italian'}]}",
        "agents[0].language: must be a language such as it or pt_BR"
      ),
      ("{handOverNotice: {}}", "handOverNotice.template_name: is missing: the template's name"),
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
      ("{texts: {waitng: {}}}", "texts.waitng: is not a setting, did you mean waiting?"),
      (
        "{texts: {away: {italian: 'x'}}}",
        "texts.away.italian: is not a language such as it or pt_BR"
      ),
      ("{texts: {away: {it: ' '}}}", "texts.away.it: must have 1 to 750 characters"),
      ("{texts: 'x'}", "texts: must be an object, not a string"),
      (
        "{hours: {mon: '09:00-18:00'}}",
        "hours.zone: is missing: whose clocks count, such as Europe/Rome"
      ),
      (
        "{hours: {zone: 'Europe/rome', mon: '09:00-18:00'}}",
        "hours.zone: must be written Europe/Rome"
      ),
      (
        "{hours: {zone: 'Europe/Rome'}}",
        "hours: has no day: mon, tue, wed, thu, fri, sat, sun"
      ),
      (
        "{hours: {zone: 'Europe/Rome', mon: '9-18'}}",
        "hours.mon: has 9-18; expected are hours such as 09:00-18:00"
      ),
      (
        "{hours: {zone: 'Europe/Rome', mon: [], closed: 'Monday'}}",
        "hours.closed: has Monday; expected are dates such as 2026-12-25"
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
