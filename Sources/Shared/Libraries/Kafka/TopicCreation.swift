internal import CRdKafka
internal import Time

package struct KafkaTopicPlan: Hashable, Sendable {
  package let name: String
  package let partitions: Int
  /// -1 is the cluster's own default.
  package let replicas: Int
  /// Kafka's own settings of a topic.
  package let properties: [String: String]

  package init(name: String, partitions: Int, replicas: Int = -1, properties: [String: String]) {
    (self.name, self.partitions, self.replicas, self.properties) =
      (name, partitions, replicas, properties)
  }
}

extension KafkaProducer {
  /// Creates what is missing; what exists is left as it is. Answers the names of those that it made.
  package func createTopics(
    _ plans: [KafkaTopicPlan], within limit: Duration
  ) throws(KafkaError) -> Set<String> {
    try withHandle { handle throws(KafkaError) in
      var topics = plans.map(newTopic)
      defer { rd_kafka_NewTopic_destroy_array(&topics, topics.count) }
      let options = rd_kafka_AdminOptions_new(handle, RD_KAFKA_ADMIN_OP_CREATETOPICS)
      defer { rd_kafka_AdminOptions_destroy(options) }
      let milliseconds = Int32(limit.millisecondsRoundedUp)
      rd_kafka_AdminOptions_set_request_timeout(options, milliseconds, nil, 0)
      // Without it the controller answers before a single broker has the partitions.
      rd_kafka_AdminOptions_set_operation_timeout(options, milliseconds / 2, nil, 0)
      let answers = rd_kafka_queue_new(handle)
      defer { rd_kafka_queue_destroy(answers) }
      rd_kafka_CreateTopics(handle, &topics, topics.count, options, answers)
      guard let answer = rd_kafka_queue_poll(answers, milliseconds + 1000) else {
        throw faults.explained(KafkaError(RD_KAFKA_RESP_ERR__TIMED_OUT))
      }
      defer { rd_kafka_event_destroy(answer) }
      return try read(answer)
    }
  }

  private func newTopic(_ plan: KafkaTopicPlan) -> OpaquePointer? {
    let topic = rd_kafka_NewTopic_new(
      plan.name, Int32(plan.partitions), Int32(plan.replicas), nil, 0)
    for (name, value) in plan.properties { rd_kafka_NewTopic_set_config(topic, name, value) }
    return topic
  }

  private func read(_ answer: OpaquePointer) throws(KafkaError) -> Set<String> {
    if let error = KafkaError.check(rd_kafka_event_error(answer)) { throw error }
    var made: Set<String> = []
    var count = 0
    let results = rd_kafka_CreateTopics_result_topics(
      rd_kafka_event_CreateTopics_result(answer), &count)
    for index in 0..<count {
      guard let result = results?[index] else { continue }
      let code = rd_kafka_topic_result_error(result)
      let name = String(cString: rd_kafka_topic_result_name(result))
      switch code {
      case RD_KAFKA_RESP_ERR_NO_ERROR: made.insert(name)
      case RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS: continue
      default: throw KafkaError(code, "\(name): \(String(cString: rd_kafka_err2str(code)))")
      }
    }
    return made
  }
}
