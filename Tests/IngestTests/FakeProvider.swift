import Crypto
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
    if asked.target.contains("/AuthTokens/") || asked.target.contains("/Accounts") {
      return account(asked)
    }
    if asked.target.hasSuffix("/message_templates") {
      return (200, #"{"id":"7001","status":"PENDING","category":"MARKETING"}"#)
    }
    if asked.target.hasSuffix("stuck/unpause") {
      return (200, #"{"success":false,"reason":"It is not paused"}"#)
    }
    return (200, #"{"success":true}"#)
  }

  private static func account(_ asked: Asked) -> (Int, String) {
    let refusal = #"{"code":20003,"message":"Authenticate","status":401}"#
    let isNew = asked.authorization == basic(gone, "second-token")
    if asked.authorization == basic(refusing, "token-of-refusing") { return (401, refusal) }
    if asked.target.hasSuffix("/Promote") {
      return isNew ? (401, refusal) : (200, #"{"auth_token":"second-token"}"#)
    }
    if asked.target.hasSuffix("/Secondary") {
      return (201, #"{"secondary_auth_token":"second-token"}"#)
    }
    return asked.method == "POST"
      ? (201, #"{"sid":"AC00000000000000000000000000000099","status":"active","auth_token":"t"}"#)
      : (200, #"{"accounts":[]}"#)
  }

  private static func basic(_ user: String, _ password: String) -> String {
    "Basic " + base64(Array("\(user):\(password)".utf8))
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
    { id: "gone", provider: "twilio", from: "+14155550112", accountSid: "\(Self.gone)",
      authToken: "token-of-gone", baseURL: "http://127.0.0.1:\(port)" },
    { id: "refusing", provider: "twilio", from: "+14155550113", accountSid: "\(Self.refusing)",
      authToken: "token-of-refusing", baseURL: "http://127.0.0.1:\(port)" },
    { id: "silent", provider: "twilio", from: "+14155550114", accountSid: "\(Self.silent)",
      authToken: "token-of-silent", baseURL: "http://127.0.0.1:1" },
    { id: "away", provider: "meta", phoneNumberId: "904", wabaId: "9004", accessToken: "token-away",
      appSecret: "s", verifyToken: "v", baseURL: "http://127.0.0.1:1/v24.0" },
    """
  }

  static let account = "AC00000000000000000000000000000009"
  /// One whose second token is given up by somebody else, one that is refused everything, one without an answer.
  static let gone = "AC00000000000000000000000000000008"
  static let refusing = "AC00000000000000000000000000000007"
  static let silent = "AC00000000000000000000000000000006"
}
