package import JSON

/// A send that names a file which was handed to us, in place of an address.
package struct MediaRequest: Sendable {
  package let id: MediaID
  private let request: JSONValue

  package static let fields: Set<String> = ["media"]

  /// nil where a request names none, or what is no id.
  package static func id(in request: JSONValue) -> MediaID? {
    request["media"]?.string.flatMap { MediaID($0) }
  }

  /// nil where the request names no file of ours.
  package init?(_ request: JSONValue) throws(FieldFaults) {
    guard let given = request["media"], !given.isNull else { return nil }
    var faults = FieldFaults()
    let reader = FieldReader(request)
    for field in reader.names
    where ObjectDefinition.messageFields.contains(field) && !["type", "body"].contains(field) {
      faults.add(reader.pointer(field), "does not go with media")
    }
    let text = reader.text("media", &faults)
    _ = reader.text("type", &faults)
    _ = reader.text("body", &faults)
    let id = text.flatMap { MediaID($0) }
    if text != nil, id == nil { faults.add("/media", "must be an id that POST /api/media gave") }
    guard let id, faults.isEmpty else { throw faults }
    (self.id, self.request) = (id, request)
  }

  /// The same send with a link to the file in Meta's own form. Its text is the caption.
  package func filled(
    _ form: FileForm, named name: String, link: String, on channel: Sender.Channel
  ) throws(FieldFaults) -> JSONValue {
    let kind = form.kind.rawValue
    if let type = request["type"]?.string, type != "text", type != kind {
      throw FieldFaults("/type", "must be \(kind), which is what the file is, or be left out")
    }
    let json = JSONWriter.object(capacity: 1024) { writer in
      for (field, value) in request.fields ?? []
      where !["media", "type", "body"].contains(field) {
        writer.name(field)
        writer.raw(value.text)
      }
      writer.field("type", kind)
      writer.name(kind)
      writer.object { object in
        object.field("link", link)
        object.field("caption", request["body"]?.string)
        // Twilio sets none.
        if form.kind == .document, channel.provider == .meta { object.field("filename", name) }
      }
    }
    guard let filled = JSONValue(whole: json) else {
      throw FieldFaults("/media", "cannot be written as JSON")
    }
    return filled
  }

  /// Faults of the form that is read, at the places of the one that came.
  package static func placed(_ faults: FieldFaults) -> FieldFaults {
    var placed = FieldFaults()
    for fault in faults.all {
      let parts = fault.pointer.split(separator: "/").map(String.init)
      let isOfFile = parts.first.flatMap { Media.Kind(rawValue: $0) } != nil
      let pointer = isOfFile ? (parts.last == "caption" ? "/body" : "/media") : fault.pointer
      placed.add(pointer, fault.detail)
    }
    return placed
  }
}
