internal import Events
internal import Domain
internal import JSON

/// One item of `messages`.
struct MetaMessage {
  private let item: JSONValue
  private let place: MetaPlace
  private let id: String
  private let type: String

  init(_ item: JSONValue, in place: MetaPlace) throws(WebhookUnreadable) {
    guard let id = item["id"]?.string, id.isPlainID else {
      throw WebhookUnreadable(description: "a message without id")
    }
    guard let type = item["type"]?.string, type.isPlainID else {
      throw WebhookUnreadable(description: "a message without type")
    }
    self.item = item
    self.place = place
    self.id = id
    self.type = type
  }

  func inbound() throws(WebhookUnreadable) -> InboundMessage {
    guard let person = person else {
      throw WebhookUnreadable(description: "a message without a sender")
    }
    var message = try message(with: person)
    message.waID = contact?["wa_id"]?.name
    message.userID = userID
    message.profileName = contact?["profile"]?["name"]?.string
    message.referral = item["referral"]?.text
    return message
  }

  /// One that was written on the business app. Its contact is whom it went to.
  func echo() throws(WebhookUnreadable) -> InboundMessage {
    let user = item["to_user_id"]?.string
    guard let person = [item["to"]?.name, user].compactMap(\.self).compactMap(Self.address).first
    else {
      throw WebhookUnreadable(description: "a message without a recipient")
    }
    var message = try message(with: person)
    message.userID = user
    return message
  }

  private func message(with person: String) throws(WebhookUnreadable) -> InboundMessage {
    guard let address = place.phoneNumberID else {
      throw WebhookUnreadable(description: "a message without phone number id")
    }
    var message = InboundMessage(
      provider: .meta, account: place.account, address: address, contact: PersonAddress(person),
      providerID: ProviderID(id), kind: type, receivedAt: place.receivedAt)
    message.displayNumber = place.value["metadata"]?["display_phone_number"]?.name
    message.providerAt = item["timestamp"]?.metaTime
    message.context = context
    message.code = item["errors"]?.items?.first?["code"]?.wholeNumber
    message.raw = item.text
    readContent(into: &message)
    return message
  }

  /// A number where there is one; the id that hides it where there is none.
  private var person: String? {
    let given = [item["from"]?.name, userID, contact?["wa_id"]?.name]
    return given.compactMap(\.self).compactMap(Self.address).first
  }

  private var userID: String? {
    let from = item["from"]?.string.flatMap { Recipient.isBusinessScoped($0) ? $0 : nil }
    return item["from_user_id"]?.string ?? from ?? contact?["user_id"]?.string
  }

  private static func address(_ text: String) -> String? {
    if Recipient.isBusinessScoped(text) { return text }
    let digits = text.hasPrefix("+") ? text.dropFirst() : text[...]
    let isNumber =
      (2...20).contains(digits.utf8.count)
      && digits.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    return isNumber ? "+\(digits)" : nil
  }

  /// The one that belongs to this message; with a single message there is a single one.
  private var contact: JSONValue? {
    let from = item["from"]?.name
    let user = item["from_user_id"]?.string
    let own = place.contacts.first { contact in
      (from != nil && (contact["wa_id"]?.name == from || contact["user_id"]?.string == from))
        || (user != nil && contact["user_id"]?.string == user)
    }
    return own ?? (place.contacts.count == 1 && from == nil ? place.contacts.first : nil)
  }

  private var context: InboundContext? {
    guard let context = item["context"], context.kind == .object else { return nil }
    let isForwarded =
      context["forwarded"]?.bool == true || context["frequently_forwarded"]?.bool == true
    return InboundContext(
      id: context["id"]?.string.map { ProviderID($0) }, from: context["from"]?.name,
      isForwarded: isForwarded)
  }

  private func readContent(into message: inout InboundMessage) {
    guard let content = item[type] else { return }
    switch type {
    case "text": message.text = content["body"]?.string
    case "image", "video", "document", "sticker", "audio":
      message.text = content["caption"]?.string
      message.media = [InboundMedia(meta: content)].compactMap(\.self)
    case "location": message.location = InboundPlace(content)
    case "contacts":
      message.cards = (content.items ?? []).prefix(InboundCard.mostCards).map {
        InboundCard(meta: $0)
      }
    case "reaction":
      message.reaction = content["message_id"]?.string.map { id in
        Reaction(to: ProviderID(id), emoji: content["emoji"]?.string ?? "")
      }
    case "button":
      message.text = content["text"]?.string
      message.reply = InboundReply(template: content)
    case "interactive": readInteractive(content, into: &message)
    case "order": message.text = content["text"]?.string
    case "system":
      message.text = content["body"]?.string
      message.changedTo = content["wa_id"]?.name ?? content["user_id"]?.string
    case "edit", "revoke":
      message.original = content["original_message_id"]?.string.map { ProviderID($0) }
      message.text = content["message"]?["text"]?["body"]?.string
    default: break
    }
  }

  private func readInteractive(_ content: JSONValue, into message: inout InboundMessage) {
    if let button = content["button_reply"] {
      message.reply = InboundReply(.button, meta: button)
    } else if let row = content["list_reply"] {
      message.reply = InboundReply(.list, meta: row)
    } else if let form = content["nfm_reply"] {
      message.flowResponse =
        form["response_json"]?.string
        ?? form["response_json"].map { String(decoding: $0.text, as: UTF8.self) }
      message.text = form["body"]?.string
    }
    message.text = message.text ?? message.reply?.title
  }
}

extension InboundMedia {
  fileprivate init?(meta content: JSONValue) {
    guard let id = content["id"]?.name else { return nil }
    self.init(
      id: id, url: content["url"]?.string, contentType: content["mime_type"]?.string,
      sha256: content["sha256"]?.string, filename: content["filename"]?.string,
      isVoice: content["voice"]?.bool)
  }
}

extension InboundCard {
  fileprivate init(meta card: JSONValue) {
    let phones = (card["phones"]?.items ?? []).prefix(Self.mostPhones).map { phone in
      Phone(number: phone["phone"]?.name, waID: phone["wa_id"]?.name)
    }
    self.init(
      name: card["name"]?["formatted_name"]?.string, origin: card["origin"]?.string,
      phones: phones)
  }
}

extension InboundReply {
  fileprivate init?(_ kind: Kind, meta content: JSONValue) {
    guard let id = content["id"]?.string else { return nil }
    self.init(
      kind: kind, id: id, title: content["title"]?.string,
      description: content["description"]?.string)
  }

  fileprivate init?(template content: JSONValue) {
    guard let id = content["payload"]?.string ?? content["text"]?.string else { return nil }
    self.init(kind: .button, id: id, title: content["text"]?.string)
  }
}
