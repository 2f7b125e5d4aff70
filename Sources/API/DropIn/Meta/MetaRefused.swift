internal import Crypto
internal import HTTP
internal import JSON

/// An answer that says no in the way that Meta does.
struct MetaRefused: Error, Equatable {
  let code: Int
  let status: Int
  var subcode: Int?
  let title: String
  let details: String?
  var retryAfter: Int?

  init(_ code: Int, status: Int = 400, _ title: String, _ details: String? = nil) {
    (self.code, self.status, self.title, self.details) = (code, status, title, details)
  }

  static let stranger = MetaRefused(
    190, status: 401, "Invalid OAuth access token.",
    "A key of apiKeys is needed: Authorization: Bearer KEY.")
  static let later = waiting(131016, status: 503, "It cannot be taken now; try again.")
  static let busy = waiting(
    131016, status: 503, "Too many questions to Meta are under way; try again.", for: 5)
  static let unknownPath = MetaRefused(2500, "Unknown path components")

  static func missing(_ name: String) -> MetaRefused {
    MetaRefused(131008, "Required parameter is missing", "Parameter '\(name)' is missing")
  }

  static func invalid(_ details: String) -> MetaRefused {
    MetaRefused(131009, "Parameter value is not valid", details)
  }

  static func parameter(_ details: String) -> MetaRefused {
    MetaRefused(100, "Invalid parameter", details)
  }

  /// The same for what is another tenant's and for what is not there.
  static func unknownObject(_ id: String) -> MetaRefused {
    var refused = MetaRefused(
      100,
      "Unsupported request. Object with ID '\(id.prefix(64))' does not exist or cannot be loaded")
    refused.subcode = 33
    return refused
  }

  static func lacks(_ permission: String) -> MetaRefused {
    MetaRefused(
      10, status: 403, "Application does not have permission for this action", permission)
  }

  static func waiting(
    _ code: Int, status: Int, _ details: String, for seconds: Int = 2
  ) -> MetaRefused {
    let title = code == 130429 ? "Rate limit hit" : "Service unavailable"
    var refused = MetaRefused(code, status: status, title, details)
    refused.retryAfter = seconds
    return refused
  }

  var answer: HTTPAnswer {
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
        writer.field("fbtrace_id", "A" + lowerHex(randomBytes(11)))
      }
    }
    var answer = HTTPAnswer(status: status, json: body)
    if status == 401 {
      answer = answer.adding(
        HTTPHeader("WWW-Authenticate", #"OAuth "Facebook Platform" "invalid_token""#))
    }
    if let retryAfter { answer = answer.adding(HTTPHeader("Retry-After", String(retryAfter))) }
    return answer
  }
}
