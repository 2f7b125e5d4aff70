extension Message {
  /// What a sender of this channel cannot say, or not like this: every fault, at its place in the form
  /// in which the message is written.
  package func faults(
    for channel: Sender.Channel, templates: ContentCatalog = ContentCatalog()
  ) -> FieldFaults {
    var faults = FieldFaults()
    checkLimits(channel, &faults)
    if channel.provider == .twilio {
      checkExpressible(on: channel, templates, &faults)
    } else {
      checkReply(&faults)
    }
    return faults
  }

  private func checkLimits(_ channel: Sender.Channel, _ faults: inout FieldFaults) {
    let isMeta = channel.provider == .meta
    switch content {
    case .text(let text):
      faults.check(text.body, at: "/body", length: 1...(isMeta ? 4096 : 1600))
    case .media(let media): media.check(channel, &faults)
    case .location(let location): location.check(at: "/location", &faults)
    case .locationRequest(let body):
      faults.check(body, at: "/interactive/body/text", length: 1...1024)
    case .contacts(let cards): ContactCard.check(cards, &faults)
    case .buttons(let buttons): buttons.check(&faults)
    case .list(let list): list.check(&faults)
    case .callToAction(let call): call.check(&faults)
    case .flow(let flow): flow.check(&faults)
    case .contactRequest(let body):
      faults.check(body, at: "/interactive/body/text", length: 1...1024)
    case .product(let product): product.check(&faults)
    case .products(let products): products.check(&faults)
    case .catalog(let catalog): catalog.check(&faults)
    case .carousel(let carousel): carousel.check(&faults)
    case .reaction(let reaction): reaction.check(&faults)
    case .template(let template): template.check(onMeta: isMeta, &faults)
    }
  }

  private func checkReply(_ faults: inout FieldFaults) {
    guard let replyTo else { return }
    faults.check(replyTo.text, at: "/replyTo", length: 1...512)
    if case .reaction = content {
      faults.add("/replyTo", "cannot be given with a reaction, which names its message itself")
    }
  }

  private func checkExpressible(
    on channel: Sender.Channel, _ templates: ContentCatalog, _ faults: inout FieldFaults
  ) {
    if replyTo != nil { faults.add("/replyTo", "must be left out: Twilio cannot quote a message") }
    switch content {
    case .text(let text):
      if text.preview {
        faults.add("/preview_url", "must be left out: Twilio does not let it be chosen")
      }
    case .media(let media): media.checkExpressibleOnTwilio(&faults)
    case .location:
      if !channel.isWhatsApp { faults.add("/type", "a location can be sent by WhatsApp only") }
    case .template(let template):
      template.checkExpressibleOnTwilio(templates, &faults)
    case .locationRequest, .contacts, .buttons, .list, .callToAction, .flow, .contactRequest,
      .product, .products, .catalog, .carousel, .reaction:
      faults.add(
        "/type", "Twilio cannot send this type; use a content template (template_name HX…)")
    }
  }
}

extension Media {
  fileprivate func check(_ channel: Sender.Channel, _ faults: inout FieldFaults) {
    checkSource(at: "/\(kind)", &faults)
    checkFilename(at: "/\(kind)", &faults)
    let limit = channel.provider == .meta ? 1024 : 1600
    faults.check(caption, at: "/\(kind)/caption", length: 1...limit)
    if caption != nil, !kind.canHaveCaption, channel.isWhatsApp {
      faults.add("/\(kind)/caption", "cannot be given: WhatsApp shows no text with this kind")
    }
    if isVoice, kind != .audio { faults.add("/\(kind)/voice", "can be given for audio only") }
  }

  fileprivate func checkExpressibleOnTwilio(_ faults: inout FieldFaults) {
    if case .id = source {
      faults.add("/\(kind)/id", "is Meta's: through Twilio a file is sent by its link")
    }
    if filename != nil {
      faults.add("/\(kind)/filename", "must be left out: Twilio sets no file name")
    }
    if isVoice {
      faults.add("/\(kind)/voice", "must be left out: Twilio cannot send voice messages")
    }
  }
}

extension Template {
  fileprivate func checkExpressibleOnTwilio(
    _ templates: ContentCatalog, _ faults: inout FieldFaults
  ) {
    if templates.sid(of: self) == nil {
      let known = templates.languages(of: name)
      let place = known.isEmpty ? "/template/name" : "/template/language"
      faults.add(
        place,
        known.isEmpty
          ? "must be an HX… or a name in the sender's templates"
          : "must be one that the sender's settings know: \(known.joined(separator: ", "))")
    }
    if header != nil {
      faults.add("/template/header", "is set by the template's variables on Twilio")
    }
    if !buttons.isEmpty {
      faults.add("/template/buttons", "are set by the template's variables on Twilio")
    }
  }
}

extension Reaction {
  fileprivate func check(_ faults: inout FieldFaults) {
    faults.check(to.text, at: "/reaction/message_id", length: 1...512)
    if emoji.count > 1 || emoji.unicodeScalars.contains(where: { $0.isASCII && $0.value > 0x39 }) {
      faults.add("/reaction/emoji", "must be one emoji, or empty to take the reaction back")
    }
  }
}
