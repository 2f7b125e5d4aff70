internal import HTTP
internal import JSON

/// An answer of Meta's that says no.
struct MetaRefusal: Error {
  let status: Int
  let code: Int
  let subcode: Int?
  let title: String
  let details: String?
  /// The WABA whose calls are used up, and in how many minutes there are some again.
  var usage: (waba: String, minutes: Int64)?

  init(
    _ code: Int, status: Int = 400, subcode: Int? = nil, _ title: String, _ details: String? = nil
  ) {
    self.code = code
    self.status = status
    self.subcode = subcode
    self.title = title
    self.details = details
  }

  static func missing(_ name: String) -> MetaRefusal {
    MetaRefusal(131008, "Required parameter is missing", "Parameter '\(name)' is missing")
  }

  static func invalid(_ details: String) -> MetaRefusal {
    MetaRefusal(131009, "Parameter value is not valid", details)
  }

  static func parameter(_ text: String) -> MetaRefusal {
    MetaRefusal(100, "Invalid parameter", text)
  }

  static func unknownObject(_ id: String) -> MetaRefusal {
    MetaRefusal(
      100, subcode: 33,
      "Unsupported request. Object with ID '\(id)' does not exist or cannot be loaded")
  }

  static let expired = MetaRefusal(
    190, status: 401, subcode: 463, "Error validating access token: Session has expired")
  static let badToken = MetaRefusal(190, status: 401, "Invalid OAuth access token.")
  static let locked = MetaRefusal(131031, status: 403, "Business Account locked")

  /// Whether the request itself was wrong, rather than its time.
  var isMalformed: Bool { [100, 131008, 131009, 131051, 132000, 132012, 132018].contains(code) }

  func answer(trace: String) -> HTTPAnswer {
    let body = JSONWriter.object { writer in
      writer.name("error")
      writer.object { writer in
        writer.field("message", "(#\(code)) \(title)")
        writer.field("type", "OAuthException")
        writer.field("code", code)
        if let subcode { writer.field("error_subcode", subcode) }
        if let details {
          writer.name("error_data")
          writer.object { writer in
            writer.field("messaging_product", "whatsapp")
            writer.field("details", details)
          }
        }
        writer.field("fbtrace_id", trace)
      }
    }
    return HTTPAnswer(
      status: status,
      headers: [HTTPHeader("Content-Type", "application/json; charset=UTF-8")] + usageHeaders,
      body: body)
  }

  private var usageHeaders: [HTTPHeader] {
    guard let usage else { return [] }
    let json =
      #"{"\#(usage.waba)":[{"type":"whatsapp_business_management","call_count":100,"#
      + #""estimated_time_to_regain_access":\#(usage.minutes)}]}"#
    return [HTTPHeader("X-Business-Use-Case-Usage", json)]
  }
}
