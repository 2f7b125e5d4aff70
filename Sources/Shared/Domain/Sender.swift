/// An identity we send from, without its credentials.
package struct Sender: Hashable, Sendable {
  package var id: SenderID
  package var channel: Channel
  /// Who signs what concerns this sender.
  package var account: AccountID
  /// Meta's id of the number; on Twilio the number or service that sends.
  package var address: String
  package var tenant: Tenant
  /// Its limits of recipients are shared with the senders of the same portfolio.
  package var portfolio: String?
  package var budget: Budget
  package var defaultPrefix: DialPrefix
  package var window: WindowPolicy
  package var inDoubt: DoubtPolicy
  package var maxAttempts: Int
  package var expiry: Duration
  /// After how long without a word an accepted send counts as silent; nil: never.
  package var silentAfter: Duration?

  package init(
    id: SenderID, channel: Channel, account: AccountID, address: String, tenant: Tenant = .none,
    portfolio: String? = nil, budget: Budget? = nil, defaultPrefix: DialPrefix = .italy,
    window: WindowPolicy = .provider, inDoubt: DoubtPolicy = .hold, maxAttempts: Int = 10,
    expiry: Duration = .seconds(7 * 24 * 3600), silentAfter: Duration? = nil
  ) {
    self.id = id
    self.channel = channel
    self.account = account
    self.address = address
    self.tenant = tenant
    self.portfolio = portfolio
    self.budget = budget ?? channel.defaultBudget
    self.defaultPrefix = defaultPrefix
    self.window = window
    self.inDoubt = inDoubt
    self.maxAttempts = maxAttempts
    self.expiry = expiry
    self.silentAfter = silentAfter
  }

  package var laneGroup: LaneGroupID {
    portfolio.map { LaneGroupID("portfolio:\($0)") } ?? .own(of: id)
  }

  package enum Channel: String, Hashable, Sendable, CaseIterable {
    case twilioSandbox, twilioWhatsApp, twilioSMS, twilioRCS, metaWhatsApp

    package var defaultBudget: Budget {
      switch self {
      case .twilioSandbox: .twilioSandbox
      case .twilioWhatsApp: .twilioWhatsApp
      case .twilioSMS, .twilioRCS: .sms
      case .metaWhatsApp: .metaWhatsApp
      }
    }

    package var provider: Provider { self == .metaWhatsApp ? .meta : .twilio }

    /// The 24-hour window and business-scoped ids are WhatsApp's alone.
    package var isWhatsApp: Bool {
      switch self {
      case .twilioSandbox, .twilioWhatsApp, .metaWhatsApp: true
      case .twilioSMS, .twilioRCS: false
      }
    }
  }

  /// Whether a free text outside the 24-hour window is refused by us, or left to the provider who alone
  /// sees every reply.
  package enum WindowPolicy: String, Hashable, Sendable, CaseIterable { case enforce, provider }

  /// What becomes of a doubt that nothing settles: a person decides, or it is sent again.
  package enum DoubtPolicy: String, Hashable, Sendable, CaseIterable { case hold, resend }
}

package enum Provider: String, Hashable, Sendable, CaseIterable { case twilio, meta }
