internal import JSON
internal import Time

extension Conversation {
  init(_ fields: FieldReader) {
    self.init(to: fields.string("to"), from: fields.string("from"), [])
    fields.integer("count", into: &count, 1...Self.mostPeople)
    fields.duration("at", into: &after)
    fields.duration("over", into: &over)
    if !isE164(from), !isUserID(from) || count > 1 {
      fields.fault("from", "must be + and digits, or one person's id such as US.134…")
    } else if from.hasPrefix("+"), !isE164(address(2 * count + 1)) {
      fields.fault("count", "must leave numbers of at most 15 digits")
    }
    guard let steps = fields.list("steps", { Step($0, self) }), !steps.isEmpty else {
      fields.fault("steps", "must be a list of what a person does, one after the other")
      return
    }
    self.steps = steps.compactMap(\.self)
    if Course(self.steps).acts.count > Self.mostSteps {
      fields.fault("steps", "must be at most \(Self.mostSteps)")
    }
  }

  fileprivate var isByTwilio: Bool { to.hasPrefix("+") || !channelPrefix(to).isEmpty }
}

extension Conversation.Step {
  private typealias Named = (name: String, step: Self)

  fileprivate init?(_ fields: FieldReader, _ whole: Conversation) {
    var found: [Named] = []
    Self.readWords(fields, &found)
    Self.readWaits(fields, &found)
    Self.readSent(fields, &found)
    Self.readChanges(fields, whole, &found)
    var rounds: Int?
    fields.integer("repeat", into: &rounds, 1...1_000_000)
    if let rounds {
      let inner = fields.list("steps") { Self($0, whole) } ?? []
      if inner.isEmpty { fields.fault("steps", "is needed with repeat") }
      found.append(("repeat", .repeated(rounds, inner.compactMap(\.self))))
    }
    guard let step = found.first, found.count == 1 else {
      if fields.isEmpty || found.count > 1 {
        fields.fault("", "must say one thing, such as {\"text\": \"…\"} or {\"wait\": \"2s\"}")
      }
      return nil
    }
    if whole.isByTwilio, Self.ofMetaOnly.contains(step.name) {
      fields.fault(step.name, "cannot be done: Twilio does not tell of it")
    }
    self = step.step
  }

  private static let ofMetaOnly = ["edit", "revoke", "react", "changeNumber", "agentWrites"]

  private static func readWords(_ fields: FieldReader, _ found: inout [Named]) {
    var (text, isQuoting): (String?, Bool) = (nil, false)
    fields.string("text", into: &text)
    fields.bool("quote", into: &isQuoting)
    if let text { found.append(("text", .write(text, isQuoting: isQuoting))) }
    var echo: String?
    fields.string("agentWrites", into: &echo)
    if let echo { found.append(("agentWrites", .agentWrites(echo))) }
    var language: String?
    fields.string("human", into: &language)
    if let language {
      if let words = Conversation.callsForHuman[language] {
        found.append(("human", .askForHuman(words)))
      } else {
        let known = Conversation.callsForHuman.keys.sorted().joined(separator: ", ")
        fields.fault("human", "must be one of \(known)")
      }
    }
    var place: Int?
    fields.integer("press", into: &place, 1...100)
    let answers = fields.given("answers") ? fields.raw("answers") : nil
    if let place {
      let text = answers.map { String(decoding: $0, as: UTF8.self) }
      found.append(("press", .press(place, answers: text)))
    } else if answers != nil {
      fields.fault("answers", "goes with press")
    }
  }

  private static func readWaits(_ fields: FieldReader, _ found: inout [Named]) {
    var (wait, limit): (Delay?, Duration?)
    fields.delay("wait", into: &wait)
    if let wait { found.append(("wait", .wait(wait))) }
    fields.duration("waitForMessage", into: &limit)
    if let limit { found.append(("waitForMessage", .waitForMessage(atMost: limit))) }
  }

  private static func readSent(_ fields: FieldReader, _ found: inout [Named]) {
    if fields.given("file") {
      fields.object("file") { found.append(("file", .send(SentFile($0)))) }
    }
    if fields.given("location") {
      fields.object("location") { place in
        var label = ""
        place.string("label", into: &label)
        let step = Self.location(
          latitude: place.string("latitude"), longitude: place.string("longitude"), label: label)
        found.append(("location", step))
      }
    }
    let cards = fields.list("contacts") { card in
      SharedContact(name: card.string("name"), phone: card.string("phone"))
    }
    if let cards {
      if cards.isEmpty { fields.fault("contacts", "must have at least one") }
      found.append(("contacts", .contacts(cards)))
    }
  }

  private static func readChanges(
    _ fields: FieldReader, _ whole: Conversation, _ found: inout [Named]
  ) {
    var (edit, emoji, number): (String?, String?, String?)
    fields.string("edit", into: &edit)
    if let edit { found.append(("edit", .edit(edit))) }
    fields.string("react", into: &emoji)
    if let emoji { found.append(("react", .react(emoji))) }
    fields.string("changeNumber", into: &number)
    if let number {
      let isNext = number == "next"
      if !isNext, !isE164(number) || whole.count > 1 {
        fields.fault("changeNumber", "must be \"next\", or one person's new number")
      }
      if !whole.from.hasPrefix("+") {
        fields.fault("changeNumber", "cannot be done by a person without a number")
      }
      found.append(("changeNumber", .changeNumber(isNext ? nil : number)))
    }
    for (name, step) in [("revoke", Self.revoke), ("stop", .stop), ("resume", .resume)] {
      var isSaid = false
      fields.bool(name, into: &isSaid)
      if isSaid { found.append((name, step)) }
    }
  }
}

extension SentFile {
  fileprivate init(_ fields: FieldReader) {
    var kind = Kind.image
    fields.choice("kind", into: &kind)
    if !fields.given("kind") { fields.fault("kind", "is missing") }
    self.init(kind)
    fields.string("type", into: &type)
    fields.integer("size", into: &size, 1...(100 << 20))
    fields.string("caption", into: &caption)
    fields.string("filename", into: &filename)
    fields.bool("voice", into: &isVoice)
    fields.bool("animated", into: &isAnimated)
    if !caption.isEmpty, !kind.hasCaption { fields.fault("caption", "has no place there") }
  }
}
