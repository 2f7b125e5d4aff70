internal import HTTP
internal import JSON

/// What people see of a business: `GET`, `POST /{phone}/whatsapp_business_profile`.
struct BusinessProfile: Sendable {
  /// By field, with how many characters it may have.
  static let limits = [
    "about": 139, "address": 256, "description": 512, "email": 128, "profile_picture_handle": 8192,
  ]
  static let verticals: Set<String> = [
    "UNDEFINED", "OTHER", "AUTO", "BEAUTY", "APPAREL", "EDU", "ENTERTAIN", "EVENT_PLAN", "FINANCE",
    "GROCERY", "GOVT", "HOTEL", "HEALTH", "NONPROFIT", "PROF_SERVICES", "RETAIL", "TRAVEL",
    "RESTAURANT", "NOT_A_BIZ", "ALCOHOL", "ONLINE_GAMBLING", "PHYSICAL_GAMBLING", "OTC_DRUGS",
  ]

  private var texts = ["about": "Hey there! I am using WhatsApp."]
  private var websites: [String] = []
  private var vertical = "UNDEFINED"

  var fields: [NodeField] {
    ["about", "address", "description", "email"].map {
      NodeField($0, texts[$0], isUsual: true)
    } + [
      NodeField(
        "profile_picture_url", texts["profile_picture_handle"].map { _ in "https://pps.example/x" },
        isUsual: true),
      NodeField("websites", websitesJSON, isUsual: true),
      NodeField("vertical", vertical, isUsual: true),
      NodeField("messaging_product", "whatsapp", isUsual: true),
    ]
  }

  private var websitesJSON: [UInt8]? {
    guard !websites.isEmpty else { return nil }
    var writer = JSONWriter()
    writer.array { writer in for website in websites { writer.value(website) } }
    return writer.bytes
  }

  mutating func apply(_ root: JSONValue) throws(MetaRefusal) {
    guard root["messaging_product"]?.string == "whatsapp" else {
      throw .parameter("The parameter messaging_product is required.")
    }
    for (name, limit) in Self.limits.sorted(by: { $0.key < $1.key }) {
      guard let text = root[name]?.string else { continue }
      let isTooShort = name == "about" && text.isEmpty
      guard !isTooShort, text.unicodeScalars.count <= limit else {
        throw .parameter("Param \(name) must have at most \(limit) characters")
      }
      texts[name] = text
    }
    if let given = root["websites"] {
      let all = given.items?.compactMap(\.string) ?? []
      guard all.count == given.items?.count, all.count <= 2, all.allSatisfy({ $0.count <= 256 })
      else { throw .parameter("Param websites must be at most 2 URLs of 256 characters") }
      websites = all
    }
    if let given = root["vertical"]?.string {
      guard Self.verticals.contains(given) else {
        throw .parameter("Param vertical is no vertical: \(given)")
      }
      vertical = given
    }
  }
}

extension World {
  func profile(
    _ place: PhonePlace, _ request: HTTPRequest
  ) throws(MetaRefusal) -> HTTPAnswer {
    let object = try AskedFields(request)
      .object("WhatsAppBusinessProfile", phoneState(place).profile.fields)
    return HTTPAnswer(
      json: JSONWriter.object { writer in
        writer.name("data")
        writer.array { $0.raw(object) }
      })
  }

  mutating func changeProfile(
    _ place: PhonePlace, _ request: HTTPRequest
  ) throws(MetaRefusal) -> HTTPAnswer {
    guard let root = try GraphParameters(request).root else {
      throw .parameter("The body must be JSON")
    }
    var profile = phoneState(place).profile
    try profile.apply(root)
    change(place) { $0.profile = profile }
    return .success
  }
}
