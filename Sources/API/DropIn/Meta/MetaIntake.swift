internal import Domain
internal import Events
internal import JSON
internal import Running
internal import Settings

/// Reads what was asked by the rules of every send, and tells its faults by Meta's codes.
struct MetaIntake: Sendable {
  let reading: SendIntake
  private let sender: SenderSettings

  init(
    key: APIKey, number: SenderSettings, context: APIContext, idempotencyKey: String?
  ) {
    // A text is a text here, whatever it looks like.
    var sender = number
    sender.templateStrings = false
    self.sender = sender
    reading = SendIntake(
      choice: SenderChoice([sender], default: sender.sender.id, for: nil),
      idempotencyKey: idempotencyKey, isTemplate: false, now: context.door.now(),
      hasBuckets: context.settings.gcs != nil, templates: context.door.templates,
      allowsInline: key.allowsInline)
  }

  func event(_ asked: MetaCreate) throws(MetaRefused) -> SendEvent {
    guard let root = JSONValue(whole: asked.request(to: sender.sender.id)) else {
      throw .parameter("The body cannot be read.")
    }
    if asked.type == "template",
      let template = try telling({ () throws(FieldFaults) in try template(in: root) })
    {
      let word = reading.templates.word(on: template, in: sender.sender.account)
      if let refused = MetaRefused(word, of: template) { throw refused }
    }
    let events = try telling { () throws(FieldFaults) in try reading.events(root).events }
    guard let event = events.first, events.count == 1 else {
      throw .parameter("The body must be one message.")
    }
    return event
  }

  private func telling<Value>(
    _ body: () throws(FieldFaults) -> Value
  ) throws(MetaRefused) -> Value {
    do throws(FieldFaults) { return try body() } catch { throw MetaRefused(error) }
  }

  private func template(in root: JSONValue) throws(FieldFaults) -> Template? {
    try SendRequest.all(in: root, as: sender.rules).first?.message.template
  }
}
