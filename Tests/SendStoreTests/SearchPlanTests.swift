import Domain
import SQLite
import TestSupport
import Testing

@testable import SendStore
@testable import Store

@Suite struct SearchPlanTests {
  static let searches: [any NamedStatement] = [
    Searches.ofRecipient, Searches.newest, Flows.ofCampaign, Searches.ofFlow, Searches.queued,
    Searches.sending,
    Searches.doubtful, Searches.ended, Searches.summaries, Searches.standings,
    Searches.providerIDs, Searches.glances, Upkeep.deleteCampaignSends, Deliveries.due,
    Deliveries.longestDue, Parked.after, Parked.before, Lanes.backlog, Reasons.send, Reasons.lane,
    Reasons.above, Searches.histories, Conversations.isWaiting, Conversations.waiting,
    Conversations.waitingFacts, Conversations.atRest, Agents.openOf, Agents.present,
  ]

  @Test(
    "no search reads a table from end to end, nor sorts what it found",
    arguments: searches.map(\.statement))
  func plan(statement: Store.Statement) throws {
    let folder = try TemporaryFolder()
    let path = folder.file("store.db")
    try SendStore(.sqlite(path: path)).close()
    let database = try Database(path: path)
    let text = try StatementTexts(SendStore.nouns, .sqlite)[statement].sql
    let plan = try database.prepare("EXPLAIN QUERY PLAN " + text)
    var steps: [String] = []
    while try plan.step() { steps.append(plan.text(3)) }
    #expect(!steps.isEmpty)
    #expect(!steps.contains { $0.hasPrefix("SCAN") }, "\(steps)")
    // Of one send's attempts there are few.
    let sorts = steps.filter { $0.contains("TEMP B-TREE") }
    #expect(sorts.isEmpty, "\(steps)")
  }
}
