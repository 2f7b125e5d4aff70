package import Domain
package import Events
package import HTTP
internal import Forms
package import JSON
package import Settings

/// How a Bitrix24 portal is told the states of a message that it asked for.
package struct Bitrix24Report: Hashable, Sendable {
  /// Of the portal's REST methods.
  package let endpoint: WebAddress
  /// Good for an hour.
  package let accessToken: Secret
  /// For another one, where the portal sent such.
  package let refreshToken: Secret?
  /// As the portal calls the message.
  package let message: String
  /// As the portal calls us.
  package let code: String

  package init(
    endpoint: WebAddress, accessToken: Secret, refreshToken: Secret? = nil, message: String,
    code: String
  ) {
    (self.endpoint, self.accessToken, self.message) = (endpoint, accessToken, message)
    (self.refreshToken, self.code) = (refreshToken, code)
  }

  package var json: [UInt8] {
    JSONWriter.object { writer in
      writer.field("endpoint", endpoint.description)
      writer.field("token", accessToken.exposed)
      writer.field("refresh", refreshToken?.exposed)
      writer.field("message", message)
      writer.field("code", code)
    }
  }

  package init?(_ value: JSONValue) {
    guard let endpoint = value["endpoint"]?.string.flatMap({ WebAddress($0) }),
      let token = value["token"]?.string, let message = value["message"]?.string,
      let code = value["code"]?.string
    else { return nil }
    self.init(
      endpoint: endpoint, accessToken: Secret(token),
      refreshToken: value["refresh"]?.string.map(Secret.init), message: message, code: code)
  }

  /// The token stands in the body: a proxy may write addresses down.
  package func call(_ news: SendReport.News, with token: Secret? = nil) -> HTTPCall {
    HTTPCall(
      method: "POST", url: "\(endpoint)/messageservice.message.status.update.json",
      headers: [HTTPHeader("Content-Type", "application/x-www-form-urlencoded")],
      body: FormPair.encoded([
        ("CODE", code), ("MESSAGE_ID", message), ("STATUS", Self.status(news)),
        ("auth", (token ?? accessToken).exposed),
      ]))
  }

  /// Asks for another access token; nil where that cannot be.
  package func refresh(_ own: SMSProviderSettings.Bitrix24) -> HTTPCall? {
    guard let application = own.application, let refreshToken else { return nil }
    return HTTPCall(
      method: "POST", url: "\(application.tokens)/oauth/token/",
      headers: [HTTPHeader("Content-Type", "application/x-www-form-urlencoded")],
      body: FormPair.encoded([
        ("grant_type", "refresh_token"), ("client_id", application.clientID),
        ("client_secret", application.clientSecret.exposed),
        ("refresh_token", refreshToken.exposed),
      ]))
  }

  static func status(_ news: SendReport.News) -> String {
    switch news {
    case .accepted: "queued"
    case .sent: "sent"
    case .delivered, .read: "delivered"
    case .undelivered: "undelivered"
    case .failed, .canceled: "failed"
    }
  }
}

extension WebAddress {
  /// Whether both are at the same host and port, and as safe to speak to.
  package func isSamePlace(as other: WebAddress) -> Bool {
    scheme == other.scheme && authority.lowercased() == other.authority.lowercased()
  }
}
