package struct TwilioAccount: Sendable {
  package struct Sender: Sendable {
    /// What becomes of a message above the sender's rate: held in Twilio's queue, accepted and failed
    /// with 63018, or refused at the door.
    package enum Excess: String, Sendable, CaseIterable { case queue, fail, refuse }

    /// `whatsapp:+…`, `+…`, a short code or a name.
    package var address: String
    package var isSandbox = false
    package var rate: Rate?
    package var excess = Excess.fail
    /// Messages in any 24 hours.
    package var daily: Int?

    package init(_ address: String) { self.address = address }

    var isWhatsApp: Bool { address.hasPrefix("whatsapp:") }
    var isRCS: Bool { address.hasPrefix("rcs:") }
  }

  package struct Service: Sendable {
    package var sid: String
    package var senders: [String]
    package var statusCallback: String?

    package init(sid: String, senders: [String], statusCallback: String? = nil) {
      self.sid = sid
      self.senders = senders
      self.statusCallback = statusCallback
    }
  }

  package struct Content: Sendable {
    package var sid: String
    /// Names of its variables.
    package var variables: Set<String>
    package var isPaused = false
    /// Of one that was made through the API.
    var made: Made?

    struct Made: Sendable {
      let name: String
      let language: String
      /// JSON.
      let types: [UInt8]
      let variables: [UInt8]
      var category = ""
      var status = "unsubmitted"
    }

    package init(sid: String, variables: Set<String> = []) {
      self.sid = sid
      self.variables = variables
    }
  }

  /// An account below this one. Nothing is sent from it here.
  struct Subaccount: Sendable {
    let sid: String
    let name: String
    let token: String
    var status = "active"
  }

  package var sid: String
  package var authToken: String
  var subaccounts: [Subaccount] = []
  /// States of brands, and of a service's campaigns, with US carriers.
  package var brands: [String] = []
  package var campaigns: [String: [String]] = [:]
  /// Secrets by `SK…`.
  package var apiKeys: [String: String] = [:]
  package var senders: [Sender] = []
  package var services: [Service] = []
  package var contents: [Content] = []
  /// Requests at once; beyond it 20429.
  package var concurrency = 200
  /// Messages of the account in any 24 hours; beyond it 63038.
  package var daily: Int?
  package var inboundURL: String?
  /// As it calls itself, and whether nothing was paid yet.
  package var name = "Demo"
  package var isTrial = false

  package init(sid: String, authToken: String) {
    self.sid = sid
    self.authToken = authToken
  }

  package static let demo: TwilioAccount = {
    var account = TwilioAccount(sid: Demo.accountSid, authToken: Demo.authToken)
    var sandbox = Sender(Demo.sandboxAddress)
    sandbox.isSandbox = true
    sandbox.rate = Rate(1, per: .seconds(3))
    var whatsApp = Sender(Demo.whatsAppAddress)
    whatsApp.rate = Rate(80, per: .seconds(1))
    var sms = Sender(Demo.smsAddress)
    sms.rate = Rate(1, per: .seconds(1))
    sms.excess = .queue
    account.senders = [sandbox, whatsApp, sms]
    account.contents = [Content(sid: Demo.contentSid, variables: ["1", "2"])]
    return account
  }()
}

/// What exists without any settings.
package enum Demo {
  package static let accountSid = "AC00000000000000000000000000000de0"
  package static let authToken = "demo-twilio-auth-token-0000000000"
  package static let sandboxAddress = "whatsapp:+14155238886"
  package static let whatsAppAddress = "whatsapp:+15005550006"
  package static let smsAddress = "+15005550006"
  package static let contentSid = "HX00000000000000000000000000000de0"

  package static let appID = "100000000000001"
  package static let appSecret = "demo-meta-app-secret-00000000000"
  package static let accessToken = "demo-meta-access-token"
  package static let verifyToken = "demo-meta-verify-token"
  package static let wabaID = "200000000000001"
  package static let phoneNumberID = "300000000000001"
  package static let displayPhoneNumber = "+15550100001"
  package static let portfolio = "400000000000001"
  package static let systemUser = "500000000000001"
  package static let template = "hello_world"

  package static let assistantKey = "demo-assistant-key"
}
