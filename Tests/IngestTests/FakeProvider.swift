import HTTP
import Platform

/// Answers in place of Meta and of Twilio what they would say of templates, and keeps what it was asked.
final class FakeProvider: Sendable {
  struct Asked: Sendable {
    let method: String
    let target: String
    let authorization: String
    let body: String
  }

  private let kept = Locked<[Asked]>([])
  private let server: HTTPServer

  init() throws {
    let kept = kept
    server = try HTTPServer { request, responder in
      let asked = Asked(
        method: request.method, target: request.target.description,
        authorization: request.headers.first("Authorization") ?? "",
        body: String(decoding: request.body, as: UTF8.self))
      kept.withLock { $0.append(asked) }
      let (status, json) = Self.answer(to: asked)
      responder.answer(HTTPAnswer(status: status, json: Array(json.utf8)))
    }
  }

  deinit { server.drain(within: .zero) }

  var port: UInt16 { server.port }
  var asked: [Asked] { kept.withLock { $0 } }

  private static func answer(to asked: Asked) -> (Int, String) {
    if asked.body.contains("refuse_me") || asked.target.contains("refuse_me") {
      return (
        400,
        #"{"error":{"code":100,"message":"Invalid parameter","error_user_msg":"No such luck"}}"#
      )
    }
    if asked.target.contains("/v1/Content") {
      if asked.target.contains("ApprovalRequests") {
        return (201, #"{"name":"order","category":"UTILITY","status":"received"}"#)
      }
      return asked.method == "DELETE"
        ? (204, "") : (201, #"{"sid":"HX00000000000000000000000000000001"}"#)
    }
    if asked.target.hasSuffix("/message_templates") {
      return (200, #"{"id":"7001","status":"PENDING","category":"MARKETING"}"#)
    }
    if asked.target.hasSuffix("stuck/unpause") {
      return (200, #"{"success":false,"reason":"It is not paused"}"#)
    }
    return (200, #"{"success":true}"#)
  }

  /// Senders that ask here: two of Meta's accounts, of which the second has one of another tenant's, and one of Twilio's;
  /// and one whose provider does not answer.
  var senders: String {
    """
    { id: "own", provider: "meta", phoneNumberId: "901", wabaId: "9001", accessToken: "token-own",
      appSecret: "s", verifyToken: "v", app: "crm", company: "acme", baseURL: "http://127.0.0.1:\(port)/v24.0" },
    { id: "mine", provider: "meta", phoneNumberId: "902", wabaId: "9002", accessToken: "token-shared",
      appSecret: "s", verifyToken: "v", app: "crm", company: "acme", baseURL: "http://127.0.0.1:\(port)/v24.0" },
    { id: "theirs", provider: "meta", phoneNumberId: "903", wabaId: "9002", accessToken: "token-shared",
      appSecret: "s", verifyToken: "v", app: "other", company: "beta", baseURL: "http://127.0.0.1:\(port)/v24.0" },
    { id: "content", provider: "twilio", from: "whatsapp:+14155550111", accountSid: "\(Self.account)",
      authToken: "token-of-content", app: "crm", company: "acme", baseURL: "http://127.0.0.1:\(port)" },
    { id: "away", provider: "meta", phoneNumberId: "904", wabaId: "9004", accessToken: "token-away",
      appSecret: "s", verifyToken: "v", baseURL: "http://127.0.0.1:1/v24.0" },
    """
  }

  static let account = "AC00000000000000000000000000000009"
}
