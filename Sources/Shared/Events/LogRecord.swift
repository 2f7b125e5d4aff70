package import Forms
internal import Domain

package struct NewRecord: Sendable {
  package var topic: Topic
  /// Records of one key share a partition, so they stay in order.
  package var key: String
  package var event: CloudEvent

  package init(topic: Topic, key: String, event: CloudEvent) {
    (self.topic, self.key, self.event) = (topic, key, event)
  }
}

package struct TopicPartition: Hashable, Sendable, CustomStringConvertible {
  package let topic: Topic
  package let number: Int

  package init(_ topic: Topic, _ number: Int) { (self.topic, self.number) = (topic, number) }

  package var description: String { "\(topic.rawValue)/\(number)" }
}

/// A record as it was read. Others write to the log as well, so it need not be an event of ours.
package struct LogRecord: Sendable {
  package let partition: TopicPartition
  package let offset: Int64
  package let key: String
  package let headers: RecordHeaders
  /// nil is a tombstone.
  package let value: [UInt8]?

  package init(
    partition: TopicPartition, offset: Int64, key: String, headers: RecordHeaders, value: [UInt8]?
  ) {
    (self.partition, self.offset, self.key) = (partition, offset, key)
    (self.headers, self.value) = (headers, value)
  }

  package var topic: Topic { partition.topic }

  /// The id of its event, also where the rest is no event of ours; nil where it has none.
  package var eventID: String? {
    for header in headers where header.name.elementsEqual("ce_id".utf8) {
      return header.value.map { String(decoding: $0, as: UTF8.self) }
    }
    return nil
  }

  package func event() throws(MalformedRecord) -> CloudEvent {
    try CloudEvent(headers: headers, value: value)
  }
}
