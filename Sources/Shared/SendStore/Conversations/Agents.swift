package import Domain
package import Store
package import Time

/// Whether an agent is there.
package struct Presence: Hashable, Sendable {
  /// Of the agent: `Tenant.none` for one who answers for every tenant.
  package let tenant: Tenant
  package let agent: String
  package let isPresent: Bool
  package let since: Timestamp
}

extension SendStore {
  /// Of those of whom it was ever told.
  package func presences() throws(StoreError) -> [Presence] {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(Agents.all) { row in
        Presence(
          tenant: Tenant(app: row.text(.app), company: row.text(.company)), agent: row.text(.name),
          isPresent: row.isTrue(.isPresent), since: row.time(.since))
      }
    }
  }

  package func tell(
    agent name: String, of tenant: Tenant, isPresent: Bool
  ) throws(StoreError) {
    try engine.write(.conversations) { transaction throws(StoreError) in
      try transaction.run(
        Agents.tell,
        [
          .app: .text(tenant.app), .company: .text(tenant.company), .name: .text(name),
          .isPresent: .integer(isPresent ? 1 : 0), .now: .time(try transaction.now()),
        ])
    }
  }

  /// How many conversations that are not archived each agent has in charge, of that tenant or of each.
  package func openConversations(
    of tenant: Tenant?
  ) throws(StoreError) -> [Tenant: [String: Int]] {
    try engine.read { transaction throws(StoreError) in
      func count(_ row: Row<Agents.OpenColumn>) -> (Tenant, [String: Int]) {
        (
          Tenant(app: row.text(.app), company: row.text(.company)),
          [row.text(.agent): row.int(.count)]
        )
      }
      let found =
        if let tenant {
          try transaction.rows(
            Agents.openOf, [.app: .text(tenant.app), .company: .text(tenant.company)], count)
        } else { try transaction.rows(Agents.open, count) }
      return Dictionary(found) { $0.merging($1) { $0 + $1 } }
    }
  }
}

extension Transaction {
  /// Who has the conversation that begins now. Of those who take turns it is whoever is there and had theirs longest ago; two
  /// who ask at once get two different ones.
  func agent(in charge: Charge) throws(StoreError) -> (agent: String?, assistant: String?) {
    guard !charge.turns.isEmpty else { return (charge.agent, charge.assistant) }
    let present = try rows(
      Agents.present,
      [
        .app: .texts(charge.turns.map(\.tenant.app)),
        .company: .texts(charge.turns.map(\.tenant.company)),
        .name: .texts(charge.turns.map(\.agent)),
      ]
    ) { row in
      (
        tenant: Tenant(app: row.text(.app), company: row.text(.company)), name: row.text(.name),
        turn: row.integer(.turn)
      )
    }
    let last = present.map(\.turn).max() ?? 0
    guard let next = present.min(by: { ($0.turn, $0.name) < ($1.turn, $1.name) }) else {
      return (charge.agent, charge.assistant)
    }
    try run(
      Agents.took,
      [
        .app: .text(next.tenant.app), .company: .text(next.tenant.company),
        .name: .text(next.name), .turn: .integer(last + 1),
      ])
    let taken = charge.turns.first { $0.agent == next.name && $0.tenant == next.tenant }
    return (next.name, taken?.assistant)
  }
}

extension Agents {
  enum TellParameter: Int, Columns { case app, company, name, isPresent, now }
  static let tell = Command<TellParameter>("tell")
  enum AllColumn: Int, Columns { case app, company, name, isPresent, since }
  static let all = Query<Nothing, AllColumn>("all")
  enum AgentParameter: Int, Columns { case app, company, name }
  enum PresentColumn: Int, Columns { case app, company, name, turn }
  static let present = Query<AgentParameter, PresentColumn>("present")
  enum TookParameter: Int, Columns { case app, company, name, turn }
  static let took = Command<TookParameter>("took")
  enum OpenColumn: Int, Columns { case app, company, agent, count }
  static let open = Query<Nothing, OpenColumn>("open")
  enum TenantParameter: Int, Columns { case app, company }
  static let openOf = Query<TenantParameter, OpenColumn>("openOf")
}
