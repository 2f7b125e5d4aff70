internal import Crypto
internal import HTTP
internal import JSON
internal import Time

/// What can be asked about numbers, accounts, templates and tokens.
extension World {
  mutating func metaObject(
    _ id: String, _ app: Int, _ request: HTTPRequest
  ) throws(MetaRefusal) -> HTTPAnswer {
    let fields = Set((request.queryValue("fields") ?? "").split(separator: ",").map(String.init))
    if let place = phones[id], place.app == app { return phoneAnswer(place, fields) }
    if let item = media[id], item.app == app { return mediaAnswer(id, item, request) }
    let account = settings.meta[app].accounts.contains { $0.id == id }
    let template = settings.meta[app].accounts.contains { account in
      account.templates.contains { templateID($0) == id }
    }
    guard account || template else { throw .unknownObject(id) }
    return HTTPAnswer(
      json: JSONWriter.object { writer in
        if fields.contains("health_status") {
          writeHealth(id, account ? "WABA" : "MESSAGE_TEMPLATE", to: &writer)
        }
        writer.field("id", id)
      })
  }

  private func phoneAnswer(_ place: PhonePlace, _ fields: Set<String>) -> HTTPAnswer {
    let phone = settings.meta[place.app].accounts[place.account].phones[place.phone]
    return HTTPAnswer(
      json: JSONWriter.object { writer in write(phone, place, fields, to: &writer) })
  }

  private func write(
    _ phone: MetaApp.Phone, _ place: PhonePlace, _ fields: Set<String>,
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
    if fields.contains("health_status") { writeHealth(phone.id, "PHONE_NUMBER", to: &writer) }
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

  private func writeHealth(_ id: String, _ type: String, to writer: inout JSONWriter) {
    let isLocked = desk.entries.contains {
      $0.fault.kind == .accountLocked && $0.fault.provider != "twilio"
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

  func phoneNumbers(
    _ account: MetaApp.Account, _ request: HTTPRequest
  ) -> HTTPAnswer {
    HTTPAnswer(
      json: JSONWriter.object { writer in
        writer.list("data", account.phones) { writer, phone in
          if let place = phones[phone.id] { write(phone, place, [], to: &writer) }
        }
      })
  }

  func templateID(_ template: MetaApp.Template) -> String {
    let hash = sha256(Array("\(template.name) \(template.language)".utf8)).prefix(7)
    return String(hash.reduce(UInt64(0)) { $0 << 8 | UInt64($1) } % 900_000_000_000_000 + 1)
  }

  func templates(
    _ account: MetaApp.Account, _ id: String, _ request: HTTPRequest
  ) throws(MetaRefusal) -> HTTPAnswer {
    func matches(_ name: String, _ value: String) -> Bool {
      request.queryValue(name).map { $0 == value } ?? true
    }
    let all = account.templates.filter {
      matches("name", $0.name) && matches("status", $0.status) && matches("language", $0.language)
        && matches("category", $0.category)
    }
    let limit = request.queryValue("limit").flatMap { Int($0) } ?? 25
    let start = try request.queryValue("after").map(cursorPlace) ?? 0
    guard limit > 0, start <= all.count else { throw .parameter("(#100) Invalid cursor") }
    let page = all[start..<min(all.count, start + limit)]
    return HTTPAnswer(
      json: JSONWriter.object { writer in
        writer.list("data", Array(page)) { write($1, to: &$0) }
        guard !page.isEmpty else { return }
        writer.name("paging")
        writer.object { writer in
          let after = base64(Array("\(page.endIndex)".utf8))
          writer.name("cursors")
          writer.object { writer in
            writer.field("before", base64(Array("\(start)".utf8)))
            writer.field("after", after)
          }
          guard page.endIndex < all.count else { return }
          let base = "http://\(request.headers.first("host") ?? "localhost")\(request.path)"
          let others = request.queryItems.filter { $0.name != "after" && $0.name != "limit" }
          let query =
            others.map { ($0.name, $0.value) } + [("limit", "\(limit)"), ("after", after)]
          writer.field("next", base + "?" + String(decoding: formEncoded(query), as: UTF8.self))
        }
      })
  }

  private func cursorPlace(_ cursor: String) throws(MetaRefusal) -> Int {
    let text = bytes(fromBase64: cursor[...]).map { String(decoding: $0, as: UTF8.self) }
    guard let place = text.flatMap({ Int($0) }), place >= 0 else {
      throw .parameter("(#100) Invalid cursor")
    }
    return place
  }

  private func write(_ template: MetaApp.Template, to writer: inout JSONWriter) {
    writer.field("name", template.name)
    writer.field("parameter_format", template.isNamed ? "NAMED" : "POSITIONAL")
    writer.field("status", template.status)
    writer.field("language", template.language)
    writer.field("category", template.category)
    writer.field("id", templateID(template))
    let placeholders = template.parameters.map { "{{\($0)}}" }.joined(separator: " ")
    writer.name("components")
    writer.array { writer in
      if let header = template.header {
        writer.object { writer in
          writer.field("type", "HEADER")
          writer.field("format", header.uppercased())
          if header.uppercased() == "TEXT" { writer.field("text", "{{1}}") }
        }
      }
      writer.object { writer in
        writer.field("type", "BODY")
        writer.field(
          "text", placeholders.isEmpty ? template.body : template.body + " " + placeholders)
      }
      guard !template.buttons.isEmpty else { return }
      writer.object { writer in
        writer.field("type", "BUTTONS")
        writer.list("buttons", template.buttons.keys.sorted()) { writer, index in
          writer.field("type", (template.buttons[index] ?? "").uppercased())
          writer.field("text", "Button \(index)")
        }
      }
    }
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

  func exchangeToken(_ request: HTTPRequest, at now: Int64) throws(MetaRefusal) -> HTTPAnswer {
    let app = settings.meta.first { $0.id == request.queryValue("client_id") }
    guard let app else { throw MetaRefusal(101, "Error validating application") }
    guard request.queryValue("client_secret") == app.secret else {
      throw MetaRefusal(1, "Error validating client secret.")
    }
    let isCode = request.queryValue("code")?.isEmpty == false
    if !isCode {
      guard request.queryValue("grant_type") == "fb_exchange_token" else {
        throw .parameter("grant_type must be fb_exchange_token")
      }
      guard request.queryValue("fb_exchange_token") == app.token, !isExpired(at: now) else {
        throw .expired
      }
    }
    return HTTPAnswer(
      json: JSONWriter.object { writer in
        writer.field("access_token", app.token)
        writer.field("token_type", "bearer")
        writer.field("expires_in", 5_183_944)
      })
  }

  func debugToken(_ request: HTTPRequest, at now: Int64) throws(MetaRefusal) -> HTTPAnswer {
    let asker = request.queryValue("access_token") ?? ""
    let app = settings.meta.first { "\($0.id)|\($0.secret)" == asker || $0.token == asker }
    guard let app else { throw .badToken }
    let isValid = request.queryValue("input_token") == app.token && !isExpired(at: now)
    let issued = start / 1_000_000
    return HTTPAnswer(
      json: JSONWriter.object { writer in
        writer.name("data")
        writer.object { writer in
          writer.field("app_id", app.id)
          writer.field("type", "SYSTEM_USER")
          writer.field("is_valid", isValid)
          writer.field("issued_at", issued)
          writer.field("expires_at", issued + 5_183_944)
          writer.field("data_access_expires_at", issued + 7_776_000)
          writer.field("user_id", "500000000000001")
          writer.name("scopes")
          writer.array { writer in
            writer.value("whatsapp_business_management")
            writer.value("whatsapp_business_messaging")
          }
          guard !isValid else { return }
          writer.name("error")
          writer.object { writer in
            writer.field("code", 190)
            writer.field("message", "Error validating access token")
            writer.field("subcode", 463)
          }
        }
      })
  }

  private func isExpired(at now: Int64) -> Bool {
    desk.entries.contains { entry in
      entry.fault.kind == .tokenExpired && entry.fault.provider != "twilio"
        && entry.isActive(at: now)
    }
  }
}
