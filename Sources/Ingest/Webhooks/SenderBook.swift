internal import Events
internal import Settings
internal import Domain
internal import Providers

/// What one Twilio account's webhooks are checked with, and whose senders it has.
struct TwilioKeys: Sendable {
  fileprivate(set) var signature = TwilioSignature.Keys(tokens: [])
  fileprivate(set) var tenants: [Tenant] = []
  private var tokens: [Secret] = []
  private var sharedKeys: [String: Secret] = [:]

  fileprivate mutating func add(_ more: [Secret], sharedKeys: [String: Secret] = [:]) {
    for token in more where !tokens.contains(token) { tokens.append(token) }
    self.sharedKeys.merge(sharedKeys) { first, _ in first }
    signature = TwilioSignature.Keys(tokens: tokens, sharedKeys: self.sharedKeys)
  }

  fileprivate mutating func add(_ tenant: Tenant) {
    if !tenants.contains(tenant) { tenants.append(tenant) }
  }
}

/// Our senders as webhooks find them: by account, by number, by secret.
struct SenderBook: Sendable {
  let all: [SenderSettings]
  /// All that any Meta sender has, each once.
  private(set) var appSecrets: [Secret] = []
  private(set) var verifyTokens: [Secret] = []
  private var appIDs: [Secret: String] = [:]
  private var accounts: [AccountID: TwilioKeys] = [:]
  private var twilioTenants: Set<Tenant> = []
  private var metaAccounts: [AccountID: [Secret]] = [:]
  private let index: SenderIndex

  init(_ settings: Settings) {
    all = settings.senders
    index = SenderIndex(settings.senders)
    for sender in all {
      switch sender.credentials {
      case .twilio(let own): add(own, sender.sender)
      case .meta(let own): add(own, sender)
      }
    }
    for app in settings.apps {
      add(app.secrets, app.verifyToken)
      for secret in app.secrets { appIDs[secret] = app.id }
    }
    if let relay = settings.relay, let sid = relay.accountSid {
      accounts[AccountID(sid), default: TwilioKeys()].add([relay.authToken].compactMap(\.self))
    }
  }

  func hasTwilioSender(of tenant: Tenant) -> Bool { twilioTenants.contains(tenant) }

  func twilioKeys(of account: AccountID) -> TwilioKeys? { accounts[account] }

  func appID(of secret: Secret) -> String? { appIDs[secret] }

  /// A number that is nobody's here may be told of by any app of ours; one of ours only by its own app.
  func mayTell(of phoneNumberID: String, _ secret: Secret) -> Bool {
    guard case .meta(let own) = index.sender(phoneNumberID: phoneNumberID)?.credentials else {
      return true
    }
    return own.appSecrets.contains(secret)
  }

  /// The same for an account: of one of ours, only an app that has a sender in it.
  func mayTell(of account: AccountID, _ secret: Secret) -> Bool {
    metaAccounts[account]?.contains(secret) ?? true
  }

  /// With the account that our sender goes by: it may be known here by its number alone. An inbound
  /// message gets the tenant whose sender it was written to.
  func named(_ item: WebhookItem) -> WebhookItem {
    switch item {
    case .callback(let callback):
      guard let phone = callback.phoneNumberID.flatMap(index.sender(phoneNumberID:)) else {
        return item
      }
      var named = callback
      named.account = phone.sender.account
      return .callback(named)
    case .inbound(var message):
      let sender = index.sender(of: message)?.sender
      if message.provider == .meta, let sender { message.account = sender.account }
      message.tenant = message.tenant ?? sender?.tenant
      return .inbound(message)
    case .account, .malformed: return item
    }
  }

  private mutating func add(_ own: TwilioCredentials, _ sender: Sender) {
    var keys = accounts[sender.account] ?? TwilioKeys()
    keys.add(own.authTokens, sharedKeys: own.signatureKeys)
    keys.add(sender.tenant)
    twilioTenants.insert(sender.tenant)
    accounts[sender.account] = keys
  }

  private mutating func add(_ own: MetaCredentials, _ sender: SenderSettings) {
    metaAccounts[sender.sender.account, default: []] += own.appSecrets
    add(own.appSecrets, own.verifyToken)
    if let app = own.appId {
      for secret in own.appSecrets { appIDs[secret] = appIDs[secret] ?? app }
    }
  }

  private mutating func add(_ secrets: [Secret], _ verifyToken: Secret?) {
    for secret in secrets where !secret.isEmpty && !appSecrets.contains(secret) {
      appSecrets.append(secret)
    }
    if let verifyToken, !verifyTokens.contains(verifyToken) { verifyTokens.append(verifyToken) }
  }
}
