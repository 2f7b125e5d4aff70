package import Domain
package import JSON
package import Time

/// Stands behind everything that one instance of Ingest had to append to a partition of `callbacks` until
/// then: whoever reads it has seen all of that.
package struct MarkEvent: Hashable, Sendable {
  package var partition: Int
  package var instance: String
  package var at: Timestamp
  /// The instance has come to its end, cleanly.
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
  package var key: String { instance }
  package var eventID: String { "\(instance):\(partition):\(at.microseconds)" }
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
      throw EventUnreadable(description: "the mark has no partition or no time")
    }
    self.init(
      partition: partition, instance: try reader.needed("instance"), at: at,
      isLast: value["last"]?.bool ?? false)
  }
}
