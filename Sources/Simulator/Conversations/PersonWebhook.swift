internal import JSON
internal import Time

/// What leaves for us because of something that a person did.
enum PersonWebhook: Sendable {
  case meta(MetaUpdate, app: Int)
  /// A field of its own, beside `messages`.
  case news(field: String, value: [UInt8], PhonePlace)
  case twilio([Field], account: Int)

  struct Field: Sendable {
    let name: String
    let value: String
  }
}

extension World {
  /// On its way, with what the faults make of it: again later, or later than what comes after it.
  mutating func passOn(
    _ webhook: PersonWebhook, from person: Int32, to sender: Int, at now: Int64
  ) {
    guard !desk.isEmpty else { return passOn(webhook, at: now) }
    let scene = FaultDesk.Scene(
      provider: senders[sender].provider, sender: senders[sender].name,
      recipient: people.address(person))
    passedOn += 1
    if let held = desk.strike([.reorderInbound], scene, at: now, ordinal: passedOn) {
      effects.append(.at(now + held.delay.microseconds, .passOn(webhook)))
    } else {
      passOn(webhook, at: now)
    }
    if let again = desk.strike([.duplicateInbound], scene, at: now, ordinal: passedOn) {
      effects.append(.at(now + again.delay.microseconds, .passOn(webhook)))
    }
  }

  mutating func passOn(_ webhook: PersonWebhook, at now: Int64) {
    switch webhook {
    case .meta(let update, let app):
      if webhookURL(of: update.place) != nil { add(update, app, at: now) }
    case .news(let field, let value, let place):
      let waba = settings.meta[place.app].accounts[place.account].id
      tell(field, value, of: waba, place.app, at: now)
    case .twilio(let fields, let account):
      guard let url = settings.twilio[account].inboundURL else { return }
      let pairs = fields.map { (name: $0.name, value: $0.value) }
      effects.append(.deliver(twilioDelivery(url, pairs, account, at: now)))
    }
  }
}
