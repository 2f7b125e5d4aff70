import Domain
import Testing

@testable import Settings

/// Assistants, as the settings have them.
@Suite struct AssistantSettingsTests {
  private static let acme = Tenant(app: "crm", company: "acme")
  private static let least = "name: 'a', url: 'https://x.it/v1', model: 'm', instructions: 'Help'"

  private static func faults(_ fields: String) -> [String] {
    SettingsTests.faults("{assistants: [{\(fields)}]}")
  }

  @Test("an assistant has all that is said of it, and a tenant its own")
  func all() throws {
    let settings = try SettingsTests.read(
      """
      {
        assistants: [
          {
            name: 'nora', app: 'crm', company: 'acme', url: 'https://llm.acme.it/v1/chat?v=1', model: 'small',
            dialect: 'chatCompletions', format: 'json', apiKey: '${LLM_KEY}', instructions: 'Help {{contact.name}}',
            facts: 'Open at nine', tools: { contact: 'http://127.0.0.1:9/c', contactKey: 'ck', objects: ['menu'] },
            limits: {
              perConversation: { tokens: 10, price: '0.50', calls: 3 }, perDay: { price: '20' }, perTenantDay: { calls: 9 },
            },
            prices: { input: '0.15', output: '0.60', currency: 'USD' },
            debounce: '1s', longestDebounce: '10s', deadline: '5s', attempts: 2, historyTokens: 500,
            maxMessages: 2, maxLength: 600, maxTokens: 700, kinds: ['text', 'location'], linkDomains: ['Acme.it'],
            mailDomains: 'acme.it', numbers: ['02 12345678'],
            handover: { words: { it: ['aiuto vero'] }, buttons: ['human'] },
          },
          { \(Self.least) },
        ],
      }
      """, ["LLM_KEY": "sk-live"])
    let nora = try #require(settings.inboxes.inbox(of: Self.acme).assistant("nora"))
    #expect(nora.url == "https://llm.acme.it/v1/chat?v=1" && nora.model == "small")
    #expect(
      nora.apiKey == Secret("sk-live") && nora.format == .json && nora.facts == "Open at nine")
    #expect(nora.instructions.variables == [.contactName])
    #expect(nora.tools.contact == "http://127.0.0.1:9/c" && nora.tools.contactKey == Secret("ck"))
    #expect(nora.tools.objects.map(\.text) == ["menu"])
    #expect(nora.limits.conversation == .init(tokens: 10, price: 500_000, calls: 3))
    #expect(nora.limits.day == .init(price: 20_000_000) && nora.limits.tenantDay == .init(calls: 9))
    #expect(nora.prices == AssistantPrices(input: 150_000, output: 600_000, currency: "USD"))
    #expect(nora.pace.debounce == .seconds(1) && nora.pace.longestDebounce == .seconds(10))
    #expect(nora.pace.deadline == .seconds(5) && nora.pace.attempts == 2)
    #expect(nora.historyTokens == 500 && nora.bounds.messages == 2 && nora.bounds.length == 600)
    #expect(nora.bounds.tokens == 700 && nora.bounds.kinds == [.text, .location])
    #expect(nora.bounds.linkDomains == ["acme.it"] && nora.bounds.mailDomains == ["acme.it"])
    #expect(nora.bounds.numbers.map(\.e164) == ["+390212345678"])
    #expect(nora.handOver.words == ["it": ["aiuto vero"]] && nora.handOver.buttons == ["human"])
    #expect(settings.secrets.contains(Secret("sk-live")) && settings.secrets.contains(Secret("ck")))
    #expect(!"\(nora)".contains("sk-live") && !"\(nora)".contains("ck\""))
    let common = settings.inboxes.inbox(of: .none)
    #expect(common.assistants.map(\.name) == ["a"])
    #expect(settings.inboxes.inbox(of: Self.acme).assistants.count == 2)
  }

  @Test("what is not said is as usual")
  func usual() throws {
    let settings = try SettingsTests.read("{assistants: [{\(Self.least)}]}")
    let assistant = try #require(settings.inboxes.inbox(of: .none).assistant("a"))
    #expect(assistant.pace == AssistantPace() && assistant.bounds == AnswerBounds())
    #expect(assistant.pace.debounce == .seconds(2) && assistant.pace.deadline == .seconds(30))
    #expect(assistant.bounds.kinds == [.text, .object] && assistant.bounds.messages == 3)
    #expect(assistant.historyTokens == 4000 && assistant.apiKey == nil && assistant.prices == nil)
  }

  @Test(
    "what is wrong with an assistant is told with its place",
    arguments: [
      ("", "assistants[0].name: is missing: as conversations show it"),
      ("", "assistants[0].url: is missing: where it is asked"),
      ("", "assistants[0].model: is missing: which of the endpoint's models answers"),
      ("", "assistants[0].instructions: is missing: what it is told to do"),
      ("url: 'x'", "assistants[0].url: must be an http or https address"),
      ("url: 'https://u:p@x.it/'", "assistants[0].url: must be an http or https address"),
      ("url: 'https://x.it/#a'", "assistants[0].url: must be an http or https address"),
      ("url: 'http://x.it/'", "assistants[0].url: must be https: what people write goes there"),
      (
        "url: 'http://127.0.0.1.evil.com/'",
        "assistants[0].url: must be https: what people write goes there"
      ),
      (
        "tools: {contact: 'http://crm/'}",
        "assistants[0].tools.contact: must be https: what people write goes there"
      ),
      (
        "tools: {contactKey: 'k'}", "assistants[0].tools.contactKey: has no meaning without contact"
      ),
      (
        "tools: {objects: ['No']}",
        "assistants[0].tools.objects: has No; a name must be up to 512 small letters, digits and underscores"
      ),
      (
        "instructions: '{{name}}'",
        "assistants[0].instructions: has {{name}}; variables are contact.name, contact.language, company, sender, agent, now"
      ),
      ("format: 'xml'", "assistants[0].format: must be \"schema\" or \"json\" or \"text\""),
      ("apiKey: 'a b'", "assistants[0].apiKey: has a space, which it cannot have; take it out"),
      (
        "prices: {input: '1', output: '2'}",
        "assistants[0].prices.currency: is missing: by its name, such as EUR"
      ),
      (
        "prices: {input: 'x'}",
        "assistants[0].prices.input: must be an amount for a million tokens such as 0.15"
      ),
      (
        "prices: {input: '1', output: '2', currency: '€'}",
        "assistants[0].prices.currency: must be three capital letters such as EUR"
      ),
      (
        "limits: {perDay: {price: '1'}}",
        "assistants[0].prices: is missing: limits of price need it"
      ),
      (
        "limits: {perDay: {price: '1', tokns: 1}}",
        "assistants[0].limits.perDay.tokns: is not a setting, did you mean tokens?"
      ),
      ("debounce: '5m'", "assistants[0].debounce: must be from 0s to 60s"),
      ("debounce: '30s'", "assistants[0].longestDebounce: must not be shorter than debounce"),
      ("deadline: '0s'", "assistants[0].deadline: must be from 1s to 300s"),
      ("attempts: 0", "assistants[0].attempts: must be 1 to 10, not 0"),
      (
        "kinds: ['template']",
        "assistants[0].kinds: has template; kinds are text, image, document, audio, video, sticker, location, contacts, interactive, object, media"
      ),
      ("kinds: []", "assistants[0].kinds: must have one at least"),
      (
        "linkDomains: ['https://acme.it']",
        "assistants[0].linkDomains: has https://acme.it; expected are domains such as acme.it, without https://"
      ),
      (
        "linkDomains: ['it']",
        "assistants[0].linkDomains: has it; expected are domains such as acme.it, without https://"
      ),
      (
        "mailDomains: ['àcme.it']",
        "assistants[0].mailDomains: has àcme.it; expected are domains such as acme.it, without https://"
      ),
      ("numbers: ['x']", "assistants[0].numbers: x contains \"x\", which no phone number has"),
      (
        "handover: {words: {italian: ['x']}}",
        "assistants[0].handover.words.italian: is not a language such as it or pt_BR"
      ),
      (
        "handover: {words: {it: ['!']}}",
        "assistants[0].handover.words.it: must be words or phrases, each with a letter or a digit"
      ),
      (
        "instuctions: 'x'",
        "assistants[0].instuctions: is not a setting, did you mean instructions?"
      ),
    ])
  func faults(fields: String, fault: String) {
    #expect(Self.faults(fields).contains(fault), "\(Self.faults(fields))")
  }

  @Test("two of one name are told apart by nobody")
  func names() {
    #expect(
      SettingsTests.faults("{assistants: [{\(Self.least)}, {\(Self.least)}]}")
        .contains("assistants: has two called a"))
  }

  @Test(
    "an assistant that is only a name is warned of, as none was needed before",
    arguments: [
      (
        "defaultAssistant: 'b'", "defaultAssistant is b, which is not in assistants of every tenant"
      ),
      (
        "roles: [{name: 'r', assistant: 'b'}]",
        "roles: r: assistant is b, which is not in assistants"
      ),
      (
        "tenants: [{app: 'x', company: 'y', defaultAssistant: 'b'}]",
        "tenants: x/y: defaultAssistant is b, which is not in assistants of x/y"
      ),
      ("defaultAssistant: 'a', roles: [{name: 'r', assistant: 'a'}]", nil),
      ("tenants: [{app: 'x', company: 'y', defaultAssistant: 'a'}]", nil),
    ] as [(String, String?)])
  func unknown(text: String, warning: String?) throws {
    let settings = try SettingsTests.read("{assistants: [{\(Self.least)}], \(text)}")
    let found = settings.warnings.filter { $0.contains("assistant") }
    #expect(found.count == (warning == nil ? 0 : 1), "\(found)")
    if let warning { #expect(found.first?.hasPrefix(warning) == true, "\(found)") }
  }
}
