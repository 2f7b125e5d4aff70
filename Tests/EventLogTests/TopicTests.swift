import Events
import Kafka
import Domain
import Platform
import TestSupport
import Testing
import Time

@testable import EventLog

/// Of the making of topics only what comes after it: the mock cluster has no admin API.
@Suite(.timeLimit(.minutes(5))) struct TopicTests {
  struct Case: Sendable {
    let found: TopicReport.Found?
    var compacts = false
    let differences: [String]
    var remarks: [String] = []
  }

  static let silent = "the cluster does not tell retention.ms and min.insync.replicas"
  static let cases = [
    Case(found: nil, differences: ["missing"]),
    Case(found: found(), differences: []),
    Case(found: found(partitions: 4), differences: ["has 4 partitions, planned were 8"]),
    Case(
      found: found(replicas: 1, leastInSync: 1), differences: ["has 1 replicas, planned were 3"]),
    Case(
      found: found(retention: 604_799_999),
      differences: [
        "keeps records 604799999 ms (retention.ms), planned were 604800000"
      ]),
    Case(found: found(retention: -1), differences: []),
    Case(found: found(retention: 700_000_000), differences: []),
    Case(
      found: found(leastInSync: 4),
      differences: ["takes nothing: min.insync.replicas is 4, and it has 3 replicas"]),
    Case(
      found: found(leastInSync: 1), differences: [],
      remarks: ["min.insync.replicas is 1: what one broker alone has taken is lost with it"]),
    Case(
      found: found(retention: nil, leastInSync: nil, cleanup: nil), differences: [],
      remarks: [silent]),
    Case(
      found: found(cleanup: "compact"),
      differences: ["has the cleanup.policy compact, planned was delete"]),
    Case(found: found(cleanup: "delete,compact"), compacts: true, differences: []),
    Case(found: found(cleanup: "compact,delete"), compacts: true, differences: []),
    Case(
      found: found(), compacts: true,
      differences: ["has the cleanup.policy delete, planned was compact,delete"]),
    // It would grow for ever.
    Case(
      found: found(cleanup: "compact"), compacts: true,
      differences: ["has the cleanup.policy compact, planned was compact,delete"]),
  ]

  static func found(
    partitions: Int = 8, replicas: Int = 3, retention: Int64? = 604_800_000, leastInSync: Int? = 2,
    cleanup: String? = "delete"
  ) -> TopicReport.Found {
    TopicReport.Found(
      partitions: partitions, replicas: replicas, retention: retention, leastInSync: leastInSync,
      cleanup: cleanup)
  }

  @Test("what is not as planned is told, and what is worth to know", arguments: cases)
  func report(_ found: Case) {
    let plan = TopicPlan(.sends, partitions: 8, replicas: 3, isCompacted: found.compacts)
    let report = TopicReport(plan, name: "sends", found.found)
    #expect(report.differences == found.differences)
    #expect(report.remarks == found.remarks)
  }

  @Test(
    "messages alone is compacted, where it is asked for, and what is compacted goes with time too")
  func compaction() throws {
    let settings = KafkaLogSettings(bootstrap: "b:1")
    #expect(TopicPlan.all(partitions: 8, compacting: false).allSatisfy { !$0.isCompacted })
    let plans = TopicPlan.all(partitions: 8, compacting: true)
    #expect(plans.map(\.topic) == Topic.allCases)
    #expect(plans.filter(\.isCompacted).map(\.topic) == [.messages])
    let messages = try #require(plans.first { $0.isCompacted }).named(by: settings)
    #expect(
      messages.properties == [
        "retention.ms": "604800000", "cleanup.policy": "compact,delete",
        "min.compaction.lag.ms": "86400000", "segment.ms": "86400000",
      ])
    #expect(
      TopicPlan(.sends, partitions: 8).named(by: settings).properties == [
        "retention.ms": "604800000"
      ])
  }

  @Test("a check says what is missing or different, and makes nothing")
  func check() async throws {
    try await onOwnThread {
      let cluster = try MockKafka(brokers: 3)
      cluster.createTopic("p.sends", partitions: 4)
      cluster.createTopic("p.inbound", partitions: 2)
      let topics = KafkaTopics(KafkaLogSettings(bootstrap: cluster.bootstrap, prefix: "p."))
      let plans = [Topic.sends, .inbound, .callbacks].map { TopicPlan($0, partitions: 4) }
      for _ in 0..<2 {
        // The mock does not know of settings of topics, and that is waited for in vain.
        let reports = try topics.check(plans, within: .seconds(2))
        #expect(reports.map(\.name) == ["p.sends", "p.inbound", "p.callbacks"])
        #expect(
          reports.map(\.differences) == [
            [], ["has 2 partitions, planned were 4"], ["missing"],
          ])
      }
    }
  }

  @Test("who makes topics waits until every broker has them")
  func wait() async throws {
    try await onOwnThread {
      let cluster = try MockKafka(brokers: 3)
      cluster.createTopic("sends", partitions: 4)
      let topics = KafkaTopics(KafkaLogSettings(bootstrap: cluster.bootstrap))
      let plans = [Topic.sends, .callbacks].map { TopicPlan($0, partitions: 4) }
      let error = #expect(throws: LogError.self) {
        try topics.wait(for: plans, within: .milliseconds(200))
      }
      let sentence = try #require(error).description
      #expect(sentence.contains("does not have callbacks yet"))
      #expect(!sentence.contains("sends"))
      let waiting = Outcome<Void>()
      let asked = Gate()
      _ = WorkerThread("topics") {
        asked.open()
        do throws(LogError) {
          waiting.settle(.success(try topics.wait(for: plans, within: limit)))
        } catch { waiting.settle(.failure(error)) }
      }
      asked.wait()
      cluster.createTopic("callbacks", partitions: 4)
      try waiting.get(within: limit)
    }
  }
}
