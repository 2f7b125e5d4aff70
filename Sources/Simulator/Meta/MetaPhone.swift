internal import HTTP
internal import JSON
internal import Time

/// What was set on a number since the start.
struct PhoneState: Sendable {
  var profile = BusinessProfile()
  /// By the name of a feature, as it was posted.
  var features: [String: [UInt8]] = [:]
  var pin: String?
  var isRegistered = true
  /// When it was registered within three days.
  var registrations: [Int64] = []
  var webhook: WebhookOverride?
  var askedName: String?
  var standing = PhoneStanding()
  /// What Meta last sent to the number, to be given back.
  var code: String?
  var username: String?
  var automation: [UInt8]?
  /// WhatsApp ids.
  var blocked: [String] = []
}

/// What Meta makes of a number by itself: `PUT /_sim/numbers/{id}`.
struct PhoneStanding: Sendable {
  struct Entity: Sendable {
    var type = "PHONE_NUMBER"
    /// nil is the one that the number hangs on.
    var id: String?
    var verdict = "BLOCKED"
    var code = 131031
    var text = "The account is locked"
    var solution = "Contact support"
  }

  var nameStatus = "APPROVED"
  var codeVerificationStatus = "VERIFIED"
  var quality = "GREEN"
  /// nil as it is registered.
  var status: String?
  var health: [Entity] = []

  mutating func read(_ fields: FieldReader) {
    fields.string("nameStatus", into: &nameStatus)
    fields.string("codeVerificationStatus", into: &codeVerificationStatus)
    fields.string("quality", into: &quality)
    fields.string("status", into: &status)
    let given = fields.list("health") { entry in
      var entity = Entity()
      entry.string("entity", into: &entity.type)
      entry.string("id", into: &entity.id)
      entry.string("verdict", into: &entity.verdict)
      entry.integer("code", into: &entity.code, 1...999_999)
      entry.string("text", into: &entity.text)
      entry.string("solution", into: &entity.solution)
      return entity
    }
    health = given ?? health
  }
}

/// A number as the graph knows it.
extension World {
  func phoneFields(_ place: PhonePlace, at now: Int64) -> [NodeField] {
    let account = settings.meta[place.app].accounts[place.account]
    let phone = account.phones[place.phone]
    let state = phoneState(place)
    return [
      NodeField("verified_name", "Demo", isUsual: true),
      NodeField(
        "code_verification_status", state.standing.codeVerificationStatus, isUsual: true),
      NodeField("display_phone_number", phone.number, isUsual: true),
      NodeField("quality_rating", state.standing.quality, isUsual: true),
      NodeField("quality_score") { $0.field("score", state.standing.quality) },
      NodeField(
        "platform_type", state.isRegistered ? "CLOUD_API" : "NOT_APPLICABLE", isUsual: true),
      NodeField("throughput", isUsual: true) { writer in
        writer.field("level", level(of: phone.rate.count))
      },
      NodeField(
        "status", state.standing.status ?? (state.isRegistered ? "CONNECTED" : "PENDING")),
      NodeField("name_status", state.standing.nameStatus),
      NodeField("new_display_name", state.askedName),
      NodeField("new_name_status", state.askedName == nil ? "NONE" : "PENDING_REVIEW"),
      NodeField("account_mode", "LIVE"),
      NodeField("is_pin_enabled", state.pin != nil),
      NodeField("is_on_biz_app", false),
      NodeField("is_official_business_account", false),
      NodeField("is_preverified_number", false),
      NodeField("search_visibility", "NON_VISIBLE"),
      NodeField("eligibility_for_api_business_global_search", "NON_ELIGIBLE_UNDEFINED_COUNTRY"),
      NodeField("whatsapp_business_manager_messaging_limit", tier(of: messagingLimit(place))),
      NodeField("webhook_configuration") { writer in
        writer.field("phone_number", state.webhook?.url)
        writer.field("whatsapp_business_account", apps[place.app].webhooks[account.id]?.url)
        writer.field("application", settings.meta[place.app].webhookURL)
      },
      NodeField("health_status", health(of: .phone(place), at: now)),
      NodeField("conversational_automation", state.automation),
      NodeField("certificate", nil as String?), NodeField("new_certificate", nil as String?),
      NodeField("last_onboarded_time", Timestamp(microseconds: start).description),
      NodeField("country_code", "US"), NodeField("country_dial_code", "1"),
      NodeField("id", phone.id, isUsual: true),
    ]
  }

  /// Of any other rate than the two that Meta has nothing is told, so that nothing limits those who measure something
  /// else.
  private func level(of rate: Int) -> String {
    switch rate {
    case ...80: "STANDARD"
    case 1000: "HIGH"
    default: "NOT_APPLICABLE"
    }
  }

  func phoneState(_ place: PhonePlace) -> PhoneState {
    apps[place.app].phones[phoneID(place)] ?? PhoneState()
  }

  mutating func change(_ place: PhonePlace, _ body: (inout PhoneState) -> Void) {
    body(&apps[place.app].phones[phoneID(place), default: PhoneState()])
  }

  private func phoneID(_ place: PhonePlace) -> String {
    settings.meta[place.app].accounts[place.account].phones[place.phone].id
  }

  func phoneNumbers(
    _ account: MetaApp.Account, _ request: HTTPRequest, at now: Int64
  ) throws(MetaRefusal) -> HTTPAnswer {
    let asked = AskedFields(request)
    var numbers: [[UInt8]] = []
    for phone in account.phones {
      guard let place = phones[phone.id] else { continue }
      numbers.append(try asked.object("WhatsAppBusinessPhoneNumber", phoneFields(place, at: now)))
    }
    return HTTPAnswer(
      json: JSONWriter.object { writer in
        writer.name("data")
        writer.array { writer in for number in numbers { writer.raw(number) } }
      })
  }

  func messagingLimit(_ place: PhonePlace) -> Int? {
    let portfolio = settings.meta[place.app].accounts[place.account].portfolio
    return portfolio.flatMap { settings.portfolios[$0] }
  }

  func tier(of limit: Int?) -> String {
    switch limit {
    case nil: "TIER_UNLIMITED"
    // More than any tier but the last.
    case let limit? where limit >= 1_000_000: "TIER_UNLIMITED"
    case let limit? where limit >= 100_000: "TIER_100K"
    case let limit? where limit >= 10_000: "TIER_10K"
    case let limit? where limit >= 2000: "TIER_2K"
    case let limit? where limit >= 1000: "TIER_1K"
    default: "TIER_250"
    }
  }

  /// `POST /{phone}`: one thing at a time.
  mutating func changePhone(
    _ place: PhonePlace, _ request: HTTPRequest
  ) throws(MetaRefusal) -> HTTPAnswer {
    let parameters = try GraphParameters(request)
    if let configuration = parameters.root?["webhook_configuration"] {
      let override = try WebhookOverride(
        configuration["override_callback_uri"]?.string, configuration["verify_token"]?.string)
      change(place) { $0.webhook = override }
      return .success
    }
    if let pin = parameters.text("pin") {
      try checkPin(pin)
      change(place) { $0.pin = pin }
      return .success
    }
    guard let name = parameters.text("new_display_name") else {
      throw .parameter("webhook_configuration, pin or new_display_name is required")
    }
    guard (2...75).contains(name.unicodeScalars.count) else {
      throw .parameter("new_display_name must have 2 to 75 characters")
    }
    change(place) { $0.askedName = name }
    return .success
  }

  mutating func register(
    _ place: PhonePlace, _ request: HTTPRequest, at now: Int64
  ) throws(MetaRefusal) -> HTTPAnswer {
    let parameters = try GraphParameters(request)
    guard parameters.text("messaging_product") == "whatsapp" else {
      throw .parameter("The parameter messaging_product is required.")
    }
    guard let pin = parameters.text("pin") else {
      throw .parameter("The parameter pin is required.")
    }
    try checkPin(pin)
    let state = phoneState(place)
    let recent = state.registrations.filter { now - $0 < 3 * World.day }
    guard recent.count < 10 else {
      throw MetaRefusal(133016, "Registration attempts exceeded the limit of 10 in 72 hours")
    }
    change(place) { $0.registrations = recent + [now] }
    guard state.pin == nil || state.pin == pin else {
      throw MetaRefusal(133005, "Two-step verification PIN Mismatch")
    }
    change(place) {
      $0.pin = pin
      $0.isRegistered = true
    }
    return .success
  }

  mutating func deregister(_ place: PhonePlace) throws(MetaRefusal) -> HTTPAnswer {
    guard phoneState(place).isRegistered else {
      throw MetaRefusal(100, subcode: 2_207_051, "The number is not registered")
    }
    change(place) { $0.isRegistered = false }
    return .success
  }

  private func checkPin(_ pin: String) throws(MetaRefusal) {
    guard pin.utf8.count == 6, pin.utf8.allSatisfy({ (48...57).contains($0) }) else {
      throw .parameter("The pin must have 6 digits")
    }
  }
}
