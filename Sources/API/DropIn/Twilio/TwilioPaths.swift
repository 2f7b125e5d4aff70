internal import HTTP

/// Where Twilio's Message resource stands.
enum TwilioPaths {
  static let messages = "/2010-04-01/Accounts/{account}/Messages.json"
  /// `SM….json`; without the ending Twilio answers in XML, which is not served.
  static let message = "/2010-04-01/Accounts/{account}/Messages/{message}"
  static let media = "/2010-04-01/Accounts/{account}/Messages/{message}/Media.json"

  static func checkForm(_ head: HTTPRequest) throws(TwilioRefused) {
    guard head.mediaType == "application/x-www-form-urlencoded" else {
      throw TwilioRefused(
        20001, "The Content-Type must be application/x-www-form-urlencoded")
    }
  }
}
