internal import HTTP
internal import JSON

/// What can be asked about numbers and accounts, and set.
extension World {
  mutating func metaObject(
    _ id: String, _ app: Int, _ request: HTTPRequest, at now: Int64
  ) throws(MetaRefusal) -> HTTPAnswer {
    let fields = Set((request.queryValue("fields") ?? "").split(separator: ",").map(String.init))
    if let place = phones[id], place.app == app { return phoneAnswer(place, fields, at: now) }
    if let item = media[id], item.app == app { return mediaAnswer(id, item, request) }
    let account = settings.meta[app].accounts.contains { $0.id == id }
    let template = settings.meta[app].accounts.contains { account in
      account.templates.contains { templateID($0) == id }
    }
    guard account || template else { throw .unknownObject(id) }
    return HTTPAnswer(
      json: JSONWriter.object { writer in
        if fields.contains("health_status") {
          writeHealth(id, account ? "WABA" : "MESSAGE_TEMPLATE", at: now, to: &writer)
        }
        writer.field("id", id)
      })
  }

  private func phoneAnswer(
    _ place: PhonePlace, _ fields: Set<String>, at now: Int64
  ) -> HTTPAnswer {
    let phone = settings.meta[place.app].accounts[place.account].phones[place.phone]
    return HTTPAnswer(
      json: JSONWriter.object { writer in write(phone, place, fields, at: now, to: &writer) })
  }

  private func write(
    _ phone: MetaApp.Phone, _ place: PhonePlace, _ fields: Set<String>, at now: Int64,
    to writer: inout JSONWriter
  ) {
    let isHigh = phone.rate.count >= 1000
    let texts: [(name: String, text: String, isUsual: Bool)] = [
      ("display_phone_number", phone.number, true), ("verified_name", "Demo", true),
      ("quality_rating", "GREEN", true), ("code_verification_status", "VERIFIED", true),
      ("platform_type", "CLOUD_API", true), ("status", "CONNECTED", false),
      ("name_status", "APPROVED", false), ("account_mode", "LIVE", false),
      ("whatsapp_business_manager_messaging_limit", tier(place), false),
    ]
    for field in texts where fields.isEmpty ? field.isUsual : fields.contains(field.name) {
      writer.name(field.name)
      writer.value(field.text)
    }
    if fields.isEmpty || fields.contains("throughput") {
      writer.name("throughput")
      writer.object { $0.field("level", isHigh ? "HIGH" : "STANDARD") }
    }
    if fields.contains("health_status") {
      writeHealth(phone.id, "PHONE_NUMBER", at: now, to: &writer)
    }
    writer.field("id", phone.id)
  }

  private func limit(_ place: PhonePlace) -> Int? {
    let portfolio = settings.meta[place.app].accounts[place.account].portfolio
    return portfolio.flatMap { settings.portfolios[$0] }
  }

  private func tier(_ place: PhonePlace) -> String {
    switch limit(place) {
    case nil: "TIER_UNLIMITED"
    case let limit? where limit >= 100_000: "TIER_100K"
    case let limit? where limit >= 10_000: "TIER_10K"
    case let limit? where limit >= 2000: "TIER_2K"
    case let limit? where limit >= 1000: "TIER_1K"
    default: "TIER_250"
    }
  }

  private func writeHealth(
    _ id: String, _ type: String, at now: Int64, to writer: inout JSONWriter
  ) {
    let isLocked = desk.entries.contains {
      $0.fault.kind == .accountLocked && $0.fault.provider != "twilio" && $0.isActive(at: now)
    }
    let verdict = isLocked ? "BLOCKED" : "AVAILABLE"
    writer.name("health_status")
    writer.object { writer in
      writer.field("can_send_message", verdict)
      writer.list("entities", [id]) { writer, id in
        writer.field("entity_type", type)
        writer.field("id", id)
        writer.field("can_send_message", verdict)
        guard isLocked else { return }
        writer.list("errors", [131031]) { writer, code in
          writer.field("error_code", code)
          writer.field("error_description", "The account is locked")
          writer.field("possible_solution", "Contact support")
        }
      }
    }
  }

  func phoneNumbers(_ account: MetaApp.Account, at now: Int64) -> HTTPAnswer {
    HTTPAnswer(
      json: JSONWriter.object { writer in
        writer.list("data", account.phones) { writer, phone in
          if let place = phones[phone.id] { write(phone, place, [], at: now, to: &writer) }
        }
      })
  }

  func callingSettings(_ place: PhonePlace, _ id: String) -> HTTPAnswer {
    let usual = JSONWriter.object { $0.field("status", "DISABLED") }
    return HTTPAnswer(
      json: JSONWriter.object { writer in
        writer.name("calling")
        writer.raw(apps[place.app].calling[id] ?? usual)
      })
  }

  mutating func changeSettings(
    _ place: PhonePlace, _ id: String, _ request: HTTPRequest
  ) throws(MetaRefusal) -> HTTPAnswer {
    let document: JSONDocument
    do { document = try JSONDocument(request.body) } catch {
      throw .parameter("The body is not JSON: \(error.description)")
    }
    guard let calling = document.root["calling"], calling.kind == .object else {
      throw .missing("calling")
    }
    if calling["status"]?.string == "ENABLED", let limit = limit(place), limit < 2000 {
      throw MetaRefusal(138015, "Calling cannot be enabled", "The messaging limit is below 2000")
    }
    let servers = calling["sip"]?["servers"]?.items ?? []
    guard servers.count <= 1, servers.allSatisfy({ $0["hostname"]?.string?.isEmpty == false })
    else { throw .parameter("There may be one SIP server, with its hostname") }
    apps[place.app].calling[id] = calling.text
    return HTTPAnswer(json: JSONWriter.object { $0.field("success", true) })
  }
}
