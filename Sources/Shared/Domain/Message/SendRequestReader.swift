package import JSON
internal import Time

extension SendRequest {
  /// Reads a send request. Several files make several sends; every fault of it is told at once.
  package static func all(
    in value: JSONValue, as rules: SendRules
  ) throws(FieldFaults) -> [SendRequest] {
    var faults = FieldFaults()
    guard value.kind == .object else {
      faults.add("", "must be an object")
      throw faults
    }
    let reader = FieldReader(value)
    reader.refuseFields(
      unless: { fields.contains($0) || rules.otherFields.contains($0) }, &faults)
    let to = recipient(reader, rules, &faults)
    let placed = PlacedMessage.all(in: reader, rules, &faults)
    if placed.isEmpty, faults.isEmpty { faults.add("", "must say what is to be sent") }
    for message in placed { faults.add(message.faults(rules)) }
    let fallback = fallbackTemplate(reader, rules, &faults)
    var request = SendRequest(to: .businessScoped(""), Message(.text(TextMessage(""))))
    request.metadata = metadata(reader, &faults)
    request.sendAt = time("sendAt", reader, &faults)
    request.expiresAt = time("expiresAt", reader, &faults)
    if let start = request.sendAt, let end = request.expiresAt, end <= start {
      faults.add("/expiresAt", "must be after sendAt")
    }
    request.priority = reader.whole("priority", in: 0...9, &faults) ?? 0
    request.campaign = reader.text("campaign", &faults)
    faults.check(request.campaign, at: "/campaign", length: 1...128)
    request.fallbackTemplate = fallback
    guard faults.isEmpty, let to else { throw faults }
    request.to = to
    return placed.map { placed in
      var one = request
      one.message = placed.message
      return one
    }
  }

  package static let fields: Set<String> = Set([
    "to", "type", "body", "preview_url", "media_url", "bucket", "file", "template_name",
    "parameters", "language_code", "replyTo", "metadata", "sendAt", "expiresAt", "priority",
    "campaign", "fallbackTemplate",
  ]).union(PlacedMessage.types)

  private static func recipient(
    _ reader: FieldReader, _ rules: SendRules, _ faults: inout FieldFaults
  ) -> Recipient? {
    guard let text = reader.neededText("to", &faults) else { return nil }
    // Twilio's spelling is taken as well.
    let bare = ChannelAddress(text).bare
    do throws(PhoneNumberFault) {
      let recipient =
        rules.isWritten
        ? try Recipient(written: bare)
        : try Recipient(bare, defaultPrefix: rules.defaultPrefix)
      if case .businessScoped = recipient, !rules.channel.isWhatsApp {
        faults.add("/to", "must be a phone number: only WhatsApp has other ids of people")
      }
      return recipient
    } catch {
      faults.add("/to", "must be a phone number: it \(error)")
      return nil
    }
  }

  private static func metadata(
    _ reader: FieldReader, _ faults: inout FieldFaults
  ) -> [UInt8]? {
    guard let metadata = reader.object("metadata", &faults)?.value.text else { return nil }
    if metadata.count > metadataLimit {
      faults.add("/metadata", "must have at most \(metadataLimit) bytes as JSON")
    }
    return metadata
  }

  private static func time(
    _ name: String, _ reader: FieldReader, _ faults: inout FieldFaults
  ) -> CalendarTime? {
    guard let text = reader.text(name, &faults) else { return nil }
    let time = CalendarTime(rfc3339: text)
    if time == nil {
      faults.add("/\(name)", "must be a time with its offset, such as 2026-01-31T09:00:00+01:00")
    }
    return time
  }

  private static func fallbackTemplate(
    _ reader: FieldReader, _ rules: SendRules, _ faults: inout FieldFaults
  ) -> Template? {
    guard let object = reader.object("fallbackTemplate", &faults) else { return nil }
    let isFlat = object.has("template_name")
    let read =
      isFlat
      ? PlacedTemplate(flat: object, defaultLanguage: rules.templateLanguage, &faults)
      : PlacedTemplate(object: object, &faults)
    if isFlat {
      object.refuseFields(except: ["template_name", "language_code", "parameters"], &faults)
    }
    guard let read else { return nil }
    faults.add(
      PlacedMessage(Message(.template(read.template)), read.places).faults(rules))
    return read.template
  }
}
