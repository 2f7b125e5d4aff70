internal import Crypto
internal import Domain
package import EventLog
internal import JSON
internal import Kafka
internal import Platform
package import Time

/// The dead letters that nobody has decided about. A decision is a record of the same partition, behind the
/// letter that it is about.
package final class DeadLetterDesk {
  package static let doneType = "postrider.dead-letter-done.v1"

  package enum Decision: String, Hashable, Sendable { case replayed, dropped }

  package struct Letter: Sendable {
    package let number: LetterNumber
    package let at: Timestamp
    package let key: String
    /// Where it came from.
    package let subject: String
    package let reason: String
    /// JSON: all that it says.
    package let data: [UInt8]
  }

  private let eventLog: any EventLog

  package init(_ eventLog: any EventLog) { self.eventLog = eventLog }

  private static let patience = Duration.seconds(60)

  /// The whole topic is read: what nobody decides about goes with its retention.
  package func pending() throws(LogError) -> [Letter] {
    var letters: [LetterNumber: Letter] = [:]
    try readAll { record in
      let event: CloudEvent
      do throws(MalformedRecord) { event = try record.event() } catch { return }
      let number = LetterNumber(partition: record.partition.number, offset: record.offset)
      guard event.type == Self.doneType else {
        letters[number] = Letter(number, record.key, event)
        return
      }
      guard let offset = JSONValue.of(event.data)?["offset"]?.integer else { return }
      letters[LetterNumber(partition: number.partition, offset: offset)] = nil
    }
    return letters.values.sorted { $0.number < $1.number }
  }

  /// Appends the record again as it was, for whoever reads its topic.
  package func replay(_ letter: Letter) throws(LogError) {
    guard let record = letter.original else {
      throw .other("\(letter.number) does not hold a whole record of a topic")
    }
    try eventLog.append([record], within: .seconds(30))
    try decide(letter, .replayed)
  }

  package func decide(_ letter: Letter, _ decision: Decision) throws(LogError) {
    let data = JSONWriter.object { writer in
      writer.field("offset", letter.number.offset)
      writer.field("decision", decision.rawValue)
    }
    let event = CloudEvent(
      id: "done/\(letter.number)", source: "postrider/dead-letters", type: Self.doneType,
      time: Timestamp(microseconds: wallMicroseconds()), subject: letter.subject, data: data)
    try eventLog.append(
      [NewRecord(topic: .deadLetters, key: letter.key, event: event)], within: .seconds(30))
  }

  private func readAll(_ take: (LogRecord) -> Void) throws(LogError) {
    let available = try eventLog.offsets(of: .deadLetters, within: .seconds(10))
    var left = Dictionary(
      available.enumerated().filter { !$1.isEmpty }
        .map { (TopicPartition(.deadLetters, $0), $1.upperBound) }
    ) { $1 }
    guard !left.isEmpty else { return }
    // It keeps no bookmarks, so its name is nobody's.
    let reader = try eventLog.reader("postrider-dead", of: [.deadLetters])
    defer { reader.close() }
    try reader.read(
      left.reduce(into: [:]) { $0[$1.key] = available[$1.key.number].lowerBound })
    let deadline = bootMicroseconds() + Self.patience.microseconds
    while !left.isEmpty {
      guard bootMicroseconds() < deadline else { throw .unreachable("reading took too long") }
      for record in try reader.next(max: 1000, wait: .milliseconds(250)) {
        take(record)
        if record.offset + 1 >= left[record.partition] ?? .max { left[record.partition] = nil }
      }
    }
  }
}

/// `3/17`: partition and offset in the topic of dead letters.
package struct LetterNumber: Hashable, Comparable, Sendable, CustomStringConvertible {
  package let partition: Int
  package let offset: Int64

  init(partition: Int, offset: Int64) { (self.partition, self.offset) = (partition, offset) }

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

extension DeadLetterDesk.Letter {
  fileprivate init(_ number: LetterNumber, _ key: String, _ event: CloudEvent) {
    self.number = number
    self.key = key
    at = event.time
    subject = event.subject ?? ""
    reason = JSONValue.of(event.data)?["reason"]?.string ?? ""
    data = event.data
  }

  /// nil where it is not whole, or was never a record of ours.
  package var original: NewRecord? {
    guard let root = JSONValue.of(data), let topic = root["topic"]?.string.flatMap(Topic.init),
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

extension JSONValue {
  /// nil for bytes that are no JSON.
  fileprivate static func of(_ bytes: [UInt8]) -> JSONValue? {
    do { return try JSONDocument(bytes).root } catch { return nil }
  }
}
