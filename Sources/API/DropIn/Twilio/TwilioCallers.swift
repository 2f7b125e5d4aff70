internal import Crypto
internal import Domain
internal import HTTP
internal import Running
internal import Settings
internal import Time

/// Who speaks for an account of Twilio's.
struct TwilioCaller: Sendable {
  let account: AccountID
  /// Those of the account that may be used.
  let senders: [SenderSettings]
  /// Signs what is called back: the auth token that was shown, or the account's present one.
  let token: Secret
  /// nil where Twilio's own credentials were shown.
  let key: APIKey?
  /// Whether all of the account is the caller's, with what others of it have sent and received.
  let ownsAccount: Bool

  func sender(_ id: SenderID) -> SenderSettings? { senders.first { $0.sender.id == id } }
}

/// The accounts of the settings, and what opens each: its auth tokens, its API keys, and keys of ours that may use one
/// of its senders.
struct TwilioCallers: Sendable {
  private struct Account: Sendable {
    var senders: [SenderSettings] = []
    /// The present one first, each with its hash: all are looked at each time.
    var tokens: [(token: Secret, hash: [UInt8])] = []
    var pairs: [(sid: String, hash: [UInt8])] = []
  }

  private var accounts: [String: Account] = [:]
  private let admission: Admission
  private let keys: KeyRing

  init(_ settings: Settings, _ admission: Admission) {
    (self.admission, keys) = (admission, KeyRing(settings.apiKeys))
    for sender in settings.senders {
      guard case .twilio(let own) = sender.credentials else { continue }
      var account = accounts[own.accountSid] ?? Account()
      account.senders.append(sender)
      for token in own.authTokens where !token.isEmpty {
        guard !account.tokens.contains(where: { $0.token == token }) else { continue }
        account.tokens.append((token, sha256(token.bytes)))
      }
      if let pair = own.apiKey { account.pairs.append((pair.sid, sha256(pair.secret.bytes))) }
      accounts[own.accountSid] = account
    }
  }

  /// Without credentials that open this account nobody is told whether there is one.
  func caller(
    of request: HTTPRequest, account sid: String, for scope: APIKey.Scope
  ) throws(TwilioRefused) -> TwilioCaller {
    guard let (user, password) = Self.credentials(of: request), let account = accounts[sid] else {
      throw .stranger
    }
    let hash = sha256(Array(password.utf8))
    var shown: Secret?
    for (token, known) in account.tokens where equalInConstantTime(known, hash) && user == sid {
      shown = shown ?? token
    }
    var isPair = false
    for (name, known) in account.pairs where equalInConstantTime(known, hash) && user == name {
      isPair = true
    }
    let present = account.tokens.first?.token ?? Secret("")
    if shown != nil || isPair {
      return TwilioCaller(
        account: AccountID(sid), senders: account.senders, token: shown ?? present, key: nil,
        ownsAccount: true)
    }
    guard let key = keys.key(password) else { throw .stranger }
    let own = account.senders.filter { key.tenant == nil || $0.sender.tenant == key.tenant }
    guard !own.isEmpty else { throw .stranger }
    guard key.scopes.contains(scope) else {
      throw TwilioRefused(
        20003, status: 403, "The API key lacks the scope `\(scope.rawValue)`")
    }
    return TwilioCaller(
      account: AccountID(sid), senders: own, token: present, key: key,
      ownsAccount: own.count == account.senders.count)
  }

  /// A key of ours has its rate here as everywhere.
  func spend(_ count: Int, of caller: TwilioCaller) throws(TwilioRefused) {
    guard let key = caller.key else { return }
    do throws(Admission.Refused) { try admission.spend(count, of: key) } catch {
      guard case .rate(let wait) = error else { throw .stranger }
      throw .waiting(
        20429, status: 429, "Too Many Requests", for: max(1, Int(wait.seconds.rounded(.up))))
    }
  }

  private static func credentials(of request: HTTPRequest) -> (user: String, password: String)? {
    let header = request.headers.first("Authorization") ?? ""
    guard header.prefix(6).lowercased() == "basic ",
      let plain = bytes(fromBase64: header.dropFirst(6).drop { $0 == " " }),
      let text = String(validating: plain, as: UTF8.self),
      let colon = text.firstIndex(of: ":")
    else { return nil }
    return (String(text[..<colon]), String(text[text.index(after: colon)...]))
  }
}
