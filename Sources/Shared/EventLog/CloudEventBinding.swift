package import Domain
package import Kafka
internal import Time

/// CloudEvents 1.0, Kafka protocol binding, binary mode: attributes are headers, the value is the data.
/// The trace context stands twice, as the CloudEvents extension and as the header that Kafka
/// instrumentations read.
extension RecordHeaders {
  package init(_ event: CloudEvent) {
    self.init(capacity: 384)
    add("ce_specversion", "1.0")
    add("ce_id", event.id)
    add("ce_source", event.source)
    add("ce_type", event.type)
    add("ce_time", event.time.description)
    if let subject = event.subject { add("ce_subject", subject) }
    add("content-type", "application/json")
    if let traceparent = event.traceparent?.description {
      add("traceparent", traceparent)
      add("ce_traceparent", traceparent)
    }
    guard !event.extensions.isEmpty else { return }
    for (name, value) in event.extensions.sorted(by: { $0.key < $1.key }) {
      add("ce_\(name)", value)
    }
  }
}

extension CloudEvent {
  package init(headers: RecordHeaders, value: [UInt8]?) throws(MalformedRecord) {
    guard let value else { throw .tombstone }
    var attributes = Attributes()
    for header in headers { try attributes.read(header) }
    let version = try Self.required(attributes.version, "ce_specversion")
    guard version == "1.0" else { throw .unknownVersion(version) }
    let type = try Self.required(attributes.contentType, "content-type")
    guard Self.isJSON(type) else { throw .contentType(type) }
    let timeText = try Self.required(attributes.time, "ce_time")
    guard let time = Timestamp(rfc3339: timeText) else { throw .badTime(timeText) }
    self.init(
      id: try Self.required(attributes.id, "ce_id"),
      source: try Self.required(attributes.source, "ce_source"),
      type: try Self.required(attributes.type, "ce_type"), time: time,
      subject: attributes.subject, traceparent: attributes.traceparent.flatMap(Traceparent.init),
      extensions: attributes.extensions, data: value)
  }

  /// An attribute that is there but empty is not there: CloudEvents wants non-empty strings.
  private static func required(
    _ text: String?, _ header: String
  ) throws(MalformedRecord) -> String {
    guard let text, !text.isEmpty else { throw .missing(header) }
    return text
  }

  /// With or without parameters such as a charset.
  private static func isJSON(_ type: String) -> Bool {
    if type == "application/json" { return true }
    let name = type.prefix { $0 != ";" && $0 != " " }
    return name.lowercased() == "application/json"
  }
}

/// A header that comes twice counts by its last.
private struct Attributes {
  var version, id, source, type, time, subject, contentType, traceparent: String?
  var extensions: [String: String] = [:]

  mutating func read(_ header: RecordHeaders.Header) throws(MalformedRecord) {
    guard let name = validText(header.name) else { return }
    switch name {
    case "ce_specversion": version = try text(header, name)
    case "ce_id": id = try text(header, name)
    case "ce_source": source = try text(header, name)
    case "ce_type": type = try text(header, name)
    case "ce_time": time = try text(header, name)
    case "ce_subject": subject = try text(header, name)
    case "content-type": contentType = try text(header, name)
    case "traceparent": traceparent = try text(header, name)
    case "ce_traceparent": if traceparent == nil { traceparent = try text(header, name) }
    default:
      guard name.hasPrefix("ce_"), header.value != nil else { return }
      extensions[String(name.dropFirst(3))] = try text(header, name)
    }
  }

  private func text(
    _ header: RecordHeaders.Header, _ name: String
  ) throws(MalformedRecord) -> String? {
    guard let value = header.value else { return nil }
    guard let text = validText(value) else {
      throw .notUTF8(header: name)
    }
    return text
  }
}

/// nil where the bytes are not UTF-8. (`String(validating:as:)` is not specialised
/// and looks its types up at each call: more time than all the rest of reading an event.)
private func validText(_ bytes: ArraySlice<UInt8>) -> String? {
  do { return String(copying: try UTF8Span(validating: bytes.span)) } catch { return nil }
}
