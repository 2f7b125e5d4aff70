internal import Forms
internal import Crypto
internal import Domain
internal import JSON
package import Time

/// `3/17`: partition and offset in the topic of dead letters.
package struct LetterNumber: Hashable, Comparable, Sendable, CustomStringConvertible {
  package let partition: Int
  package let offset: Int64

  package init(partition: Int, offset: Int64) {
    (self.partition, self.offset) = (partition, offset)
  }

  package init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let partition = Int(parts[0]), let offset = Int64(parts[1]) else {
      return nil
    }
    self.init(partition: partition, offset: offset)
  }

  package var description: String { "\(partition)/\(offset)" }

  package static func < (left: Self, right: Self) -> Bool {
    (left.partition, left.offset) < (right.partition, right.offset)
  }
}

/// A record of the topic of dead letters as it is read: a letter, or what was decided about one.
package enum DeadLetterRecord: Sendable {
  case letter(Letter)
  case decided(LetterNumber)

  /// nil for what is no event of ours.
  package init?(_ record: LogRecord) {
    let event: CloudEvent
    do throws(MalformedRecord) { event = try record.event() } catch { return nil }
    let number = LetterNumber(partition: record.partition.number, offset: record.offset)
    guard event.type == LetterDecision.type else {
      self = .letter(Letter(number, record.key, event))
      return
    }
    guard let offset = JSONValue(whole: event.data)?["offset"]?.integer else { return nil }
    self = .decided(LetterNumber(partition: number.partition, offset: offset))
  }
}

package struct Letter: Sendable {
  package let number: LetterNumber
  package let at: Timestamp
  package let key: String
  /// Where it came from.
  package let subject: String
  package let reason: String
  /// JSON: all that it says.
  package let data: [UInt8]

  fileprivate init(_ number: LetterNumber, _ key: String, _ event: CloudEvent) {
    self.number = number
    self.key = key
    at = event.time
    subject = event.subject ?? ""
    reason = JSONValue(whole: event.data)?["reason"]?.string ?? ""
    data = event.data
  }

  /// The record as it was; nil where it is not whole, or was never a record of ours.
  package var original: NewRecord? {
    guard let root = JSONValue(whole: data), let topic = root["topic"]?.string.flatMap(Topic.init),
      let key = root["key"]?.string, root["sha256"] == nil, let items = root["headers"]?.items
    else { return nil }
    var headers = RecordHeaders()
    for item in items {
      guard let name = item["name"]?.string, let value = item["value"]?.string else { return nil }
      headers.add(name, value)
    }
    let value =
      root["value"]?.string.map { Array($0.utf8) }
      ?? root["valueBase64"]?.string.flatMap { bytes(fromBase64: $0) }
    do {
      return NewRecord(
        topic: topic, key: key, event: try CloudEvent(headers: headers, value: value))
    } catch { return nil }
  }
}

/// What a person decided about a letter: a record of the same partition, behind it.
package enum LetterDecision: String, Hashable, Sendable {
  case replayed, dropped

  package static let type = "postrider.dead-letter-done.v1"

  package func event(about letter: Letter, at now: Timestamp) -> NewRecord {
    let data = JSONWriter.object { writer in
      writer.field("offset", letter.number.offset)
      writer.field("decision", rawValue)
    }
    return NewRecord(
      topic: .deadLetters, key: letter.key,
      event: CloudEvent(
        id: "done/\(letter.number)", source: "postrider/dead-letters", type: Self.type, time: now,
        subject: letter.subject, data: data))
  }
}
