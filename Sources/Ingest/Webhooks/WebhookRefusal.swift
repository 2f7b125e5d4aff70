internal import HTTP

/// Why a webhook is not taken. Nothing of it says what would have been right.
enum WebhookRefusal: Error {
  case notSigned
  case wronglySigned
  /// Nobody here has the account or the number that it is about.
  case foreign
  case noKey
  case wrongVerifyToken
  case unreadable(String)

  var outcome: WebhookOutcome {
    switch self {
    case .notSigned: .notSigned
    case .wronglySigned: .wronglySigned
    case .foreign: .foreign
    case .noKey: .noKey
    case .wrongVerifyToken: .wrongVerifyToken
    case .unreadable: .unreadable
    }
  }

  /// Whether another account or secret would have made it right.
  var mayBeTooEarly: Bool {
    switch self {
    case .wronglySigned, .foreign, .wrongVerifyToken: true
    case .notSigned, .noKey, .unreadable: false
    }
  }

  var sentence: String {
    switch self {
    case .notSigned: "The signature is missing."
    case .wronglySigned: "The signature is wrong."
    case .foreign: "No sender here belongs to what this webhook is about."
    case .noKey: "The query needs an api-key that is for webhooks."
    case .wrongVerifyToken: "The verify token is missing or wrong."
    case .unreadable(let reason): "The body cannot be read: \(reason)."
    }
  }

  var answer: HTTPAnswer {
    switch self {
    case .notSigned, .wronglySigned, .foreign, .wrongVerifyToken:
      Problem(status: 403, title: "Forbidden", detail: sentence).answer
    case .noKey: Problem(status: 401, title: "Unauthorized", detail: sentence).answer
    case .unreadable: Problem(status: 400, title: "Bad Request", detail: sentence).answer
    }
  }
}
