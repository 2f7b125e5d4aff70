internal import Domain
private import JSON

extension TwilioRequest {
  /// The parameters that say what is sent.
  static func content(
    of message: Message, _ sender: TwilioSender
  ) throws(Inexpressible) -> [(name: String, value: String)] {
    switch message.content {
    case .text(let text): return [("Body", text.body)]
    case .media(let media):
      guard case .link(let link) = media.source else {
        throw Inexpressible(description: "a file has no link that Twilio could fetch")
      }
      return (media.caption.map { [("Body", $0)] } ?? []) + [("MediaUrl", link)]
    case .location(let location): return place(location)
    case .template(let template):
      guard let sid = sender.templates.sid(of: template) else {
        throw Inexpressible(description: "the template has no HX… in this language")
      }
      return [("ContentSid", sid)] + variables(template)
    case .locationRequest, .contacts, .buttons, .list, .callToAction, .flow, .contactRequest,
      .product, .products, .catalog, .carousel, .reaction:
      throw Inexpressible(description: "Twilio has no request for a message of this kind")
    }
  }

  /// A body must stand beside the point on the map.
  private static func place(_ location: Location) -> [(name: String, value: String)] {
    let point =
      "\(Location.decimal(location.latitude)),\(Location.decimal(location.longitude))"
    let label = location.name ?? location.address
    return [
      ("Body", label ?? point),
      ("PersistentAction", "geo:\(point)" + (label.map { "|\($0)" } ?? "")),
    ]
  }

  private static func variables(_ template: Template) -> [(name: String, value: String)] {
    guard !template.parameters.isEmpty else { return [] }
    let json = JSONWriter.object { writer in
      for parameter in template.parameters {
        writer.name(parameter.name)
        writer.value(parameter.value)
      }
    }
    return [("ContentVariables", String(decoding: json, as: UTF8.self))]
  }
}
