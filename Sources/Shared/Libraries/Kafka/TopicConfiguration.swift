internal import CRdKafka
internal import Time

extension KafkaProducer {
  /// The settings of topics, by name; nothing for a topic whose settings are not told.
  package func configuration(
    of topics: [String], within limit: Duration
  ) throws(KafkaError) -> [String: [String: String]] {
    try withHandle { handle throws(KafkaError) in
      var resources = topics.map { rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, $0) }
      defer { rd_kafka_ConfigResource_destroy_array(&resources, resources.count) }
      let options = rd_kafka_AdminOptions_new(handle, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS)
      defer { rd_kafka_AdminOptions_destroy(options) }
      let milliseconds = Int32(limit.millisecondsRoundedUp)
      rd_kafka_AdminOptions_set_request_timeout(options, milliseconds, nil, 0)
      let answers = rd_kafka_queue_new(handle)
      defer { rd_kafka_queue_destroy(answers) }
      rd_kafka_DescribeConfigs(handle, &resources, resources.count, options, answers)
      guard let answer = rd_kafka_queue_poll(answers, milliseconds + 1000) else {
        throw faults.explained(KafkaError(RD_KAFKA_RESP_ERR__TIMED_OUT))
      }
      defer { rd_kafka_event_destroy(answer) }
      if let error = KafkaError.check(rd_kafka_event_error(answer)) { throw error }
      return settings(in: answer)
    }
  }

  private func settings(in answer: OpaquePointer) -> [String: [String: String]] {
    var count = 0
    let resources = rd_kafka_DescribeConfigs_result_resources(
      rd_kafka_event_DescribeConfigs_result(answer), &count)
    var found: [String: [String: String]] = [:]
    for index in 0..<count {
      guard let resource = resources?[index],
        rd_kafka_ConfigResource_error(resource) == RD_KAFKA_RESP_ERR_NO_ERROR
      else { continue }
      let name = String(cString: rd_kafka_ConfigResource_name(resource))
      var entryCount = 0
      let entries = rd_kafka_ConfigResource_configs(resource, &entryCount)
      for place in 0..<entryCount {
        guard let entry = entries?[place], let value = rd_kafka_ConfigEntry_value(entry) else {
          continue
        }
        let setting = String(cString: rd_kafka_ConfigEntry_name(entry))
        found[name, default: [:]][setting] = String(cString: value)
      }
    }
    return found
  }
}
