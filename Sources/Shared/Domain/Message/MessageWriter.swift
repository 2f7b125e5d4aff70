package import JSON

/// The content in the form in which the log has it and the API takes it, which is Meta's wherever Meta has
/// one: the fields of a send request that say what is sent.
extension Message {
  package func write(to writer: inout JSONWriter) {
    writer.field("type", type)
    switch content {
    case .text(let text):
      writer.field("body", text.body)
      if text.preview { writer.field("preview_url", true) }
    case .media, .location, .locationRequest, .contacts, .buttons, .list, .callToAction, .flow,
      .contactRequest, .product, .products, .catalog, .carousel, .reaction, .template:
      writeObject(to: &writer)
    }
    writer.field("replyTo", replyTo?.text)
  }

  /// The object that is named like the type, as Meta takes it, once no stored file is left in it.
  package func writeObject(to writer: inout JSONWriter) {
    writer.name(type)
    switch content {
    case .text(let text):
      writer.object { writer in
        writer.field("body", text.body)
        if text.preview { writer.field("preview_url", true) }
      }
    case .media(let media): media.write(to: &writer)
    case .location(let location): location.write(to: &writer)
    case .contacts(let cards):
      writer.array { writer in
        for card in cards { writer.raw(card.json) }
      }
    case .reaction(let reaction):
      writer.object { writer in
        writer.field("message_id", reaction.to.text)
        writer.field("emoji", reaction.emoji)
      }
    case .locationRequest(let body):
      writer.interactive("location_request_message", nil, body, nil) {
        $0.field("name", "send_location")
      }
    case .contactRequest(let body):
      writer.interactive("request_contact_info", nil, body, nil) {
        $0.field("name", "request_contact_info")
      }
    case .buttons(let buttons): buttons.write(to: &writer)
    case .list(let list): list.write(to: &writer)
    case .callToAction(let call): call.write(to: &writer)
    case .flow(let flow): flow.write(to: &writer)
    case .product(let product): product.write(to: &writer)
    case .products(let products): products.write(to: &writer)
    case .catalog(let catalog): catalog.write(to: &writer)
    case .carousel(let carousel): carousel.write(to: &writer)
    case .template(let template): template.write(to: &writer)
    }
  }
}

extension Media {
  fileprivate func write(to writer: inout JSONWriter) {
    writer.object { writer in
      switch source {
      case .link(let url): writer.field("link", url)
      case .id(let id): writer.field("id", id)
      case .stored(let stored):
        writer.field("bucket", stored.bucket)
        writer.field("file", stored.file)
      }
      writer.field("caption", caption)
      writer.field("filename", filename)
      if isVoice { writer.field("voice", true) }
    }
  }
}

extension Location {
  fileprivate func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.field("latitude", Location.decimal(latitude))
      writer.field("longitude", Location.decimal(longitude))
      writer.field("name", name)
      writer.field("address", address)
    }
  }
}

extension MessageHeader {
  func write(named name: String? = nil, to writer: inout JSONWriter) {
    writer.object { writer in
      switch self {
      case .text(let text):
        writer.field("type", "text")
        writer.field("parameter_name", name)
        writer.field("text", text)
      case .media(let media):
        writer.field("type", media.kind.rawValue)
        writer.name(media.kind.rawValue)
        media.write(to: &writer)
      case .location(let location):
        writer.field("type", "location")
        writer.name("location")
        location.write(to: &writer)
      }
    }
  }
}
