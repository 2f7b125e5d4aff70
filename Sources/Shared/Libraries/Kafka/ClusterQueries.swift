internal import CRdKafka
internal import Platform
internal import Time

package struct KafkaBroker: Hashable, Sendable {
  package let number: Int
  /// `host:port`, as the cluster tells its clients.
  package let address: String
}

/// A topic as one broker knows it.
package struct KafkaTopicFound: Hashable, Sendable {
  package let partitions: Int
  /// Of the partition that has fewest.
  package let replicas: Int
  /// Whether each partition has somebody who takes records.
  package let isLed: Bool
}

package struct KafkaClusterFound: Hashable, Sendable {
  package let brokers: [KafkaBroker]
  package let topics: [String: KafkaTopicFound]
}

/// Questions to the cluster. Each blocks for at most the limit it is given, and not as long where librdkafka has
/// told why no broker can be reached.
extension KafkaProducer {
  package func ping(within limit: Duration) throws(KafkaError) {
    _ = try metadata(of: .none, limit) { _ in }
  }

  package func clusterID(within limit: Duration) throws(KafkaError) -> String {
    try ask(limit) { handle, milliseconds throws(KafkaError) in
      guard let id = rd_kafka_clusterid(handle, milliseconds) else {
        throw KafkaError(RD_KAFKA_RESP_ERR__TIMED_OUT)
      }
      defer { rd_kafka_mem_free(handle, id) }
      return String(cString: id)
    }
  }

  package func partitionCount(of topic: String, within limit: Duration) throws(KafkaError) -> Int {
    try metadata(of: .one(topic), limit) { metadata throws(KafkaError) in
      guard metadata.topic_cnt == 1, let found = metadata.topics?.pointee else {
        throw KafkaError(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
      }
      if let error = KafkaError.check(found.err) { throw error }
      return Int(found.partition_cnt)
    }
  }

  /// All that the broker knows who answers. Makes no topic, as asking for one by its name may.
  package func cluster(within limit: Duration) throws(KafkaError) -> KafkaClusterFound {
    try metadata(of: .all, limit) { metadata in
      let brokers = UnsafeBufferPointer(start: metadata.brokers, count: Int(metadata.broker_cnt))
      let topics = UnsafeBufferPointer(start: metadata.topics, count: Int(metadata.topic_cnt))
      return KafkaClusterFound(
        brokers: brokers.map {
          KafkaBroker(number: Int($0.id), address: "\(String(cString: $0.host)):\($0.port)")
        },
        topics: Dictionary(topics.map { (String(cString: $0.topic), KafkaTopicFound($0)) }) { $1 })
    }
  }

  package func range(
    of partition: KafkaPartition, within limit: Duration
  ) throws(KafkaError) -> Range<Int64> {
    try ask(limit) { handle, milliseconds throws(KafkaError) in
      try watermarks(of: partition, on: handle, within: .milliseconds(Int(milliseconds)))
    }
  }

  private enum Topics { case none, one(String), all }

  private func metadata<Result>(
    of topics: Topics, _ limit: Duration,
    _ read: (rd_kafka_metadata) throws(KafkaError) -> Result
  ) throws(KafkaError) -> Result {
    try ask(limit) { handle, milliseconds throws(KafkaError) in
      let native: OpaquePointer? =
        if case .one(let name) = topics { rd_kafka_topic_new(handle, name, nil) } else { nil }
      defer { if let native { rd_kafka_topic_destroy(native) } }
      let isAll: Int32 = if case .all = topics { 1 } else { 0 }
      var answer: UnsafePointer<rd_kafka_metadata>?
      let code = rd_kafka_metadata(handle, isAll, native, &answer, milliseconds)
      guard let answer else { throw KafkaError(code) }
      defer { rd_kafka_metadata_destroy(answer) }
      return try read(answer.pointee)
    }
  }

  /// librdkafka waits in silence for brokers that it cannot reach, so it is asked for a second at a time: what it
  /// has told of them meanwhile ends the wait.
  private func ask<Result>(
    _ limit: Duration, _ question: (OpaquePointer, Int32) throws(KafkaError) -> Result
  ) throws(KafkaError) -> Result {
    try withHandle { handle throws(KafkaError) in
      let start = RunningTime.now
      while true {
        let left = limit - (RunningTime.now - start)
        let span = max(.zero, min(left, .seconds(1)))
        do throws(KafkaError) {
          let answer = try question(handle, Int32(span.millisecondsRoundedUp))
          faults.forgetConnection()
          return answer
        } catch {
          guard error.isSilence || error.isOfSettings else { throw error }
          let known = faults.connectionError
          if let known, known.isOfSettings { throw known }
          // Another broker may be about to answer.
          let spent = RunningTime.now - start
          if let known, spent >= Self.patience { throw known }
          guard spent < limit else { throw faults.explained(error) }
          // An answer that was there at once is not asked for in a circle.
          pause(for: .milliseconds(20))
        }
      }
    }
  }

  private static let patience = Duration.seconds(3)
}

extension KafkaTopicFound {
  fileprivate init(_ topic: rd_kafka_metadata_topic) {
    let found = UnsafeBufferPointer(start: topic.partitions, count: Int(topic.partition_cnt))
    partitions = found.count
    replicas = found.map { Int($0.replica_cnt) }.min() ?? 0
    isLed = topic.err == RD_KAFKA_RESP_ERR_NO_ERROR && found.allSatisfy { $0.leader >= 0 }
  }
}

func watermarks(
  of partition: KafkaPartition, on handle: OpaquePointer, within limit: Duration
) throws(KafkaError) -> Range<Int64> {
  var (low, high): (Int64, Int64) = (0, 0)
  let code = rd_kafka_query_watermark_offsets(
    handle, partition.topic, Int32(partition.number), &low, &high,
    Int32(limit.millisecondsRoundedUp))
  if let error = KafkaError.check(code) { throw error }
  return low..<max(low, high)
}
