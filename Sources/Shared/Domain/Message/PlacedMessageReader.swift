internal import JSON

extension PlacedMessage {
  static func all(
    in reader: FieldReader, _ rules: SendRules, _ faults: inout FieldFaults
  ) -> [PlacedMessage] {
    guard let type = type(reader, &faults) else { return [] }
    refuseOthers(than: type, reader, &faults)
    var messages: [PlacedMessage]
    if let kind = Media.Kind(rawValue: type), reader.has(type) {
      messages =
        reader.object(type, &faults).flatMap { Media(kind, $0, &faults) }
        .map { [PlacedMessage(Message(.media($0)))] } ?? []
    } else if let kind = Media.Kind(rawValue: type) {
      messages = files(asked: kind, reader, &faults)
    } else if type == "text" {
      messages = texts(reader, rules, &faults)
    } else if type == "template" {
      messages = template(reader, rules, &faults).map { [$0] } ?? []
    } else {
      messages = object(type, reader, &faults).map { [PlacedMessage(Message($0))] } ?? []
    }
    let reply = reader.text("replyTo", &faults).map { ProviderID($0) }
    for index in messages.indices { messages[index].message.replyTo = reply }
    return messages
  }

  /// As it is said, else the one object that is there, else text.
  private static func type(_ reader: FieldReader, _ faults: inout FieldFaults) -> String? {
    if let said = reader.text("type", &faults) {
      if reader.has("template_name"), said == "text" { return "template" }
      if types.contains(said) { return said }
      faults.add("/type", "must be one of \(types.sorted().joined(separator: ", "))")
      return nil
    }
    if reader.has("template_name") { return "template" }
    return reader.names.filter(types.contains).min() ?? "text"
  }

  /// Fields that say something else than the type does would be dropped in silence.
  private static func refuseOthers(
    than type: String, _ reader: FieldReader, _ faults: inout FieldFaults
  ) {
    let isFile = Media.Kind(rawValue: type) != nil && !reader.has(type)
    let isFlatTemplate = type == "template" && !reader.has(type)
    let (isText, hasText) = (type == "text", reader.has("text"))
    func isOther(_ name: String) -> Bool {
      switch name {
      case "preview_url": !isText || hasText
      case "body": !(isFile || isText) || hasText
      case "media_url", "bucket", "file": !(isFile || isFlatTemplate || isText) || hasText
      case "template_name", "parameters", "language_code": !isFlatTemplate
      default: name != type && types.contains(name)
      }
    }
    // What is there is much less than what might be.
    for name in reader.names.filter(isOther).sorted() {
      faults.add(reader.pointer(name), "does not go with type \(type)")
    }
  }

  private static func texts(
    _ reader: FieldReader, _ rules: SendRules, _ faults: inout FieldFaults
  ) -> [PlacedMessage] {
    if FileList.isGiven(in: reader) {
      if reader.has("preview_url") { faults.add("/preview_url", "does not go with a file") }
      return files(asked: nil, reader, &faults)
    }
    let object = reader.object("text", &faults)
    object?.refuseFields(except: ["body", "preview_url"], &faults)
    let place = object ?? reader
    let preview = place.flag("preview_url", &faults) ?? false
    guard let body = place.neededText("body", &faults) else { return [] }
    let places = ["/body": place.pointer("body"), "/preview_url": place.pointer("preview_url")]
    do throws(TemplateString.Fault) {
      let language = rules.templateLanguage
      if rules.templateStrings, !rules.isWritten,
        let template = try TemplateString.read(
          body, defaultLanguage: language, headerKinds: rules.headerKinds)
      {
        return [PlacedMessage(Message(.template(template)), allAt: place.pointer("body"))]
      }
    } catch {
      faults.add(place.pointer("body"), error.description)
      return []
    }
    return [PlacedMessage(Message(.text(TextMessage(body, preview: preview))), places)]
  }

  private static func object(
    _ type: String, _ reader: FieldReader, _ faults: inout FieldFaults
  ) -> Message.Content? {
    if type == "contacts" {
      if !reader.has("contacts") { faults.add("/contacts", "is needed") }
      let items = reader.list("contacts", &faults)
      let cards = items.compactMap { ContactCard($0, &faults) }
      return cards.count == items.count ? .contacts(cards) : nil
    }
    guard let object = reader.object(type, isNeeded: true, &faults) else { return nil }
    switch type {
    case "location": return Location(object, &faults).map(Message.Content.location)
    case "reaction": return Reaction(object, &faults).map(Message.Content.reaction)
    default: return Message.Content(interactive: object, &faults)
    }
  }

  private static func template(
    _ reader: FieldReader, _ rules: SendRules, _ faults: inout FieldFaults
  ) -> PlacedMessage? {
    if reader.has("template") {
      return reader.object("template", &faults)
        .flatMap { PlacedTemplate(object: $0, &faults) }
        .map { PlacedMessage(Message(.template($0.template)), $0.places) }
    }
    let read = PlacedTemplate(flat: reader, defaultLanguage: rules.templateLanguage, &faults)
    let headers = FileList(reader, &faults).media(asked: nil, &faults)
    guard var read else { return nil }
    if headers.count > 1 {
      faults.add("/media_url", "must be one file at most: a template has one header")
    }
    if let header = headers.first {
      read.template.header = .media(header.media)
      read.places["/template/header"] = header.pointer
      for part in ["type", "\(header.media.kind)/link"] {
        read.places["/template/header/\(part)"] = header.pointer
      }
    }
    return PlacedMessage(Message(.template(read.template)), read.places)
  }

  /// The text goes with the first file that can bear one.
  private static func files(
    asked: Media.Kind?, _ reader: FieldReader, _ faults: inout FieldFaults
  ) -> [PlacedMessage] {
    let caption = reader.text("body", &faults).flatMap { $0.isEmpty ? nil : $0 }
    let list = FileList(reader, &faults)
    var files = list.media(asked: asked, &faults)
    if list.isEmpty { faults.add("/media_url", "is needed, or bucket with file") }
    let bearer = files.firstIndex { $0.media.kind.canHaveCaption } ?? files.startIndex
    if !files.isEmpty { files[bearer].media.caption = caption }
    return files.map { file in
      let kind = file.media.kind
      let isStored = if case .stored = file.media.source { true } else { false }
      var places = ["/\(kind)": isStored ? "" : file.pointer, "/\(kind)/caption": "/body"]
      if !isStored { places["/\(kind)/link"] = file.pointer }
      return PlacedMessage(Message(.media(file.media)), places)
    }
  }
}
