private import Crypto
internal import Domain
package import JSON
package import Time

/// A normalised record of the log: which topic, under which key, and as which CloudEvent.
package protocol EventRecord: Hashable, Sendable {
  static var topic: Topic { get }
  static var type: String { get }
  var key: String { get }
  /// The same for every repetition of the same news.
  var eventID: String { get }
  var receivedAt: Timestamp { get }
  func write(to writer: inout JSONWriter)
  init(_ value: JSONValue) throws(EventUnreadable)
}

package struct EventUnreadable: Error, Hashable, CustomStringConvertible {
  package let description: String
}

extension EventRecord {
  package var data: [UInt8] { JSONWriter.object(capacity: 2048) { write(to: &$0) } }

  package init(data: [UInt8]) throws(EventUnreadable) {
    let root: JSONValue
    do { root = try JSONDocument(data).root } catch {
      throw EventUnreadable(description: error.description)
    }
    try self.init(root)
  }

  package func event(source: String, traceparent: Traceparent? = nil) -> CloudEvent {
    CloudEvent(
      id: eventID, source: source, type: Self.type, time: receivedAt, subject: key,
      traceparent: traceparent, data: data)
  }
}

extension EventRecord {
  /// As what came in at the public address goes into the log. What a provider wrote is never refused for a
  /// character that no store keeps: U+FFFD stands in its place, and `ce_replaced` says so.
  package func record(_ trace: Traceparent? = nil) -> NewRecord {
    var event = event(source: "postrider/ingest", traceparent: trace)
    if let repaired = replacingUnstorable(in: event.data) {
      event.data = repaired
      event.extensions["replaced"] = "U+0000"
      event.id = event.id.storable
      event.subject = event.subject?.storable
    }
    return NewRecord(topic: Self.topic, key: key.storable, event: event)
  }
}

extension String {
  /// Looked at as bytes first: hardly any has one.
  fileprivate var storable: String {
    utf8.contains(0) ? replacing("\0", with: "\u{FFFD}") : self
  }
}

extension NewRecord {
  /// Itself, or what fits of it as a dead letter with the hash of the whole.
  package func fitting(_ limit: Int) -> NewRecord {
    let room = 4096
    guard event.data.count + key.utf8.count + room > limit else { return self }
    return DeadLetter(
      arrived: event.data, for: topic, key: String(key.prefix(512)),
      because: "over \(limit) bytes", keeping: max(0, min(DeadLetter.keptBytes, limit / 8))
    ).event(at: event.time)
  }
}

extension ProviderCallback: EventRecord {
  package static let topic = Topic.callbacks
  package static let type = "postrider.callback.v1"
  package var key: String { providerID.text }

  /// A token is asked for first, as Twilio gives each piece of news its own.
  package var eventID: String {
    token.map { "\(account):\($0)" } ?? "\(account):\(providerID):\(status)"
  }
}

extension InboundMessage: EventRecord {
  package static let topic = Topic.inbound
  package static let type = "postrider.inbound.v1"
  package var key: String { "\(address):\(contact)" }
  package var eventID: String { "\(account):\(address):\(providerID)" }
}

extension AccountEvent: EventRecord {
  package static let topic = Topic.account
  package static let type = "postrider.account.v1"
  package var key: String { account.text }

  /// Such news have no name of their own: what they say, and when, is what tells them apart.
  package var eventID: String {
    let said = Array("\(kind)\n\(providerAt?.microseconds ?? 0)\n".utf8) + raw
    return "\(account):\(lowerHex(sha256(said).prefix(16)))"
  }
}
