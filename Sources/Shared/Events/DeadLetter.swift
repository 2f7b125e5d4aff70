internal import Forms
internal import Crypto
package import Domain
internal import JSON
package import Time

/// What could not be processed, on its way to the people who look into it: the reason, where it came from, and
/// as much of it as fits. The same thing dead-lettered twice is the same event.
package struct DeadLetter: Sendable {
  package static let type = "postrider.dead-letter.v1"

  package let reason: String
  /// Where a record stood that was read.
  package let place: (partition: TopicPartition, offset: Int64)?
  private let id: String
  private let key: String
  /// Where it came from: a topic, or what else takes things in.
  private let subject: String
  private let data: [UInt8]

  private init(
    _ id: String, key: String, subject: String, because reason: String,
    place: (partition: TopicPartition, offset: Int64)? = nil,
    _ write: (inout JSONWriter) -> Void
  ) {
    (self.id, self.key, self.subject, self.reason, self.place) = (id, key, subject, reason, place)
    data = JSONWriter.object { writer in
      writer.field("reason", reason)
      write(&writer)
    }
  }

  package func event(at now: Timestamp) -> NewRecord {
    NewRecord(
      topic: .deadLetters, key: key,
      event: CloudEvent(
        id: id, source: "postrider/dead-letters", type: Self.type, time: now, subject: subject,
        data: data))
  }
}

// MARK: What is written

extension DeadLetter {
  /// Well under the size of a record, whatever the escaping adds.
  package static let keptBytes = 128 * 1024
  static let keptHeaders = 40

  /// A record that was read from the log.
  package init(_ record: LogRecord, because reason: String) {
    self.init(
      "\(record.partition)/\(record.offset)", key: record.key, subject: record.topic.rawValue,
      because: reason, place: (record.partition, record.offset)
    ) { writer in
      writer.field("topic", record.topic.rawValue)
      writer.field("partition", record.partition.number)
      writer.field("offset", record.offset)
      writer.field("key", record.key)
      writer.name("headers")
      writer.array { list in
        for header in record.headers.prefix(Self.keptHeaders) {
          list.object { item in
            item.field("name", Self.text(header.name))
            item.field("value", header.value.map(Self.text))
          }
        }
      }
      Self.write(record.value, to: &writer)
    }
  }

  /// What came in and cannot go on as a record: a part of a webhook that nobody can read (without a topic), or a
  /// record that is too large.
  package init(
    arrived raw: [UInt8], for topic: Topic?, key: String, because reason: String,
    keeping kept: Int = keptBytes
  ) {
    let hash = lowerHex(sha256(raw))
    self.init(
      "ingest/\(hash.prefix(32))", key: key, subject: topic?.rawValue ?? "webhook",
      because: reason
    ) { writer in
      writer.field("topic", topic?.rawValue)
      writer.field("key", key)
      writer.field("value", String(decoding: raw.prefix(kept), as: UTF8.self))
      writer.field("bytes", raw.count)
      writer.field("sha256", hash)
    }
  }

  /// A callback that found no send.
  package struct LostCallback: Sendable {
    package let number: Int64
    package let providerID: ProviderID
    package let attempt: AttemptID?
    package let provider: Provider
    package let account: AccountID
    package let tenant: Tenant?
    package let status: String
    package let code: String?
    package let parkedAt: Timestamp

    package init(
      number: Int64, providerID: ProviderID, attempt: AttemptID?, provider: Provider,
      account: AccountID, tenant: Tenant?, status: String, code: String?, parkedAt: Timestamp
    ) {
      (self.number, self.providerID, self.attempt) = (number, providerID, attempt)
      (self.provider, self.account, self.tenant) = (provider, account, tenant)
      (self.status, self.code, self.parkedAt) = (status, code, parkedAt)
    }
  }

  package init(_ callback: LostCallback, because reason: String) {
    self.init(
      "parked/\(callback.number)", key: callback.providerID.text, subject: "callbacks",
      because: reason
    ) { writer in
      writer.field("providerId", callback.providerID.text)
      writer.field("attempt", callback.attempt?.description)
      writer.field("provider", callback.provider.rawValue)
      writer.field("account", callback.account.text)
      writer.field("app", callback.tenant?.app)
      writer.field("company", callback.tenant?.company)
      writer.field("status", callback.status)
      writer.field("code", callback.code)
      writer.field("parkedAt", callback.parkedAt.description)
    }
  }

  /// What a tenant's action would not take.
  package init(
    delivery id: String, in line: String, to tenant: Tenant, _ body: [UInt8], tries: Int,
    since created: Timestamp, because reason: String
  ) {
    self.init("action/\(id)", key: line, subject: "actions", because: reason) { writer in
      writer.field("app", tenant.app)
      writer.field("company", tenant.company)
      writer.field("delivery", id)
      writer.field("tries", tries)
      writer.field("since", created.description)
      writer.field("value", String(decoding: body, as: UTF8.self))
    }
  }

  private static func text(_ bytes: ArraySlice<UInt8>) -> String {
    String(decoding: bytes.prefix(1024), as: UTF8.self)
  }

  private static func write(_ value: [UInt8]?, to writer: inout JSONWriter) {
    guard let value else {
      writer.name("value")
      writer.null()
      return
    }
    let kept = Array(value.prefix(keptBytes))
    if let text = String(validating: kept, as: UTF8.self) {
      writer.field("value", text)
    } else {
      writer.field("valueBase64", base64(kept))
    }
    guard kept.count < value.count else { return }
    writer.field("bytes", value.count)
    writer.field("sha256", lowerHex(sha256(value)))
  }
}
