/// What runs by the clock, so that nobody has to set up a timer for it.
package enum TimedTask: String, Hashable, Sendable, CaseIterable {
  case refreshTokens = "RefreshWhatsAppAccessToken"
  case mirrorTemplates = "MirrorTemplates"
  case askAboutNumbers = "AskAboutNumbers"
  case askAboutTwilioSenders = "AskAboutTwilioSenders"
  case connectAccounts = "ConnectAccounts"
  case runCampaigns = "RunCampaigns"
  case answerWaiting = "AnswerWaitingContacts"
  case restConversations = "WhatsAppActivateInactiveConversations"
  case joinCallbacks = "JoinParkedCallbacks"
  case askAboutSilentSends = "AskAboutSilentSends"
  case forgetOldSends = "ForgetOldSends"

  package var summary: String {
    switch self {
    case .refreshTokens:
      "Looks at each token of Meta's daily, and has it exchanged before it ends."
    case .mirrorTemplates: "Reads the list of each account's templates daily."
    case .askAboutNumbers:
      "Asks Meta about each number every quarter of an hour, and soon after news of it."
    case .askAboutTwilioSenders:
      "Asks Twilio every quarter of an hour how its senders stand, and finishes rotations of auth tokens."
    case .connectAccounts: "Goes on with accounts whose connection was interrupted."
    case .runCampaigns: "Starts campaigns at their time, and sees to their end."
    case .answerWaiting: "Sends set texts to those who wait and have no assistant."
    case .restConversations:
      "Gives manual conversations back to their assistants once nothing was said for a day."
    case .joinCallbacks:
      "Joins callbacks with sends that came later; a day later they are dead letters."
    case .askAboutSilentSends: "Asks the provider about sends that heard nothing for `silentAfter`."
    case .forgetOldSends: "Forgets sends that ended longer ago than `retention`."
    }
  }

  /// How often it looks whether something is due.
  package var interval: Duration {
    switch self {
    case .refreshTokens, .runCampaigns, .answerWaiting, .joinCallbacks: .seconds(1)
    case .restConversations: .seconds(60)
    case .mirrorTemplates, .askAboutNumbers, .connectAccounts, .askAboutSilentSends: .seconds(5)
    case .askAboutTwilioSenders: .seconds(15)
    case .forgetOldSends: .seconds(3600)
    }
  }
}
