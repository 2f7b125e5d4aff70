import Domain
import SQLite
import TestSupport
import Testing

@testable import SendStore

@Suite struct SearchPlanTests {
  static let searches: [StatementName] = [
    .recipientSends, .campaignFlows, .campaignSends, .queuedSends, .sendingSends, .doubtfulSends,
    .endedSends, .summaries, .standings, .providerIDsOfSend, .contentsOfIDs, .deleteCampaignSends,
    .dueDeliveries, .parkedAfter, .parkedOldest,
  ]

  @Test("no search reads a table from end to end, nor sorts what it found", arguments: searches)
  func plan(statement: StatementName) throws {
    let folder = try TemporaryFolder()
    let path = folder.file("store.db")
    try SendStore(.sqlite(path: path)).close()
    let database = try Database(path: path)
    let text = try Statements(
      PackageResources.sqlite_statements_sql, without: [.advance])[statement]
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
