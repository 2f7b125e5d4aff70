internal import Forms
internal import Crypto
internal import HTTP
internal import JSON
internal import Time

/// One status or message that waits for the next webhook of its app.
struct MetaUpdate: Sendable {
  let place: PhonePlace
  let isStatus: Bool
  let json: [UInt8]
  var contact: [UInt8]?
  var releases: Int?
}

extension World {
  mutating func reportToWebhook(_ emission: Emission, _ message: Message, at now: Int64) {
    guard case .meta(let app, _, let phone) = senders[message.sender].owner,
      let place = phones[phone.id], emission.status != .queued
    else { return release(emission.serial, at: now) }
    guard let url = webhookURL(of: place) else { return release(emission.serial, at: now) }
    totals.meta.planned += 1
    let json = status(emission, message)
    let contact = contact(message.person)
    let isOdd = emission.isUnknown || emission.isMalformed || emission.isForged
    guard !emission.isMalformed, !emission.isForged else {
      let update = MetaUpdate(place: place, isStatus: true, json: json, contact: contact)
      return deliver([update], app, to: url, emission, at: now)
    }
    var update = MetaUpdate(place: place, isStatus: true, json: json, contact: contact)
    if held[emission.serial] != nil, !isOdd { update.releases = emission.serial }
    add(update, app, at: now)
  }

  mutating func add(_ update: MetaUpdate, _ app: Int, at now: Int64) {
    apps[app].pending.append(update)
    if apps[app].pending.count >= settings.life.batchSize || update.releases != nil {
      return flush(app, at: now)
    }
    guard !apps[app].isFlushDue else { return }
    apps[app].isFlushDue = true
    effects.append(.at(now + settings.life.batchDelay.microseconds, .flush(app: app)))
  }

  mutating func flush(_ app: Int, at now: Int64) {
    apps[app].isFlushDue = false
    let updates = apps[app].pending
    apps[app].pending = []
    let byURL = Dictionary(grouping: updates) { webhookURL(of: $0.place) }
    for (url, updates) in byURL.sorted(by: { ($0.key ?? "") < ($1.key ?? "") }) {
      if let url {
        deliver(updates, app, to: url, nil, at: now)
      } else {
        for case let serial? in updates.map(\.releases) { release(serial, at: now) }
      }
    }
  }

  func webhookURL(of place: PhonePlace) -> String? {
    webhookURL(
      place.app, waba: settings.meta[place.app].accounts[place.account].id, place)
  }

  private mutating func deliver(
    _ updates: [MetaUpdate], _ app: Int, to url: String, _ odd: Emission?, at now: Int64
  ) {
    deliver(
      envelope(updates, app, at: now), app, to: url, odd, updates: updates.count,
      releases: updates.compactMap(\.releases), at: now)
  }

  mutating func deliver(
    _ json: [UInt8], _ app: Int, to url: String, _ odd: Emission? = nil, updates: Int,
    releases: [Int] = [],
    at now: Int64
  ) {
    var body = escapedAsMeta(json)
    if odd?.isMalformed == true { body.removeLast(min(20, body.count)) }
    let secret = odd?.isForged == true ? "not the secret" : settings.meta[app].secret
    let signature = lowerHex(hmac(.sha256, key: Array(secret.utf8), body))
    var call = HTTPCall(
      method: "POST", url: url,
      headers: [
        HTTPHeader("Content-Type", "application/json"),
        HTTPHeader("X-Hub-Signature-256", "sha256=\(signature)"),
      ], body: body)
    call.totalTimeout = .seconds(20)
    // What is wrong on purpose is not repeated for a week.
    let kind: Delivery.Kind = odd == nil ? .meta : .verification
    effects.append(
      .deliver(
        Delivery(call: call, kind: kind, began: now, updates: updates, releases: releases)))
  }

  /// One entry for each account, one change for each number and kind.
  private func envelope(_ updates: [MetaUpdate], _ app: Int, at now: Int64) -> [UInt8] {
    let byAccount = Dictionary(grouping: updates) { $0.place.account }
    return JSONWriter.object { writer in
      writer.field("object", "whatsapp_business_account")
      writer.list("entry", byAccount.keys.sorted()) { writer, account in
        writer.field("id", settings.meta[app].accounts[account].id)
        writer.name("changes")
        writer.array { writer in
          writeChanges(byAccount[account] ?? [], settings.meta[app].accounts[account], to: &writer)
        }
      }
    }
  }

  private func writeChanges(
    _ updates: [MetaUpdate], _ account: MetaApp.Account, to writer: inout JSONWriter
  ) {
    let groups = Dictionary(grouping: updates) { $0.place.phone * 2 + ($0.isStatus ? 0 : 1) }
    for group in groups.keys.sorted() {
      let updates = groups[group] ?? []
      let phone = account.phones[group / 2]
      writer.object { writer in
        writer.name("value")
        writer.object { writer in
          writer.field("messaging_product", "whatsapp")
          writer.name("metadata")
          writer.object { writer in
            writer.field("display_phone_number", String(phone.number.dropFirst()))
            writer.field("phone_number_id", phone.id)
          }
          // Each person once, in the order of what is told of them.
          var told: Set<[UInt8]> = []
          let contacts = updates.compactMap(\.contact).filter { told.insert($0).inserted }
          writer.raws("contacts", contacts)
          writer.raws(group % 2 == 0 ? "statuses" : "messages", updates.map(\.json))
        }
        writer.field("field", "messages")
      }
    }
  }

  func contact(_ person: Int32) -> [UInt8] {
    JSONWriter.object { writer in
      writer.name("profile")
      writer.object { $0.field("name", people[person].name) }
      if hasNumber(person) { writer.field("wa_id", digits(of: person)) }
      writer.field("user_id", userID(of: person))
    }
  }

  func hasNumber(_ person: Int32) -> Bool { people.address(person).hasPrefix("+") }

  /// The id that Meta knows a person by beside the number, or in its place.
  func userID(of person: Int32) -> String {
    guard hasNumber(person) else { return people.address(person) }
    let number = digits(of: person).utf8.reduce(UInt64(0)) { $0 &* 10 &+ UInt64($1 & 15) }
    return "US.\(mixed(number))"
  }

  private func status(_ emission: Emission, _ message: Message) -> [UInt8] {
    let serial = emission.isUnknown ? Int.max / 2 - emission.serial : emission.serial
    let digits = digits(of: message.person)
    return JSONWriter.object { writer in
      writer.field("id", mint.wamid(serial, to: digits))
      writer.field("status", emission.status.rawValue)
      writer.field("timestamp", "\(emission.at / 1_000_000)")
      if hasNumber(message.person) { writer.field("recipient_id", digits) }
      writer.field("recipient_user_id", userID(of: message.person))
      if let opaque = message.callback, !opaque.isEmpty, !emission.isUnknown {
        writer.field("biz_opaque_callback_data", opaque)
      }
      if emission.status == .failed, let code = message.code {
        writer.list("errors", [code]) { writer, code in
          let title = message.detail ?? "Message failed"
          writer.field("code", code)
          writer.field("title", title)
          writer.field("message", title)
          writer.name("error_data")
          writer.object { $0.field("details", title) }
          writer.field(
            "href",
            "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/")
        }
      } else if emission.status == .sent || emission.status == .delivered {
        writer.name("pricing")
        writer.object { writer in
          writer.field("billable", true)
          writer.field("pricing_model", "PMP")
          writer.field("type", "regular")
          writer.field("category", message.price.rawValue)
        }
      }
    }
  }

  /// False where there is no such app, or it has no webhook.
  mutating func verifyWebhook(_ app: String, at now: Int64) -> Bool {
    guard let app = settings.meta.first(where: { $0.id == app }), let url = app.webhookURL else {
      return false
    }
    let challenge = hexDigits(mixed(UInt64(now))).prefix(12)
    let query =
      "hub.mode=subscribe&hub.challenge=\(challenge)&hub.verify_token=\(String(decoding: percentEncoded(app.verifyToken), as: UTF8.self))"
    let call = HTTPCall(url: url + (url.contains("?") ? "&" : "?") + query)
    effects.append(
      .deliver(Delivery(call: call, kind: .verification, began: now, updates: 0)))
    return true
  }
}

extension JSONWriter {
  fileprivate mutating func raws(_ name: StaticString, _ items: [[UInt8]]) {
    guard !items.isEmpty else { return }
    self.name(name)
    array { writer in for item in items { writer.raw(item) } }
  }
}
