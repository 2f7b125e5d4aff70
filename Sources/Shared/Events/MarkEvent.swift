internal import Domain
package import JSON
package import Time

/// Stands in each partition of the callbacks once a second, from each instance that takes them in: what the
/// instance answered before `at` stands before this mark. So whoever has read on to the mark knows that a
/// callback that is missing did not come.
package struct MarkEvent: Hashable, Sendable {
  package var partition: Int
  package var instance: String
  package var at: Timestamp
  /// The instance has stopped, and nothing of it is left to come.
  package var isLast: Bool

  package init(partition: Int, instance: String, at: Timestamp, isLast: Bool = false) {
    self.partition = partition
    self.instance = instance
    self.at = at
    self.isLast = isLast
  }
}

extension MarkEvent: EventRecord {
  package static let topic = Topic.callbacks
  package static let type = "postrider.mark.v1"
  /// What it is about. The record has some key that leads to its partition.
  package var key: String { "\(instance)/\(partition)" }
  package var eventID: String { "\(key)/\(at.microseconds)" }
  package var receivedAt: Timestamp { at }

  package func write(to writer: inout JSONWriter) {
    writer.field("partition", partition)
    writer.field("instance", instance)
    writer.field("at", at.description)
    if isLast { writer.field("last", true) }
  }

  package init(_ value: JSONValue) throws(EventUnreadable) {
    let reader = EventReader(value: value)
    guard let partition = reader.code("partition"), let at = reader.time("at") else {
      throw EventUnreadable(description: "the record has no partition or no time")
    }
    self.init(
      partition: partition, instance: try reader.needed("instance"), at: at,
      isLast: value["last"]?.bool ?? false)
  }
}
