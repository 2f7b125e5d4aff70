package import Forms
internal import Domain
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
    add("ce_time", bytes: event.time.utf8)
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
    let attributes = try Attributes(headers)
    let required = try attributes.checked()
    self.init(
      id: String(required.id), source: String(required.source), type: String(required.type),
      time: required.time, subject: attributes.subject.map(String.init),
      traceparent: attributes.traceparent.map(String.init).flatMap(Traceparent.init),
      extensions: attributes.extensions, data: value)
  }
}

extension LogRecord {
  /// The type of the event that this is, and its data: found wrong wherever `event` finds it wrong, but
  /// without a text for each attribute that nobody asks for.
  package func typeAndData() throws(MalformedRecord) -> (type: ArraySlice<UInt8>, data: [UInt8]) {
    guard let value else { throw .tombstone }
    return (try Attributes(headers).checked().type, value)
  }
}

/// As bytes that are known to be UTF-8. A header that comes twice counts by its last.
private struct Attributes {
  private var version, id, source, type, time, contentType: ArraySlice<UInt8>?
  private(set) var subject, traceparent: ArraySlice<UInt8>?
  private var others: [(name: ArraySlice<UInt8>, value: ArraySlice<UInt8>)] = []

  struct Required {
    let id, source, type: ArraySlice<UInt8>
    let time: Timestamp
  }

  init(_ headers: RecordHeaders) throws(MalformedRecord) {
    for header in headers { try read(header) }
  }

  var extensions: [String: String] {
    Dictionary(others.map { (String($0.name.dropFirst(3)), String($0.value)) }) { $1 }
  }

  func checked() throws(MalformedRecord) -> Required {
    let version = try Self.required(version, "ce_specversion")
    guard version.elementsEqual("1.0".utf8) else { throw .unknownVersion(String(version)) }
    let contentType = try Self.required(contentType, "content-type")
    guard Self.isJSON(contentType) else { throw .contentType(String(contentType)) }
    let timeText = try Self.required(time, "ce_time")
    guard let time = Timestamp(rfc3339: timeText.span) else { throw .badTime(String(timeText)) }
    return Required(
      id: try Self.required(id, "ce_id"), source: try Self.required(source, "ce_source"),
      type: try Self.required(type, "ce_type"), time: time)
  }

  private mutating func read(_ header: RecordHeaders.Header) throws(MalformedRecord) {
    let name = header.name
    switch name.count {
    case 5 where name.elementsEqual("ce_id".utf8): id = try text(header)
    case 7 where name.elementsEqual("ce_type".utf8): type = try text(header)
    case 7 where name.elementsEqual("ce_time".utf8): time = try text(header)
    case 9 where name.elementsEqual("ce_source".utf8): source = try text(header)
    case 10 where name.elementsEqual("ce_subject".utf8): subject = try text(header)
    case 11 where name.elementsEqual("traceparent".utf8): traceparent = try text(header)
    case 12 where name.elementsEqual("content-type".utf8): contentType = try text(header)
    case 14 where name.elementsEqual("ce_specversion".utf8): version = try text(header)
    case 14 where name.elementsEqual("ce_traceparent".utf8):
      if traceparent == nil { traceparent = try text(header) }
    default:
      guard name.starts(with: "ce_".utf8), isUTF8(name), let value = try text(header) else {
        return
      }
      others.append((name, value))
    }
  }

  private func text(
    _ header: RecordHeaders.Header
  ) throws(MalformedRecord) -> ArraySlice<UInt8>? {
    guard let value = header.value, !isUTF8(value) else { return header.value }
    throw .notUTF8(header: String(header.name))
  }

  /// An attribute that is there but empty is not there: CloudEvents wants non-empty strings.
  private static func required(
    _ text: ArraySlice<UInt8>?, _ header: String
  ) throws(MalformedRecord) -> ArraySlice<UInt8> {
    guard let text, !text.isEmpty else { throw .missing(header) }
    return text
  }

  /// With or without parameters such as a charset.
  private static func isJSON(_ type: ArraySlice<UInt8>) -> Bool {
    if type.elementsEqual("application/json".utf8) { return true }
    let name = type.prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: " ") }
    return String(name).lowercased() == "application/json"
  }
}

extension String {
  fileprivate init(_ utf8: ArraySlice<UInt8>) { self.init(decoding: utf8, as: UTF8.self) }
}

/// (`String(validating:as:)` is not specialised and looks its types up at each call: more time than all the
/// rest of reading an event.)
private func isUTF8(_ bytes: ArraySlice<UInt8>) -> Bool {
  do {
    _ = try UTF8Span(validating: bytes.span)
    return true
  } catch { return false }
}
