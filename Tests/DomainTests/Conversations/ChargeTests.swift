import Domain
import Testing

/// Who is in charge of somebody from their first message on.
@Suite struct ChargeTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let change: @Sendable (inout Inbox) -> Void
    var from = "+393330000009"
    var says = "Hello"
    let agent: String?
    var assistant: String?
    var turns: [String] = []

    init(
      _ description: String, from: String = "+393330000009", says: String = "Hello",
      _ agent: String?, _ assistant: String? = nil, turns: [String] = [],
      _ change: @escaping @Sendable (inout Inbox) -> Void = { _ in }
    ) {
      (testDescription, self.from, self.says) = (description, from, says)
      (self.agent, self.assistant, self.turns, self.change) = (agent, assistant, turns, change)
    }
  }

  private static func inbox() throws -> Inbox {
    Inbox(
      agents: [
        Agent("bea", phone: try PhoneNumber("+393331000001"), role: "sales"),
        Agent("carl", phone: try PhoneNumber("+5511987654321"), role: "support"),
        Agent("dora", role: "support"), Agent("eve"),
      ], roles: [AgentRole("sales"), AgentRole("support", assistant: "helper")])
  }

  private static func rule(
    _ target: Assignment.Target, sender: String? = nil, country: String? = nil,
    words: [String] = []
  ) -> Assignment.Rule {
    Assignment.Rule(
      target, sender: sender.map { SenderID($0) }, country: country, words: words)
  }

  @Test(
    "the agent is the default one, else who writes, else the guest, and the assistant follows",
    arguments: [
      Case("nobody is known", nil),
      Case("the default agent", "bea") { $0.defaultAgent = "bea" },
      Case("the default agent's role has an assistant", "dora", "helper") {
        $0.defaultAgent = "dora"
      },
      Case("an agent with that number", from: "+393331000001", "bea"),
      Case("an agent's number in its other form", from: "+551187654321", "carl", "helper"),
      Case("the default goes before the number", from: "+393331000001", "eve") {
        $0.defaultAgent = "eve"
      },
      Case("the default assistant goes before the role's", "dora", "first") {
        ($0.defaultAgent, $0.defaultAssistant) = ("dora", "first")
      },
      Case("a guest has the default assistant", nil, "first") { $0.defaultAssistant = "first" },
      Case("a role without an assistant", "bea") { $0.defaultAgent = "bea" },
      Case("a default agent who is not there", from: "+393331000001", "bea") {
        $0.defaultAgent = "gone"
      },
    ])
  func usual(item: Case) throws {
    var inbox = try Self.inbox()
    item.change(&inbox)
    let charge = inbox.charge(
      of: FirstMessage(item.says, from: PersonAddress(item.from), to: SenderID("main")))
    #expect(charge.agent == item.agent && charge.assistant == item.assistant)
    #expect(charge.turns.isEmpty)
  }

  @Test(
    "the first rule that fits says who it is, or among whom it goes round",
    arguments: [
      Case("by sender", "dora", "helper") {
        $0.assignment.rules = [
          ChargeTests.rule(.agent("eve"), sender: "other"),
          ChargeTests.rule(.agent("dora"), sender: "main"),
        ]
      },
      Case("by country", from: "+4915112345678", "eve") {
        $0.assignment.rules = [
          ChargeTests.rule(.agent("bea"), country: "IT"),
          ChargeTests.rule(.agent("eve"), country: "DE"),
        ]
      },
      Case("by a hidden person's country", from: "DE.12345", "eve") {
        $0.assignment.rules = [ChargeTests.rule(.agent("eve"), country: "DE")]
      },
      Case("by a word", says: "My INVOICE, please", "eve") {
        $0.assignment.rules = [ChargeTests.rule(.agent("eve"), words: ["order", "invoice"])]
      },
      Case("by whole words alone", says: "invoiced", nil) {
        $0.assignment.rules = [ChargeTests.rule(.agent("eve"), words: ["invoice"])]
      },
      Case("by a phrase", says: "...talk to   a Person!", "eve") {
        $0.assignment.rules = [ChargeTests.rule(.agent("eve"), words: ["a person"])]
      },
      Case("all of a rule must fit", says: "invoice", nil) {
        $0.assignment.rules = [ChargeTests.rule(.agent("eve"), country: "DE", words: ["invoice"])]
      },
      Case("in turns within a role", nil, turns: ["carl helper", "dora helper"]) {
        $0.assignment.rules = [ChargeTests.rule(.role("support"))]
      },
      Case(
        "where nobody of it is there it is as usual", "bea", turns: ["carl helper", "dora helper"]
      ) {
        ($0.assignment.rules, $0.defaultAgent) = ([ChargeTests.rule(.role("support"))], "bea")
      },
      Case("in turns among all", nil, turns: ["bea -", "carl helper", "dora helper", "eve -"]) {
        $0.assignment.otherwise = .roundRobin
      },
      Case("a rule goes before the turns", says: "invoice", "eve") {
        $0.assignment = Assignment(
          [ChargeTests.rule(.agent("eve"), words: ["invoice"])], otherwise: .roundRobin)
      },
    ])
  func rules(item: Case) throws {
    var inbox = try Self.inbox()
    item.change(&inbox)
    let charge = inbox.charge(
      of: FirstMessage(item.says, from: PersonAddress(item.from), to: SenderID("main")))
    #expect(charge.agent == item.agent && charge.assistant == item.assistant)
    #expect(charge.turns.map { "\($0.agent) \($0.assistant ?? "-")" } == item.turns)
  }
}
