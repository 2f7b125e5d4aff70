internal import HTTP
internal import JSON
internal import Time

/// `POST /{phone-number-id}/messages`, and `/marketing_messages` for marketing templates.
extension World {
  /// The body of a 200, and the serial number of a message that was accepted.
  mutating func sendMetaMessage(
    _ place: PhonePlace, _ request: HTTPRequest, _ scene: FaultDesk.Scene,
    isMarketingRoute: Bool, at now: Int64
  ) throws(MetaRefusal) -> (answer: HTTPAnswer, serial: Int?) {
    let type = request.headers.first("content-type") ?? ""
    guard type.hasPrefix("application/json") else { throw .parameter("The body must be JSON") }
    let document: JSONDocument
    do { document = try JSONDocument(request.body) } catch {
      throw .parameter("The body is not JSON: \(error.description)")
    }
    if document.root["status"] != nil, !isMarketingRoute {
      return (try markRead(document.root), nil)
    }
    let message = try MetaMessage(document.root)
    let phone = settings.meta[place.app].accounts[place.account].phones[place.phone]
    guard message.to != phone.number else {
      throw MetaRefusal(131021, "Recipient cannot be sender")
    }
    if let allowed = phone.allowed, !allowed.contains(message.to) {
      throw MetaRefusal(131030, "Recipient phone number not in allowed list")
    }
    let template =
      try message.type == "template" ? checkTemplate(message, place, scene, at: now) : nil
    try checkRoute(isMarketingRoute, document.root, template, place, at: now)
    try checkStanding(of: place, isTemplate: template != nil, at: now)
    let serial = try acceptMeta(
      message, place, phone, template, isMarketingRoute: isMarketingRoute, at: now)
    expect(serial, { Seen(message, template, id: $0) }, at: now)
    return (HTTPAnswer(json: acceptance(message, serial)), serial)
  }

  private func markRead(_ root: JSONValue) throws(MetaRefusal) -> HTTPAnswer {
    guard root["messaging_product"]?.string == "whatsapp" else {
      throw .parameter("The parameter messaging_product is required.")
    }
    guard root["status"]?.string == "read" else { throw .parameter("status must be read") }
    guard isMessage(root["message_id"]?.string) else {
      throw .invalid("message_id is no message")
    }
    return HTTPAnswer(json: JSONWriter.object { $0.field("success", true) })
  }

  private mutating func checkTemplate(
    _ message: MetaMessage, _ place: PhonePlace, _ scene: FaultDesk.Scene, at now: Int64
  ) throws(MetaRefusal) -> MetaApp.Template {
    let use = try MetaTemplateUse(message.object)
    let template = try use.template(of: settings.meta[place.app].accounts[place.account])
    var scene = scene
    scene.template = use.name
    if desk.strike([.templatePaused], scene, at: now, ordinal: requests) != nil {
      throw MetaTemplateUse.paused
    }
    try use.check(against: template)
    return template
  }

  private mutating func acceptMeta(
    _ message: MetaMessage, _ place: PhonePlace, _ phone: MetaApp.Phone,
    _ template: MetaApp.Template?, isMarketingRoute: Bool, at now: Int64
  ) throws(MetaRefusal) -> Int {
    let person = people.number(of: message.to)
    guard let sender = senderNumbers[phone.id] else { throw .unknownObject(phone.id) }
    let key = Pair.key(sender, person)
    let isOpen = hasOpenWindow(pairs[key], person, at: now)
    try passDoors(sender, person, key, place, isOpen: isOpen, at: now)
    var draft = Draft(sender: sender, person: person)
    draft.isReaction = message.type == "reaction"
    draft.body = message.object["body"]?.string ?? ""
    draft.callback = message.opaque ?? ""
    draft.claim = message.opaque.flatMap(Claim.init(opaque:))
    if !people[person].isOnWhatsApp {
      draft.code = 131026
      draft.detail = "Message Undeliverable"
    } else if !isOpen, template == nil {
      draft.code = 131047
      draft.detail = "Re-engagement message"
    }
    if let template {
      draft.price = isMarketingRoute ? .marketingLite : Message.Price(template)
      draft.heldBy = paced(template, place)
      if draft.code == nil, template.category == "MARKETING", pairs[key]?.hasOptedOut == true {
        draft.code = 131050
        draft.detail = "User has stopped marketing messages from your business"
      } else if draft.code == nil, template.category == "MARKETING",
        refusesMarketing(place, sender, person, messages.next, isOpen: isOpen, at: now)
      {
        draft.code = 131049
        draft.detail =
          "This message was not delivered to maintain healthy ecosystem engagement."
      }
    }
    let portfolio = settings.meta[place.app].accounts[place.account].portfolio
    if let portfolio, !isOpen { noteUse(of: portfolio, by: person, at: now) }
    return accept(draft, at: now)
  }

  /// Every door counts every arrival, whatever the others say.
  private mutating func passDoors(
    _ sender: Int, _ person: Int32, _ key: UInt64, _ place: PhonePlace, isOpen: Bool,
    at now: Int64
  ) throws(MetaRefusal) {
    let isInTime = senders[sender].rate?.arrive(at: now) ?? true
    let isPairInTime = passPair(sender, key, at: now)
    let portfolio = settings.meta[place.app].accounts[place.account].portfolio
    let hasRoom = portfolio.flatMap { isOpen ? nil : portfolios[$0]?.arrive(person, at: now) }
    guard isInTime else {
      throw MetaRefusal(
        130429, "Rate limit hit", "Message failed to send because there were too many messages")
    }
    guard isPairInTime else {
      throw MetaRefusal(
        131056, "(Business Account, Consumer Account) pair rate limit hit",
        "Too many messages to the same recipient in a short time")
    }
    guard hasRoom ?? true else {
      throw MetaRefusal(80007, "Rate limit issues", "The messaging limit of recipients is reached")
    }
  }

  private mutating func passPair(_ sender: Int, _ key: UInt64, at now: Int64) -> Bool {
    guard let door = senders[sender].pair else { return true }
    var pair = pairs[key] ?? Pair()
    let (owed, passes) = door.arrive(at: now, debtEnds: &pair.debtEnds)
    pairs[key] = pair
    senders[sender].pairArrivals += 1
    senders[sender].worstPair = max(senders[sender].worstPair, owed)
    if !passes { senders[sender].pairViolations += 1 }
    return passes
  }

  private func acceptance(_ message: MetaMessage, _ serial: Int) -> [UInt8] {
    let digits = message.to.hasPrefix("+") ? String(message.to.dropFirst()) : message.to
    return JSONWriter.object { writer in
      writer.field("messaging_product", "whatsapp")
      writer.list("contacts", [message.to]) { writer, to in
        writer.field("input", message.input)
        writer.field(to.hasPrefix("+") ? "wa_id" : "user_id", digits)
      }
      writer.list("messages", [serial]) { writer, serial in
        writer.field("id", mint.wamid(serial, to: digits))
        guard message.type == "template" else { return }
        let isHeld = messages[serial]?.isHeld ?? false
        writer.field("message_status", isHeld ? "held_for_quality_assessment" : "accepted")
      }
    }
  }
}

extension Message.Price {
  fileprivate init(_ template: MetaApp.Template) {
    self = Message.Price(rawValue: template.category.lowercased()) ?? .utility
  }
}
