package import Time

/// The connection of an account by a person's log-in with Meta, as far as it has come. Its secrets stand beside it.
package struct Signup: Hashable, Sendable {
  package struct Phone: Hashable, Sendable {
    package let id: String
    /// As it is shown to people.
    package let number: String
    package let name: String
    /// Meta's word for it: a number that is connected already is not registered again.
    package let isConnected: Bool
    package var isRegistered = false
    /// Why it could not be registered.
    package var failure: String?

    package init(id: String, number: String, name: String, isConnected: Bool) {
      (self.id, self.number, self.name, self.isConnected) = (id, number, name, isConnected)
    }
  }

  package struct Waba: Hashable, Sendable {
    package let id: String
    package var isSubscribed = false
    /// nil until they were asked for.
    package var phones: [Phone]?

    package init(id: String) { self.id = id }
  }

  /// What the browser or a webhook said of it. Both are hints: the token has to agree.
  package struct Hint: Hashable, Sendable {
    package var event: String?
    package var waba: String?
    package var phone: String?
    package var business: String?
    /// Where a person broke off, or what Meta said was wrong.
    package var reason: String?

    package init() {}

    package var isCanceled: Bool { event == "CANCEL" || event == "ERROR" }
  }

  package enum End: String, Hashable, Sendable { case done, canceled, failed }

  package let appID: String
  package let tenant: Tenant
  /// The account that gets it; made where there is none.
  package let account: String?
  /// Of the first number; others are called by their digits.
  package let sender: String?
  package let createdAt: CalendarTime
  package var hint = Hint()
  package var hasCode = false
  /// Since when somebody exchanges the code, which counts once.
  package var exchangingSince: CalendarTime?
  package var hasToken = false
  package var expiresAt: CalendarTime?
  package var isInspected = false
  package var wabas: [Waba] = []
  package var isStored = false
  package var end: End?
  package var failure: String?
  package var tries = 0
  /// Not before then.
  package var nextTry: CalendarTime?

  package init(
    appID: String, tenant: Tenant, account: String?, sender: String?, createdAt: CalendarTime
  ) {
    (self.appID, self.tenant, self.account) = (appID, tenant, account)
    (self.sender, self.createdAt) = (sender, createdAt)
  }

  /// A link to log in with counts as long.
  package static let linkLife = Duration.seconds(600)
  /// Who exchanges the code and is not heard of again has met his end.
  package static let exchangeLimit = Duration.seconds(25)
  package static let triesLimit = 12
}

/// What is to be done next. Each step can be done again: what was done already shows there.
package enum SignupStep: Hashable, Sendable {
  case waitForCode
  case exchange
  case inspect
  case subscribe(waba: String)
  case listPhones(waba: String)
  case register(phone: String)
  case store
  case finish
  case none

  /// `canRegister`: there is a PIN to register numbers with.
  package init(_ signup: Signup, canRegister: Bool) {
    self = Self.next(signup, canRegister: canRegister)
  }

  private static func next(_ signup: Signup, canRegister: Bool) -> SignupStep {
    if signup.end != nil { return .none }
    guard signup.hasToken else { return signup.hasCode ? .exchange : .waitForCode }
    guard signup.isInspected else { return .inspect }
    for waba in signup.wabas where !waba.isSubscribed { return .subscribe(waba: waba.id) }
    for waba in signup.wabas where waba.phones == nil { return .listPhones(waba: waba.id) }
    if canRegister {
      let open = signup.wabas.flatMap { $0.phones ?? [] }.first {
        !$0.isConnected && !$0.isRegistered && $0.failure == nil
      }
      if let open { return .register(phone: open.id) }
    }
    return signup.isStored ? .finish : .store
  }

  package var sentence: String {
    switch self {
    case .waitForCode: "waits for the log-in"
    case .exchange: "exchanges the code for a token"
    case .inspect: "asks what the token is for"
    case .subscribe(let waba): "subscribes to the webhooks of \(waba)"
    case .listPhones(let waba): "asks for the numbers of \(waba)"
    case .register(let phone): "registers the number \(phone)"
    case .store: "keeps the account"
    case .finish, .none: "is done"
    }
  }
}

extension Signup {
  /// The WABAs that it is about: what the hint says, where the token reaches it; else all that the token reaches.
  package mutating func reach(_ targets: [String]) -> String? {
    guard !targets.isEmpty || hint.waba != nil else {
      return "the token reaches no WhatsApp Business Account: one has to be chosen while logging in"
    }
    if let waba = hint.waba {
      // A token that says nothing of its targets reaches what its person does.
      guard targets.isEmpty || targets.contains(waba) else {
        return "the token does not reach the account \(waba) that the browser told of"
      }
      wabas = [Waba(id: waba)]
    } else {
      wabas = targets.map(Waba.init)
    }
    isInspected = true
    return nil
  }

  /// What a person has to do yet, for each number that is not registered.
  package var leftToDo: [String] {
    wabas.flatMap { $0.phones ?? [] }.filter { !$0.isConnected && !$0.isRegistered }.map { phone in
      "\(phone.number) is not registered" + (phone.failure.map { ": \($0)" } ?? ": give its PIN")
    }
  }
}
