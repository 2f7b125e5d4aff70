internal import Domain
package import JSON

extension InboundMedia {
  func write(to writer: inout JSONWriter) {
    writer.field("id", id)
    writer.field("url", url)
    writer.field("contentType", contentType)
    writer.field("sha256", sha256)
    writer.field("filename", filename)
    if let isVoice { writer.field("voice", isVoice) }
  }

  init(_ value: JSONValue) {
    self.init(
      id: value["id"]?.string, url: value["url"]?.string,
      contentType: value["contentType"]?.string, sha256: value["sha256"]?.string,
      filename: value["filename"]?.string, isVoice: value["voice"]?.bool)
  }
}

extension InboundPlace {
  func write(to writer: inout JSONWriter) {
    writer.name("latitude")
    writer.value(latitude)
    writer.name("longitude")
    writer.value(longitude)
    writer.field("name", name)
    writer.field("address", address)
    writer.field("url", url)
  }

  package init?(_ value: JSONValue) {
    guard let latitude = value["latitude"]?.coordinate,
      let longitude = value["longitude"]?.coordinate
    else { return nil }
    self.init(
      latitude: latitude, longitude: longitude, name: value["name"]?.string,
      address: value["address"]?.string, url: value["url"]?.string)
  }
}

extension InboundReply {
  func write(to writer: inout JSONWriter) {
    writer.field("kind", kind.rawValue)
    writer.field("id", id)
    writer.field("title", title)
    writer.field("description", description)
  }

  package init?(_ value: JSONValue) {
    guard let kind = value["kind"]?.string.flatMap(Kind.init(rawValue:)),
      let id = value["id"]?.string
    else { return nil }
    self.init(
      kind: kind, id: id, title: value["title"]?.string,
      description: value["description"]?.string)
  }
}

extension InboundCard {
  func write(to writer: inout JSONWriter) {
    writer.field("name", name)
    writer.field("origin", origin)
    writer.name("phones")
    writer.array { writer in
      for phone in phones {
        writer.object { writer in
          writer.field("number", phone.number)
          writer.field("waId", phone.waID)
        }
      }
    }
  }

  init(_ value: JSONValue) {
    let phones = (value["phones"]?.items ?? []).map { phone in
      Phone(number: phone["number"]?.string, waID: phone["waId"]?.string)
    }
    self.init(name: value["name"]?.string, origin: value["origin"]?.string, phones: phones)
  }
}

extension InboundContext {
  func write(to writer: inout JSONWriter) {
    writer.field("id", id?.text)
    writer.field("from", from)
    if isForwarded { writer.field("forwarded", true) }
  }

  init(_ value: JSONValue) {
    self.init(
      id: value["id"]?.string.map { ProviderID($0) }, from: value["from"]?.string,
      isForwarded: value["forwarded"]?.bool ?? false)
  }
}

extension InboundPlace {
  package static func degrees(_ text: String) -> Double? { Double(text).flatMap(degrees) }

  /// nil for what is on no map, such as not-a-number.
  fileprivate static func degrees(_ number: Double) -> Double? {
    abs(number) <= 360 ? number : nil
  }
}

extension JSONValue {
  /// Degrees, as a number or as a text.
  fileprivate var coordinate: Double? {
    double.flatMap(InboundPlace.degrees) ?? string.flatMap(InboundPlace.degrees)
  }
}
