internal import Kafka
internal import Crypto
internal import Domain
package import EventLog
internal import Foundation
internal import JSON
package import Time

/// A record that could not be processed, on its way to the people who look into it: the reason, where it
/// came from, and as much of it as fits.
package struct DeadLetter: Sendable {
  package static let type = "postrider.dead-letter.v1"
  /// Well under the size of a record, whatever the escaping adds.
  static let keptBytes = 128 * 1024

  static let keptHeaders = 40

  package let record: LogRecord
  package let reason: String

  package init(_ record: LogRecord, because reason: String) {
    self.record = record
    self.reason = reason
  }

  /// The same record dead-lettered twice is the same event.
  package func event(at now: Timestamp) -> NewRecord {
    NewRecord(
      topic: .deadLetters, key: record.key,
      event: CloudEvent(
        id: "\(record.partition)/\(record.offset)", source: "postrider/dead-letters",
        type: Self.type, time: now, subject: record.topic.rawValue, data: data))
  }

  private var data: [UInt8] {
    JSONWriter.object { writer in
      writer.field("reason", reason)
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
      write(record.value, to: &writer)
    }
  }

  private static func text(_ bytes: ArraySlice<UInt8>) -> String {
    String(decoding: bytes.prefix(1024), as: UTF8.self)
  }

  private func write(_ value: [UInt8]?, to writer: inout JSONWriter) {
    guard let value else {
      writer.name("value")
      writer.null()
      return
    }
    let kept = Array(value.prefix(Self.keptBytes))
    if let text = String(validating: kept, as: UTF8.self) {
      writer.field("value", text)
    } else {
      writer.field("valueBase64", Data(kept).base64EncodedString())
    }
    guard kept.count < value.count else { return }
    writer.field("bytes", value.count)
    writer.field("sha256", lowerHex(sha256(value)))
  }
}
