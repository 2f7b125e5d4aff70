internal import HTTP
internal import JSON

/// An answer that says no in the way that Twilio does.
struct TwilioRefused: Error, Equatable {
  let code: Int
  let status: Int
  let message: String
  var retryAfter: Int?

  init(_ code: Int, status: Int = 400, _ message: String) {
    (self.code, self.status, self.message) = (code, status, message)
  }

  static let stranger = TwilioRefused(20003, status: 401, "Authenticate")
  static let later = waiting(20503, status: 503, "The message cannot be taken now; try again.")
  static let busy = waiting(
    20503, status: 503, "Too many questions to Twilio are under way; try again.", for: 5)
  static let unknown = TwilioRefused(
    20404, status: 404, "The requested resource was not found")

  static func waiting(_ code: Int, status: Int, _ message: String, for seconds: Int = 2) -> Self {
    var refused = TwilioRefused(code, status: status, message)
    refused.retryAfter = seconds
    return refused
  }

  var answer: HTTPAnswer {
    let body = JSONWriter.object { writer in
      writer.field("code", code)
      writer.field("message", message)
      writer.field("more_info", "https://www.twilio.com/docs/errors/\(code)")
      writer.field("status", status)
    }
    var answer = HTTPAnswer(status: status, json: body)
    if status == 401 {
      answer = answer.adding(HTTPHeader("WWW-Authenticate", "Basic realm=\"Twilio API\""))
    }
    if let retryAfter { answer = answer.adding(HTTPHeader("Retry-After", String(retryAfter))) }
    return answer
  }
}
