internal import Domain
package import Events
internal import JSON
package import Settings

/// An event of the stream, read once for all who listen.
package struct PassedEvent: Sendable {
  package let partition: TopicPartition
  package let offset: Int64
  /// nil for a tombstone. JSON in one line.
  package let line: [UInt8]?
  package let facts: EventFacts
}

extension PassedEvent {
  package init(_ record: LogRecord, _ senders: SenderIndex) {
    self.init(
      partition: record.partition, offset: record.offset,
      // JSON has line ends between its tokens only, where a space says the same.
      line: record.value.map { value in value.map { $0 == 0x0A || $0 == 0x0D ? 0x20 : $0 } },
      facts: record.value.map { value in
        record.topic == .inbound
          ? EventFacts(ofInbound: value, senders) : EventFacts(value, of: record.topic)
      } ?? EventFacts())
  }
}

extension EventFacts {
  /// Of the sender that it came to, as its tenant's action is told of it.
  fileprivate init(ofInbound value: [UInt8], _ senders: SenderIndex) {
    self.init()
    let message: InboundMessage
    // What is no message of ours is nobody's.
    do { message = try InboundMessage(data: value) } catch { return }
    let sender = senders.sender(of: message)?.sender
    (tenant, self.sender) = (sender?.tenant, sender?.id.text)
  }

  /// What is no event of ours is nobody's.
  fileprivate init(_ value: [UInt8], of topic: Topic) {
    self.init()
    guard let root = JSONValue(whole: value) else { return }
    if let app = root["app"]?.string, let company = root["company"]?.string {
      tenant = Tenant(app: app, company: company)
    }
    sender = root["sender"]?.string
    state = root["state"]?.string
    campaign = root[topic == .campaigns ? "id" : "campaign"]?.string
  }
}
