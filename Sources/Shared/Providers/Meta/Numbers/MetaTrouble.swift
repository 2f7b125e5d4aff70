internal import Domain
internal import JSON

/// What was found out about a number and about what it hangs on.
package struct MetaStanding: Sendable {
  /// How an address that should be ours answered to a challenge.
  package enum Challenge: Hashable, Sendable {
    case answered
    case wrongToken
    case other(status: Int)
    case nobody
  }

  /// The number itself; nil where nobody answered.
  package var phone: ProviderAnswer?
  /// Its account; nil where it was not asked.
  package var account: ProviderAnswer?
  /// The apps that are told of the account's news.
  package var subscribedApps: ProviderAnswer?
  /// What our app is subscribed to, asked with its own secret.
  package var subscriptions: ProviderAnswer?
  package var appID: String?
  package var hasAppSecret = true
  /// The addresses under which our webhooks are served; empty where no publicURL is set.
  package var ours: [String] = []
  package var challenge: Challenge?

  package init() {}
}

/// Something that keeps a number from sending, or us from hearing of it, with what to do about it.
package struct MetaTrouble: Hashable, Sendable {
  package enum Code: String, Sendable, CaseIterable {
    case tokenExpired = "token-expired"
    case permissionMissing = "permission-missing"
    case incorrectID = "incorrect-id"
    case accountBlocked = "account-blocked"
    case refused
    case webhookNotVerified = "webhook-not-verified"
    case webhookElsewhere = "webhook-elsewhere"
    case fieldsMissing = "webhook-fields-missing"
    case invalidSignature = "invalid-signature"
    case numberNotRegistered = "number-not-registered"
    case numberNotVerified = "number-not-verified"
    case numberNotApproved = "number-not-approved"
    case businessNotVerified = "business-not-verified"
    case sipBlocked = "sip-blocked"
  }

  package let code: Code
  package let sentence: String
  package let remedy: String
  /// False for what only limits, or may be meant so.
  package let isBlocking: Bool

  init(_ code: Code, _ sentence: String, _ remedy: String, isBlocking: Bool = true) {
    (self.code, self.sentence, self.remedy) = (code, sentence, remedy)
    self.isBlocking = isBlocking
  }

  /// In the order in which they are best mended.
  package static func all(in standing: MetaStanding) -> [MetaTrouble] {
    refusals(standing) + blocks(standing) + approvals(standing) + webhooks(standing)
  }

  // MARK: What Meta refuses to tell

  private static func refusals(_ standing: MetaStanding) -> [MetaTrouble] {
    let asked: [(ProviderAnswer?, String)] = [
      (standing.phone, "phoneNumberId"), (standing.account, "wabaId"),
    ]
    var found: [MetaTrouble] = []
    for (answer, setting) in asked {
      guard let trouble = answer.flatMap({ refusal($0, of: setting) }) else { continue }
      // One token has one fault, whatever it is asked for.
      if !found.contains(where: { $0.code == trouble.code && $0.code != .incorrectID }) {
        found.append(trouble)
      }
    }
    return found
  }

  private static func refusal(_ answer: ProviderAnswer, of setting: String) -> MetaTrouble? {
    guard let error = JSONValue(whole: answer.body)?["error"] else { return nil }
    let said = error.errorText.map { " Meta says: \($0)" } ?? ""
    switch (error["code"]?.wholeNumber, error["error_subcode"]?.wholeNumber) {
    case (190, let subcode?) where [463, 467].contains(subcode):
      return MetaTrouble(
        .tokenExpired, "The access token has expired.\(said)",
        "make another one and put it in with `postrider account token`")
    case (190, _), (102, _):
      return MetaTrouble(
        .tokenExpired, "The access token does not count, or not any more.\(said)",
        "make another one and put it in with `postrider account token`")
    case (131031, _), (368, _):
      return MetaTrouble(
        .accountBlocked, "The account is blocked.\(said)",
        "look into Business Support Home at business.facebook.com, where a review can be asked for")
    case (10, _), (200, _), (3, _):
      return MetaTrouble(
        .permissionMissing, "The access token may not do this.\(said)",
        "give the system user the account and its permissions, and mint a new token then: one that is older does not have them"
      )
    case (803, _), (100, 33):
      return incorrectID(setting, said)
    case (100, _) where error.isAboutObject:
      return incorrectID(setting, said)
    // What passes by itself, or concerns one field.
    case (4, _), (80007, _), (2, _), (1, _): return nil
    default:
      return MetaTrouble(
        .refused, "Meta refuses to tell of \(setting).\(said)",
        "look the code up at developers.facebook.com", isBlocking: false)
    }
  }

  private static func incorrectID(_ setting: String, _ said: String) -> MetaTrouble {
    MetaTrouble(
      .incorrectID, "Meta knows no object by \(setting), or the token does not reach it.\(said)",
      "compare \(setting) with WhatsApp > API Setup in the app's dashboard; it is not the phone number, and a number's id is not its account's"
    )
  }

  // MARK: What its health says

  private static func blocks(_ standing: MetaStanding) -> [MetaTrouble] {
    guard let phone = JSONValue(known: standing.phone) else { return [] }
    var found: [MetaTrouble] = []
    let health = MetaHealth(phone["health_status"])
    let status = phone["status"]?.string
    if let stop = health?.stop {
      found.append(
        MetaTrouble(.accountBlocked, stop.sentence, "do what Meta says; the lane goes on by itself")
      )
    } else if let status, ["BANNED", "RESTRICTED", "DELETED"].contains(status) {
      found.append(
        MetaTrouble(
          .accountBlocked, "The number is \(status).",
          "look into WhatsApp Manager, where a review can be asked for"))
    }
    let review = JSONValue(known: standing.account)?["account_review_status"]?.string
    if review == "REJECTED" {
      found.append(
        MetaTrouble(
          .accountBlocked, "Meta's review of the account ended with REJECTED.",
          "look into WhatsApp Manager, where another review can be asked for"))
    }
    if let health, health.sip == .blocked {
      found.append(
        MetaTrouble(
          .sipBlocked,
          "Calls do not reach the SIP server: can_receive_call_sip is BLOCKED"
            + (health.sipReasons.isEmpty ? "." : ". " + health.sipReasons.joined(separator: "; ")),
          "set its address with `postrider phone set`; messages go out all the same",
          isBlocking: false))
    }
    return found
  }

  // MARK: What has to be approved

  private static func approvals(_ standing: MetaStanding) -> [MetaTrouble] {
    [registration(standing), approval(standing), business(standing)].compactMap(\.self)
  }

  private static func registration(_ standing: MetaStanding) -> MetaTrouble? {
    guard let phone = JSONValue(known: standing.phone) else { return nil }
    if let word = phone["code_verification_status"]?.string, word == "NOT_VERIFIED" {
      return MetaTrouble(
        .numberNotVerified, "It was not shown yet that the number is ours: it is NOT_VERIFIED.",
        "ask for a code with `postrider phone request-code`, and give it back with `postrider phone verify`",
        isBlocking: phone["platform_type"]?.string != "CLOUD_API")
    }
    guard let type = phone["platform_type"]?.string, type != "CLOUD_API" else { return nil }
    return MetaTrouble(
      .numberNotRegistered, "The number is not registered for the Cloud API: it is \(type).",
      "run `postrider phone register`")
  }

  private static func approval(_ standing: MetaStanding) -> MetaTrouble? {
    guard let name = JSONValue(known: standing.phone)?["name_status"]?.string else { return nil }
    let sentence =
      switch name {
      case "DECLINED": "Meta has declined the number's display name."
      case "EXPIRED": "The approval of the number's display name has expired."
      case "PENDING_REVIEW": "The number's display name waits for Meta's approval."
      case "NONE": "The number has no display name that is approved."
      default: ""
      }
    guard !sentence.isEmpty else { return nil }
    return MetaTrouble(
      .numberNotApproved, sentence,
      "give it a name that follows Meta's rules with `postrider phone set`, and register it again once that is approved; +1 555 numbers send nothing before",
      isBlocking: name == "DECLINED")
  }

  private static func business(_ standing: MetaStanding) -> MetaTrouble? {
    guard
      let word = JSONValue(known: standing.account)?["business_verification_status"]?.string,
      word != "verified"
    else { return nil }
    return MetaTrouble(
      .businessNotVerified, "The business is not verified: it is \(word).",
      "verify it in Meta Business Suite > Security Centre; until then the limits stay low",
      isBlocking: ["rejected", "revoked"].contains(word))
  }

  // MARK: Whether we hear of it

  private static func webhooks(_ standing: MetaStanding) -> [MetaTrouble] {
    [signature(standing), verification(standing), place(standing), missing(standing)]
      .compactMap(\.self)
  }

  private static func signature(_ standing: MetaStanding) -> MetaTrouble? {
    guard standing.hasAppSecret else {
      return MetaTrouble(
        .invalidSignature, "There is no appSecret, so that no webhook's signature can be checked.",
        "set appSecret to App settings > Basic > App secret")
    }
    guard let answer = standing.subscriptions, answer.status != 200,
      let code = JSONValue(whole: answer.body)?["error"]?["code"]?.wholeNumber,
      [1, 101, 190].contains(code)
    else { return nil }
    return MetaTrouble(
      .invalidSignature,
      "Meta does not know this appSecret as the app's: the signatures of its webhooks are found wrong, and it is refused.",
      "compare appId and appSecret with App settings > Basic of the app that sends the webhooks")
  }

  private static func verification(_ standing: MetaStanding) -> MetaTrouble? {
    let remedy = "run `postrider account webhooks --sender ID --set`"
    switch standing.challenge {
    case .wrongToken:
      return MetaTrouble(
        .webhookNotVerified,
        "Who answers at our address does not know the verifyToken of these settings.",
        "start the workers with these settings, or look where the proxy leads")
    case .other(let status):
      return MetaTrouble(
        .webhookNotVerified, "Something else answers at our address, with status \(status).",
        "lead the proxy's path to ingest's address (listen), as docs/operating.md shows")
    case .nobody:
      return MetaTrouble(
        .webhookNotVerified, "Nobody answers at our address.",
        "start `postrider up` or `postrider ingest`, and look at DNS, certificate and proxy")
    case .answered, nil: break
    }
    if let found = standing.apps, let id = standing.appID, !found.contains(where: { $0.id == id }) {
      return MetaTrouble(
        .webhookNotVerified, "The app is not told of the account's news: it is not subscribed.",
        remedy)
    }
    if case .some(nil) = standing.subscription {
      return MetaTrouble(
        .webhookNotVerified, "The app has no webhook for WhatsApp that Meta has verified.", remedy)
    }
    if let found = standing.subscription ?? nil, !found.isActive {
      return MetaTrouble(
        .webhookNotVerified, "The app's webhook is switched off.", remedy)
    }
    return nil
  }

  private static func place(_ standing: MetaStanding) -> MetaTrouble? {
    guard !standing.ours.isEmpty, let found = standing.levels?.inForce,
      !standing.isOurs(found.url)
    else { return nil }
    return MetaTrouble(
      .webhookElsewhere,
      "Webhooks go to \(shownURL(found.url)), set for the \(found.level.rawValue), and not to us.",
      found.level == .app
        ? "run `postrider account webhooks --sender ID --set`"
        : "take the override away, or set it to our address, with POST /api/accounts/webhooks",
      isBlocking: false)
  }

  private static func missing(_ standing: MetaStanding) -> MetaTrouble? {
    guard let found = standing.subscription ?? nil, !found.missing.isEmpty else { return nil }
    let isDeaf = found.missing.contains("messages")
    return MetaTrouble(
      .fieldsMissing,
      "The app is not subscribed to \(found.missing.joined(separator: ", "))."
        + (isDeaf ? " Without messages nothing is heard of any send." : ""),
      "run `postrider account webhooks --sender ID --set`", isBlocking: isDeaf)
  }
}

extension MetaStanding {
  /// nil where it was not asked, or not told.
  fileprivate var subscription: MetaSubscription?? {
    guard let subscriptions else { return nil }
    do { return .some(try MetaSubscription.read(subscriptions)) } catch { return nil }
  }

  fileprivate var apps: [SubscribedApp]? {
    do { return try subscribedApps.map { try SubscribedApp.all($0) } } catch { return nil }
  }

  fileprivate var levels: WebhookLevels? {
    do { return try phone.map { WebhookLevels(try MetaNode($0)) } } catch { return nil }
  }

  /// Whatever key stands behind it.
  package func isOurs(_ url: String) -> Bool {
    let bare = url.prefix { $0 != "?" }
    return ours.contains { $0 == bare || "\($0)/" == bare }
  }
}

extension JSONValue {
  fileprivate init?(known answer: ProviderAnswer?) {
    guard let answer, answer.status == 200, let root = JSONValue(whole: answer.body) else {
      return nil
    }
    self = root
  }

  fileprivate var isAboutObject: Bool {
    self["message"]?.string?.contains("does not exist") ?? false
  }
}
