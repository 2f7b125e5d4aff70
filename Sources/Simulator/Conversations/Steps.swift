internal import JSON
internal import Time

/// One step of a person.
extension World {
  mutating func take(
    _ step: Conversation.Step, _ number: Int, keeping kept: Int, at now: Int64
  ) {
    guard let part = parts[number] else { return }
    switch step {
    case .write(let text, let isQuoting):
      let about = isQuoting ? part.last?.id : nil
      write(.text(filled(text, part)), "text", number, about: about, kept, at: now)
    case .askForHuman(let words): write(.text(words), "human", number, kept, at: now)
    case .press(let place, let answers):
      press(place, answers, number, kept, at: now)
    case .send(let file): write(.file(file), "file", number, kept, at: now)
    case .location(let latitude, let longitude, let label):
      write(
        .location(latitude: latitude, longitude: longitude, label: label), "location", number,
        kept, at: now)
    case .contacts(let cards): write(.contacts(cards), "contacts", number, kept, at: now)
    case .edit(let text):
      guard let own = part.lastOwn else { return skip(number) }
      write(.edit(filled(text, part), of: own), "edit", number, about: own, kept, at: now)
    case .revoke:
      guard let own = part.lastOwn else { return skip(number) }
      write(.revoke(of: own), "revoke", number, about: own, kept, at: now)
    case .react(let emoji):
      guard let last = part.last?.id else { return skip(number) }
      write(.reaction(emoji, to: last), "react", number, about: last, kept, at: now)
    case .changeNumber(let address): changeNumber(address, number, kept, at: now)
    case .stop: prefer("stop", "STOP", number, kept, at: now)
    case .resume: prefer("resume", "START", number, kept, at: now)
    case .agentWrites(let text): echo(filled(text, part), number, kept, at: now)
    case .wait, .waitForMessage, .repeated: break
    }
  }

  private func filled(_ text: String, _ part: Part) -> String {
    text.filled("{{n}}", "\(part.number)").filled("{{m}}", "\(part.messages + 1)")
  }

  private mutating func skip(_ number: Int) { parts[number]?.skipped += 1 }

  private mutating func write(
    _ kind: Saying.Kind, _ step: String, _ number: Int, about: String? = nil, _ kept: Int,
    at now: Int64
  ) {
    guard let part = parts[number] else { return }
    var saying = Saying(to: senders[part.sender].name, kind)
    if saying.quotes { saying.replyTo = about }
    guard let id = says(part.person, to: part.sender, saying, at: now) else { return skip(number) }
    if saying.quotes {
      parts[number]?.messages += 1
      parts[number]?.wrote(id)
    }
    parts[number]?.note(
      Part.Deed(at: now, step: step, id: id, text: saying.words, about: about), keeping: kept)
  }

  /// The person sees it at once, so that a wait that follows is for something else.
  private mutating func echo(_ text: String, _ number: Int, _ kept: Int, at now: Int64) {
    guard let part = parts[number],
      let id = agentWrites(text, to: part.person, from: part.sender, at: now)
    else { return skip(number) }
    var seen = Seen(id: id, type: "text", text: text)
    seen.at = now
    parts[number]?.see(seen, keeping: kept)
    parts[number]?.note(
      Part.Deed(at: now, step: "agentWrites", id: id, text: text), keeping: kept)
  }

  private mutating func press(
    _ place: Int, _ answers: String?, _ number: Int, _ kept: Int, at now: Int64
  ) {
    guard let last = parts[number]?.last, last.choices.indices.contains(place - 1) else {
      return skip(number)
    }
    let choice = last.choices[place - 1]
    let kind: Saying.Kind
    switch choice.kind {
    case .reply: kind = .reply(id: choice.id, title: choice.title)
    case .quickReply: kind = .button(text: choice.title, payload: choice.id)
    case .row(let description):
      kind = .listRow(id: choice.id, title: choice.title, description: description)
    case .form: kind = .form(formAnswers(answers, token: choice.id))
    case .ownContact: kind = .ownContact
    case .place: kind = .location(latitude: "45.4642", longitude: "9.19", label: "")
    case .link:
      let deed = Part.Deed(at: now, step: "press", text: choice.title, about: last.id)
      parts[number]?.note(deed, keeping: kept)
      return
    }
    write(kind, "press", number, about: last.id, kept, at: now)
  }

  private func formAnswers(_ answers: String?, token: String) -> String {
    let fields = answers.flatMap { JSONValue(whole: Array($0.utf8)) }?.fields ?? []
    let json = JSONWriter.object { writer in
      writer.field("flow_token", token)
      for field in fields where field.name != "flow_token" {
        writer.name(field.name)
        writer.raw(field.value.text)
      }
    }
    return String(decoding: json, as: UTF8.self)
  }

  /// Meta tells of the person's choice about marketing; at Twilio it is a word.
  private mutating func prefer(
    _ value: String, _ word: String, _ number: Int, _ kept: Int, at now: Int64
  ) {
    guard let part = parts[number] else { return }
    guard case .meta(_, _, let phone) = senders[part.sender].owner, let place = phones[phone.id]
    else { return write(.text(word), value, number, kept, at: now) }
    pairs[Pair.key(part.sender, part.person), default: Pair()].hasOptedOut = value == "stop"
    let verb = value == "stop" ? "stop" : "resume"
    let json = personNews(place, part.person, "user_preferences") { writer in
      if hasNumber(part.person) { writer.field("wa_id", digits(of: part.person)) }
      writer.field("user_id", userID(of: part.person))
      writer.field("detail", "User requested to \(verb) marketing messages")
      writer.field("category", "marketing_messages")
      writer.field("value", value)
      writer.field("timestamp", now / 1_000_000)
    }
    passOn(
      .news(field: "user_preferences", value: json, place), from: part.person, to: part.sender,
      at: now)
    parts[number]?.note(Part.Deed(at: now, step: value), keeping: kept)
  }

  /// A value with the number it is about, the person, and one item under the field's own name.
  private func personNews(
    _ place: PhonePlace, _ person: Int32, _ field: String, _ write: (inout JSONWriter) -> Void
  ) -> [UInt8] {
    let phone = settings.meta[place.app].accounts[place.account].phones[place.phone]
    return JSONWriter.object { writer in
      writer.field("messaging_product", "whatsapp")
      writer.name("metadata")
      writer.object { writer in
        writer.field("display_phone_number", String(phone.number.dropFirst()))
        writer.field("phone_number_id", phone.id)
      }
      writer.name("contacts")
      writer.array { $0.raw(contact(person)) }
      writer.name(field)
      writer.array { $0.object(write) }
    }
  }

  /// The system tells of it under the old number, and with it the id that Meta knows a person by changes.
  private mutating func changeNumber(
    _ address: String?, _ number: Int, _ kept: Int, at now: Int64
  ) {
    guard let part = parts[number], let whole = begun[part.conversation]?.conversation,
      case .meta(let app, _, let phone) = senders[part.sender].owner, let place = phones[phone.id],
      let own = Int(people.address(part.person).dropFirst())
    else { return skip(number) }
    let old = part.person
    let new = people.number(of: address ?? "+\(own + whole.count)")
    people.move(old, to: new)
    pairs[Pair.key(part.sender, new)] = pairs[Pair.key(part.sender, old)]
    inboundSerial += 1
    let id = mint.wamid(Int.max / 4 + inboundSerial, to: digits(of: old))
    let update = MetaUpdate(
      place: place, isStatus: false, json: systemMessage(id, from: old, to: new, at: now))
    totals.meta.inbound += 1
    passOn(.meta(update, app: app), from: old, to: part.sender, at: now)
    let news = personNews(place, new, "user_id_update") { writer in
      writer.field("wa_id", digits(of: new))
      writer.field("detail", "User id for \(people[new].name) has been updated.")
      writer.name("user_id")
      writer.object { writer in
        writer.field("previous", userID(of: old))
        writer.field("current", userID(of: new))
      }
      writer.field("timestamp", "\(now / 1_000_000)")
    }
    passOn(
      .news(field: "user_id_update", value: news, place), from: new, to: part.sender, at: now)
    partOf[Pair.key(part.sender, old)] = nil
    partOf[Pair.key(part.sender, new)] = number
    parts[number]?.person = new
    let deed = Part.Deed(at: now, step: "changeNumber", id: id, text: people.address(new))
    parts[number]?.note(deed, keeping: kept)
  }

  private func systemMessage(
    _ id: String, from old: Int32, to new: Int32, at now: Int64
  ) -> [UInt8] {
    JSONWriter.object { writer in
      writer.field("from", digits(of: old))
      writer.field("from_user_id", userID(of: old))
      writer.field("id", id)
      writer.field("timestamp", "\(now / 1_000_000)")
      writer.field("type", "system")
      writer.name("system")
      writer.object { writer in
        writer.field(
          "body", "User \(people[new].name) changed from \(digits(of: old)) to \(digits(of: new))")
        writer.field("wa_id", digits(of: new))
        writer.field("type", "user_changed_number")
      }
    }
  }
}

extension Saying {
  /// Reactions and changes name their message themselves.
  fileprivate var quotes: Bool {
    switch kind {
    case .reaction, .edit, .revoke: false
    default: true
    }
  }

  fileprivate var words: String {
    switch kind {
    case .text(let text), .button(let text, _), .reply(_, let text), .listRow(_, let text, _),
      .edit(let text, _), .reaction(let text, _), .form(let text):
      text
    case .location(let latitude, let longitude, _): "\(latitude),\(longitude)"
    case .file(let file): file.caption
    case .media(_, _, let caption): caption
    case .contacts(let cards): cards.map(\.name).joined(separator: ", ")
    case .ownContact, .revoke: ""
    }
  }
}
