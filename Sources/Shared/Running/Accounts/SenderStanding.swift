package import Domain
package import JSON
package import SendStore
package import Store
package import Time

/// How a sender of Twilio's stands, as Twilio told it last. The store keeps it beside what is known of tokens, under a name
/// of its own and with no secret.
package struct SenderStanding: Hashable, Sendable {
  /// ONLINE, OFFLINE and so on; nil where nobody has told.
  package var status: String?
  package var quality: String?
  package var messagingLimit: String?
  /// Why it is offline.
  package var reasons: [String] = []
  /// What may keep messages of it from arriving.
  package var warnings: [String] = []
  package var checkedAt: CalendarTime?
  /// Why it could not be asked.
  package var failure: String?

  package init() {}

  /// The row of the store that has it.
  package static func owner(of sender: SenderID) -> String { "sender:\(sender)" }

  package static func all(in store: SendStore) throws(StoreError) -> [String: SenderStanding] {
    let rows = try store.credentials().filter { $0.owner.hasPrefix("sender:") }
    return Dictionary(rows.map { ($0.owner, SenderStanding(json: $0.facts)) }) { $1 }
  }

  package func write(to writer: inout JSONWriter) {
    writer.field("status", status)
    writer.field("quality", quality)
    writer.field("messagingLimit", messagingLimit)
    Self.write("reasons", reasons, to: &writer)
    Self.write("warnings", warnings, to: &writer)
    writer.field("checkedAt", checkedAt?.description)
    writer.field("failure", failure)
  }

  private static func write(
    _ name: StaticString, _ texts: [String], to writer: inout JSONWriter
  ) {
    guard !texts.isEmpty else { return }
    writer.name(name)
    writer.array { list in
      for text in texts { list.value(text) }
    }
  }

  package var json: [UInt8] { JSONWriter.object { write(to: &$0) } }

  /// What cannot be read is asked for again.
  package init(json: [UInt8]) {
    guard let root = JSONValue(whole: json) else { return }
    status = root["status"]?.string
    quality = root["quality"]?.string
    messagingLimit = root["messagingLimit"]?.string
    reasons = root["reasons"]?.items?.compactMap(\.string) ?? []
    warnings = root["warnings"]?.items?.compactMap(\.string) ?? []
    checkedAt = root["checkedAt"]?.string.flatMap { CalendarTime(rfc3339: $0) }
    failure = root["failure"]?.string
  }
}
