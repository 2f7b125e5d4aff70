internal import Domain
internal import JSON
internal import Time

/// Reads the records that we have written ourselves. A field that must be there and is not is an error; one
/// that somebody has added since is passed over.
struct EventReader {
  let value: JSONValue

  func needed(_ name: String) throws(EventUnreadable) -> String {
    guard let text = value[name]?.string else {
      throw EventUnreadable(description: "the record has no \(name)")
    }
    return text
  }

  func provider() throws(EventUnreadable) -> Provider {
    guard let provider = Provider(rawValue: try needed("provider")) else {
      throw EventUnreadable(description: "the record names a provider that we do not know")
    }
    return provider
  }

  func text(_ name: String) -> String? { value[name]?.string }
  func raw(_ name: String) -> [UInt8]? { value[name]?.text }
  func code(_ name: String) -> Int? { value[name]?.integer.flatMap { Int(exactly: $0) } }
  func time(_ name: String) -> Timestamp? { text(name).flatMap { Timestamp(rfc3339: $0) } }

  func calendar(_ name: String) -> CalendarTime? {
    text(name).flatMap { CalendarTime(rfc3339: $0) }
  }

  func receivedAt() throws(EventUnreadable) -> Timestamp {
    guard let time = Timestamp(rfc3339: try needed("receivedAt")) else {
      throw EventUnreadable(description: "receivedAt is no time")
    }
    return time
  }

  var attempt: AttemptID? {
    guard let send = text("send").flatMap({ SendID($0) }), let number = code("attempt"),
      (1...SendProgress.attemptLimit).contains(number)
    else { return nil }
    return AttemptID(send, number)
  }

  var tenant: Tenant? {
    guard let tenant = value["tenant"], let app = tenant["app"]?.string,
      let company = tenant["company"]?.string
    else { return nil }
    return Tenant(app: app, company: company)
  }
}

extension JSONWriter {
  mutating func field(_ name: StaticString, code: Int?) {
    if let code { field(name, code) }
  }

  mutating func field(_ name: StaticString, tenant: Tenant?) {
    guard let tenant else { return }
    self.name(name)
    object { writer in
      writer.field("app", tenant.app)
      writer.field("company", tenant.company)
    }
  }
}
