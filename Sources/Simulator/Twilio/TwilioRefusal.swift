internal import HTTP
internal import JSON

/// An answer of Twilio's that says no.
struct TwilioRefusal: Error {
  let status: Int
  let code: Int
  let text: String

  init(_ code: Int, status: Int = 400, _ text: String) {
    self.code = code
    self.status = status
    self.text = text
  }

  static let unauthorized = TwilioRefusal(20003, status: 401, "Authenticate")
  static let locked = TwilioRefusal(20005, status: 403, "Account not active")
  static let busy = TwilioRefusal(20429, status: 429, "Too Many Requests")

  static func notFound(_ path: String) -> TwilioRefusal {
    TwilioRefusal(20404, status: 404, "The requested resource \(path) was not found")
  }

  /// Whether the request itself was wrong, rather than its time.
  var isMalformed: Bool { status == 400 && code != 21610 && code != 21611 }

  var answer: HTTPAnswer {
    let body = JSONWriter.object { writer in
      writer.field("code", code)
      writer.field("message", text)
      writer.field("more_info", "https://www.twilio.com/docs/errors/\(code)")
      writer.field("status", status)
    }
    return HTTPAnswer(status: status, json: body)
  }
}
