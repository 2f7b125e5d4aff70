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
  /// What a provider wrote is never refused for a character that no store keeps: U+FFFD stands in its place, and
  /// `ce_replaced` says so.
  func record(_ trace: Traceparent) -> NewRecord {
    var event = event(source: ingestSource, traceparent: trace)
    if let repaired = replacingUnstorable(in: event.data) {
      event.data = repaired
      event.extensions["replaced"] = "U+0000"
      event.id = event.id.replacing("\0", with: "\u{FFFD}")
      event.subject = event.subject?.replacing("\0", with: "\u{FFFD}")
    }
    return NewRecord(
      topic: Self.topic, key: key.replacing("\0", with: "\u{FFFD}"), event: event)
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
