internal import Crypto
internal import Domain
internal import EventLog
internal import JSON
internal import Providers
internal import Service
internal import Time

let ingestSource = "postrider/ingest"

extension WebhookItem {
  func record(_ trace: Traceparent, at now: Timestamp) -> NewRecord {
    switch self {
    case .callback(let callback): callback.record(trace)
    case .inbound(let message): message.record(trace)
    case .account(let event): event.record(trace)
    case .malformed(let item):
      deadLetter(
        because: item.reason, topic: nil, key: item.provider.rawValue, item.raw, keeping: 128 << 10,
        at: now)
    }
  }
}

extension EventRecord {
  func record(_ trace: Traceparent) -> NewRecord {
    NewRecord(topic: Self.topic, key: key, event: event(source: ingestSource, traceparent: trace))
  }
}

extension NewRecord {
  /// Itself, or what fits of it as a dead letter with the hash of the whole.
  func fitting(_ limit: Int) -> NewRecord {
    let room = 4096
    guard event.data.count + key.utf8.count + room > limit else { return self }
    return deadLetter(
      because: "over \(limit) bytes", topic: topic, key: String(key.prefix(512)), event.data,
      keeping: max(0, min(128 << 10, limit / 8)), at: event.time)
  }
}

/// The same thing dead-lettered twice is the same event.
private func deadLetter(
  because reason: String, topic: Topic?, key: String, _ raw: [UInt8], keeping kept: Int,
  at now: Timestamp
) -> NewRecord {
  let hash = lowerHex(sha256(raw))
  let data = JSONWriter.object { writer in
    writer.field("reason", reason)
    writer.field("topic", topic?.rawValue)
    writer.field("key", key)
    writer.field("value", String(decoding: raw.prefix(kept), as: UTF8.self))
    writer.field("bytes", raw.count)
    writer.field("sha256", hash)
  }
  return NewRecord(
    topic: .deadLetters, key: key,
    event: CloudEvent(
      id: "ingest/\(hash.prefix(32))", source: "postrider/dead-letters", type: DeadLetter.type,
      time: now, subject: topic?.rawValue ?? "webhook", data: data))
}
