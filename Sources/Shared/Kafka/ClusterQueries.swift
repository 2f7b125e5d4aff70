internal import CRdKafka
internal import Time

/// Questions to the cluster. Each blocks for at most the limit it is given.
extension KafkaProducer {
  package func ping(within limit: Duration) throws(KafkaError) {
    _ = try metadata(of: nil, limit) { _ in }
  }

  package func clusterID(within limit: Duration) throws(KafkaError) -> String {
    try withHandle { handle throws(KafkaError) in
      guard let id = rd_kafka_clusterid(handle, Int32(limit.millisecondsRoundedUp)) else {
        throw KafkaError(RD_KAFKA_RESP_ERR__TIMED_OUT)
      }
      defer { rd_kafka_mem_free(handle, id) }
      return String(cString: id)
    }
  }

  package func partitionCount(of topic: String, within limit: Duration) throws(KafkaError) -> Int {
    try metadata(of: topic, limit) { metadata throws(KafkaError) in
      guard metadata.topic_cnt == 1, let found = metadata.topics?.pointee else {
        throw KafkaError(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
      }
      if let error = KafkaError.check(found.err) { throw error }
      return Int(found.partition_cnt)
    }
  }

  package func range(
    of partition: KafkaPartition, within limit: Duration
  ) throws(KafkaError) -> Range<Int64> {
    try withHandle { handle throws(KafkaError) in
      try watermarks(of: partition, on: handle, within: limit)
    }
  }

  private func metadata<Result>(
    of topic: String?, _ limit: Duration,
    _ read: (rd_kafka_metadata) throws(KafkaError) -> Result
  ) throws(KafkaError) -> Result {
    try withHandle { handle throws(KafkaError) in
      let native = topic.flatMap { rd_kafka_topic_new(handle, $0, nil) }
      defer { if let native { rd_kafka_topic_destroy(native) } }
      var answer: UnsafePointer<rd_kafka_metadata>?
      let code = rd_kafka_metadata(
        handle, 0, native, &answer, Int32(limit.millisecondsRoundedUp))
      guard let answer else { throw KafkaError(code) }
      defer { rd_kafka_metadata_destroy(answer) }
      return try read(answer.pointee)
    }
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
