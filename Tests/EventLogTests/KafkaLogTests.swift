import Events
import CRdKafka
import Domain
import Foundation
import Platform
import TestSupport
import Testing
import Time

@testable import EventLog
@testable import Kafka

/// What only the log on Kafka promises.
@Suite(.timeLimit(.minutes(5))) struct KafkaLogTests {
  @Test("a cluster that is away is told, and what waits for it arrives once it is back")
  func brokerDown() async throws {
    try await onCluster { cluster, settings in
      let patient = try KafkaLog(settings)
      try patient.append([record("k", "0")], within: limit)
      cluster.takeDown()
      var hasty = settings
      hasty.messageTimeout = .milliseconds(500)
      let log = try KafkaLog(hasty)
      #expect(isUnreachable { try log.append([record("k", "dropped")], within: limit) })
      #expect(isUnreachable { try log.ping(within: .milliseconds(500)) })
      let outcome = Outcome<Void>()
      patient.append((1..<100).map { record("k", "\($0)") }) { outcome.settle($0) }
      cluster.bringUp()
      try outcome.get(within: limit)
      try log.append([record("k", "100")], within: limit)
      let reader = try Reader(patient, group: "g")
      try reader.readRecords(101)
      #expect(try reader.ids == (0...100).map { "\($0)" })
      reader.subscription.close()
      for log in [log, patient] { log.close(within: limit) }
    }
  }

  @Test("a refusal by the broker that passes is repeated, without doubling a record")
  func retried() async throws {
    try await onCluster { cluster, settings in
      var settings = settings
      // The mock does not check sequence numbers: it takes a later request whose predecessor it refused,
      // from which librdkafka rightly concludes that the predecessor was stored.
      settings.properties["max.in.flight"] = "1"
      let log = try KafkaLog(settings)
      let (notLeader, timedOut, notEnoughReplicas): (Int16, Int16, Int16) = (6, 7, 19)
      cluster.failProduce(with: [notLeader, notEnoughReplicas, timedOut, notEnoughReplicas])
      for round in 0..<5 {
        try log.append((0..<20).map { record("k\($0)", "\(round) \($0)") }, within: limit)
      }
      #expect(try log.offsets(of: .sends, within: limit).map(\.count).reduce(0, +) == 100)
      let reader = try Reader(log, group: "g")
      try reader.readRecords(100)
      #expect(try Set(reader.ids).count == 100)
      reader.subscription.close()
      log.close(within: limit)
    }
  }

  @Test("after a fatal error what was under way has failed, and a new producer goes on")
  func fatal() async throws {
    try await onCluster { cluster, settings in
      let log = try KafkaLog(settings)
      try log.append([record("k", "1")], within: limit)
      let producer = try log.usableProducer()
      cluster.takeDown()
      let outcome = Outcome<Void>()
      log.append([record("k", "2")]) { outcome.settle($0) }
      rd_kafka_test_fatal_error(
        producer.handle, RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, "sequence lost")
      #expect(isUnreachable { try outcome.get(within: limit) })
      cluster.bringUp()
      try log.append([record("k", "3")], within: limit)
      #expect(try log.usableProducer() !== producer)
      let reader = try Reader(log, group: "g")
      try reader.readRecords(2)
      #expect(try reader.ids == ["1", "3"])
      reader.subscription.close()
      log.close(within: limit)
    }
  }

  @Test("a member that stops polling while another joins is fenced")
  func fencing() async throws {
    try await onCluster { _, settings in
      let log = try KafkaLog(settings)
      try log.append((0..<10).map { record("k\($0)", "\($0)") }, within: limit)
      let first = try Reader(log, group: "g")
      try first.readRecords(10)
      let second = try Reader(log, group: "g")
      try second.readRecords(10)
      try second.commitAll()
      #expect(throws: LogError.lost(first.ours)) { try first.commitAll() }
      try first.read(until: { $0.losses == LogUnderTest.partitions })
      second.subscription.close()
      first.subscription.close()
      log.close(within: limit)
    }
  }

  @Test("a long wait ends as soon as there is something to tell")
  func longWait() async throws {
    try await onCluster { _, settings in
      let log = try KafkaLog(settings)
      let reader = try Reader(log, group: "g")
      let start = bootMicroseconds()
      while reader.ours.isEmpty { try reader.readOnce(wait: .seconds(60)) }
      try log.append([record("k", "1")], within: limit)
      while reader.records.isEmpty { try reader.readOnce(wait: .seconds(60)) }
      #expect(bootMicroseconds() - start < 50_000_000)
      reader.subscription.close()
      log.close(within: limit)
    }
  }

  @Test("more than the queue holds is refused at once, and the queue is free again afterwards")
  func queueFull() async throws {
    try await onCluster { _, settings in
      var settings = settings
      settings.queueLimit = 10
      let log = try KafkaLog(settings)
      #expect(throws: LogError.full(.queue)) {
        try log.append((0..<11).map { record("k", "\($0)") }, within: limit)
      }
      for round in 0..<3 {
        try log.append((0..<10).map { record("k", "\(round) \($0)") }, within: limit)
      }
      log.close(within: limit)
    }
  }

  @Test("closing tells what did not get through")
  func closing() async throws {
    try await onCluster { cluster, settings in
      let log = try KafkaLog(settings)
      cluster.takeDown()
      let outcome = Outcome<Void>()
      log.append((0..<100).map { record("k", "\($0)") }) { outcome.settle($0) }
      log.close(within: .milliseconds(100))
      #expect(isUnreachable { try outcome.get(within: .zero) })
    }
  }

  @Test(
    "a refused property is told by its name and without its value",
    arguments: ["security.protocol", "no.such.property"])
  func refused(_ name: String) throws {
    let secret = "hunter2"
    let settings = KafkaLogSettings(bootstrap: "127.0.0.1:1", properties: [name: secret])
    let error = #expect(throws: LogError.self) { try KafkaLog(settings) }
    let text = try #require(error).description
    #expect(!text.contains(secret))
    #expect(text.contains(name))
  }

  @Test("retention of a planned topic is at least seven days")
  func plan() {
    let plan = TopicPlan(.sends, partitions: 3, retention: .seconds(60))
    #expect(plan.retention == .seconds(604_800))
  }

  private func isUnreachable(_ body: () throws -> Void) -> Bool {
    do { try body() } catch LogError.unreachable {
      return true
    } catch {
      Issue.record(error)
    }
    return false
  }
}

private func onCluster(
  _ body: @escaping @Sendable (MockKafka, KafkaLogSettings) throws -> Void
) async throws {
  try await onOwnThread {
    let cluster = try MockKafka()
    for topic in Topic.allCases {
      cluster.createTopic(topic.rawValue, partitions: LogUnderTest.partitions)
    }
    let properties = TestKafka.quickConsumers.merging(["reconnect.backoff.max.ms": "200"]) { $1 }
    let settings = KafkaLogSettings(bootstrap: cluster.bootstrap, properties: properties)
    try withExtendedLifetime(cluster) { try body(cluster, settings) }
  }
}
