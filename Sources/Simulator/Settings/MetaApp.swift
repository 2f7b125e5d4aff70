package struct MetaApp: Sendable {
  /// A rate, for those to whom the word means another.
  package typealias Limit = Rate

  package struct Phone: Sendable {
    package var id: String
    /// `+` and digits.
    package var number: String
    package var rate = Rate(80, per: .seconds(1))
    package var pair: Rate? = Rate(1, per: .seconds(6), burst: 45)
    /// A test number reaches only these.
    package var allowed: Set<String>?

    package init(id: String, number: String) {
      self.id = id
      self.number = number
    }
  }

  package struct Template: Sendable {
    package var name: String
    package var language: String
    /// APPROVED, PAUSED, DISABLED, PENDING, REJECTED.
    package var status = "APPROVED"
    package var category = "UTILITY"
    /// Of the body: `["1", "2"]`, or names.
    package var parameters: [String] = []
    package var isNamed = false
    /// TEXT (with one parameter), IMAGE, VIDEO, DOCUMENT or LOCATION.
    package var header: String?
    /// By index: the sub type of a button that takes a parameter.
    package var buttons: [Int: String] = [:]
    package var body = "Hello"
    /// nil: nothing of it is held.
    package var pacing: Pacing?
    /// False: the marketing messages endpoint does not take it.
    package var isForMarketingMessages = true
    /// When that endpoint knows it; nil: it does.
    var syncedAt: Int64?
    /// As they were posted, where it was made by a request; in place of what the fields above give.
    var components: [UInt8]?
    /// Why Meta refused it.
    package var rejectedReason = "NONE"
    /// What Meta will make of its category, and what it was before.
    package var correctCategory: String?
    package var previousCategory: String?

    package init(_ name: String, _ language: String, parameters: [String] = []) {
      self.name = name
      self.language = language
      self.parameters = parameters
    }
  }

  package struct Account: Sendable {
    package var id: String
    package var portfolio: String?
    package var phones: [Phone]
    package var templates: [Template]
    /// Questions in any hour about the account, its numbers and templates; 200 for one without a number.
    package var hourlyCalls = 5000
    /// NOT_ELIGIBLE, ELIGIBLE or ONBOARDED: whether it may use the marketing messages endpoint.
    package var marketingMessages = "ELIGIBLE"
    /// Marketing templates go by that endpoint alone.
    package var isMarketingElsewhereOnly = false

    package init(
      id: String, portfolio: String? = nil, phones: [Phone], templates: [Template] = []
    ) {
      self.id = id
      self.portfolio = portfolio
      self.phones = phones
      self.templates = templates
    }
  }

  package var id: String
  package var secret: String
  package var token: String
  package var verifyToken: String
  package var webhookURL: String?
  /// From the start; nil: the token never ends.
  package var tokenLife: Duration?
  package var scopes = ["whatsapp_business_management", "whatsapp_business_messaging"]
  /// WABAs that the token says nothing about.
  package var beyondReach: Set<String> = []
  package var accounts: [Account]

  package init(
    id: String, secret: String, token: String, verifyToken: String, accounts: [Account]
  ) {
    self.id = id
    self.secret = secret
    self.token = token
    self.verifyToken = verifyToken
    self.accounts = accounts
  }

  package static let demo: MetaApp = {
    let account = Account(
      id: Demo.wabaID, portfolio: Demo.portfolio,
      phones: [Phone(id: Demo.phoneNumberID, number: Demo.displayPhoneNumber)],
      templates: [
        Template(Demo.template, "en_US"), Template("order_update", "en", parameters: ["1", "2"]),
      ])
    return MetaApp(
      id: Demo.appID, secret: Demo.appSecret, token: Demo.accessToken,
      verifyToken: Demo.verifyToken, accounts: [account])
  }()
}
