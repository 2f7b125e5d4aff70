package import Domain
package import JSON
internal import Time

extension TokenFacts {
  /// As the store keeps them and the API shows them.
  package func write(to writer: inout JSONWriter) {
    writer.field("source", source.rawValue)
    writer.field("checkedAt", checkedAt?.description)
    writer.field("expiresAt", expiresAt?.description)
    writer.field("issuedAt", issuedAt?.description)
    if let isValid { writer.field("valid", isValid) }
    if !scopes.isEmpty {
      writer.name("scopes")
      writer.array { list in
        for scope in scopes { list.value(scope) }
      }
    }
    writer.field("failingSince", failingSince?.description)
    writer.field("failure", failure)
    writer.field("rotation", rotation?.rawValue)
  }

  package var json: [UInt8] { JSONWriter.object { write(to: &$0) } }

  /// What cannot be read is asked for again.
  package init(json: [UInt8]) {
    self.init()
    guard let root = JSONValue(whole: json) else { return }
    func time(_ name: String) -> CalendarTime? {
      root[name]?.string.flatMap { CalendarTime(rfc3339: $0) }
    }
    source = root["source"]?.string.flatMap { Source(rawValue: $0) } ?? .settings
    (checkedAt, expiresAt) = (time("checkedAt"), time("expiresAt"))
    (issuedAt, failingSince) = (time("issuedAt"), time("failingSince"))
    isValid = root["valid"]?.bool
    scopes = root["scopes"]?.items?.compactMap(\.string) ?? []
    failure = root["failure"]?.string
    rotation = root["rotation"]?.string.flatMap { Rotation(rawValue: $0) }
  }
}
